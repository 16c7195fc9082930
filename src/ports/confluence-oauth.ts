/** The 3LO app that a person authorises at Atlassian; it always has a secret. */
export interface ConfluenceClient {
  readonly id: string;
  readonly secret: string;
}

/** What Atlassian's token endpoint gives. */
export interface ConfluenceTokenPair {
  readonly accessToken: string;
  /** Undefined without the scope `offline_access`. */
  readonly refreshToken: string | undefined;
  readonly expiresAt: Date | undefined;
  readonly scopes: readonly string[];
}

/** A site that a person's authorisation reaches. */
export interface ReachableSite {
  readonly cloudId: string;
  /** Like `https://acme.atlassian.net`. */
  readonly url: string;
  readonly scopes: readonly string[];
}

/** For whom Atlassian is asked, and how long. */
export interface ConfluenceOAuthCall {
  readonly subscriptionId: string;
  readonly signal: AbortSignal;
  readonly onRoundTrip?: (() => void) | undefined;
}

/** The token endpoint refused; `code` is one of its words with hyphens, or `refused`. */
export class ConfluenceOAuthRefusal extends Error {
  override readonly name = 'ConfluenceOAuthRefusal';
  readonly code: string;

  constructor(code: string) {
    super('Atlassian refused the authorisation');
    this.code = code;
  }
}

/** Atlassian's side of an authorisation; every call throws `ConfluenceOAuthRefusal` or a `ProblemError`. It has no way to end a token. */
export interface ConfluenceOAuth {
  /** Where a person is sent to authorise the app. */
  authorizeUrl(request: {
    readonly clientId: string;
    readonly redirectUri: string;
    readonly scopes: string;
    readonly state: string;
  }): string;
  exchangeCode(
    call: ConfluenceOAuthCall,
    client: ConfluenceClient,
    grant: { readonly code: string; readonly redirectUri: string },
  ): Promise<ConfluenceTokenPair>;
  /** A new pair; the old refresh token ends. */
  refresh(
    call: ConfluenceOAuthCall,
    client: ConfluenceClient,
    refreshToken: string,
  ): Promise<ConfluenceTokenPair>;
  /** The Confluence sites the token reaches. */
  sites(call: ConfluenceOAuthCall, accessToken: string): Promise<readonly ReachableSite[]>;
}

/** Access tokens that rotate; whoever implements this saves a new pair before it hands it out. */
export interface ConfluenceAccessTokens {
  /** A token that should still be good. Throws `confluence-reconnect-needed`, `confluence-not-connected` or `confluence-unavailable`. */
  get(owner: TokenOwner, onRoundTrip?: () => void): Promise<string>;
  /** Another token than the one Confluence has just refused. */
  renew(owner: TokenOwner, refused: string, onRoundTrip?: () => void): Promise<string>;
}

/** Whose tokens: the connection of one subscription to one site. */
export interface TokenOwner {
  readonly subscriptionId: string;
  readonly siteUrl: string;
}
