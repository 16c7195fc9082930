/** How one Confluence Cloud site is reached. The token is opened: never stored or logged as it is. */
export type ConfluenceAccess = {
  readonly subscriptionId: string;
  /** Like `https://acme.atlassian.net`: what readers open. */
  readonly siteUrl: string;
} & (
  | {
      readonly grant: 'api-token';
      readonly email: string;
      readonly token: string;
      /** Null: the token is used at the site itself; a token with scopes only works at Atlassian's API, which wants this id. */
      readonly cloudId: string | null;
    }
  /** Tokens come from the `ConfluenceAccessTokens` of a person's authorisation. */
  | { readonly grant: 'authorization-code'; readonly cloudId: string }
);

/** A space as the console offers it; its name is shown and not stored. */
export interface ConfluenceSpace {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly type: string;
}

/** A piece of work on one site. */
export interface ConfluenceCall {
  readonly access: ConfluenceAccess;
  readonly signal: AbortSignal;
  readonly onRoundTrip?: (() => void) | undefined;
}

/** What the console asks of a site; throws a `ProblemError`. */
export interface ConfluenceSite {
  /** Proves that the access works by asking for one space; sends no content. */
  checkConnection(call: ConfluenceCall): Promise<void>;
  /** The id Atlassian's API knows the site by, which anybody may ask the site for. */
  cloudIdOf(
    call: Omit<ConfluenceCall, 'access'> & {
      readonly access: Pick<ConfluenceAccess, 'subscriptionId' | 'siteUrl'>;
    },
  ): Promise<string>;
  /** Current spaces, part by part. */
  spaces(
    call: ConfluenceCall,
    cursor: string | null,
  ): Promise<{ readonly spaces: readonly ConfluenceSpace[]; readonly next: string | null }>;
}
