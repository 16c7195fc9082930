/** Counters and timings with labels from closed lists; no tenant, ticket or text in a label. */
export interface Metrics {
  requestFinished(labels: { readonly route: string; readonly status: number }, seconds: number): void;
  featureFinished(labels: { readonly feature: string; readonly outcome: string }, seconds: number): void;
  firstToken(labels: { readonly feature: string; readonly provider: string }, seconds: number): void;
  tokensUsed(
    labels: { readonly provider: string; readonly kind: 'input' | 'cached' | 'output' },
    count: number,
  ): void;
  helpDeskFinished(labels: { readonly operation: string; readonly status: number }, seconds: number): void;
  /** A request to Confluence or to a web site. */
  siteFinished(
    labels: { readonly site: 'confluence' | 'web'; readonly status: number },
    seconds: number,
  ): void;
  /** What a breaker did: for one key and model, or for everybody at a provider. */
  providerBreaker(labels: {
    readonly scope: 'key' | 'host';
    readonly provider: string;
    readonly event: 'opened' | 'closed' | 'refused';
  }): void;
  /** Rotating access to Zendesk; `reconnect-needed` is worth an alert. */
  zendeskAuthorization(labels: {
    readonly event: 'refreshed' | 'refresh-failed' | 'lease-taken-over' | 'reconnect-needed';
  }): void;
  /** The same for Confluence. */
  confluenceAuthorization(labels: {
    readonly event: 'refreshed' | 'refresh-failed' | 'lease-taken-over' | 'reconnect-needed';
  }): void;
  /** Rows a retention rule has deleted or emptied; its last success is now. */
  retentionSwept(labels: { readonly rule: string }, rows: number): void;
  openStreams(change: 1 | -1): void;
  /** Prometheus text format. */
  render(): Promise<string>;
}
