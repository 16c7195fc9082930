import type { HelpDeskConnection } from './help-desk.ts';

/** An OAuth client as Zendesk knows it; a public one has no secret and relies on PKCE. */
export interface OAuthClient {
  readonly id: string;
  readonly secret: string | undefined;
}

/** What the token endpoint gives. */
export interface TokenPair {
  readonly accessToken: string;
  /** Undefined for clients from before refresh tokens. */
  readonly refreshToken: string | undefined;
  /** Undefined: without end. */
  readonly expiresAt: Date | undefined;
  readonly scopes: readonly string[];
}

/** Which account is spoken to, for whom, and how long. */
export interface OAuthCall {
  readonly subscriptionId: string;
  readonly subdomain: string;
  readonly signal: AbortSignal;
  readonly onRoundTrip?: (() => void) | undefined;
}

/** The token endpoint refused; `code` is one of the words of RFC 6749, or `refused`. */
export class OAuthRefusal extends Error {
  override readonly name = 'OAuthRefusal';
  readonly code: string;

  constructor(code: string) {
    super('Zendesk refused the authorisation');
    this.code = code;
  }
}

/** Zendesk's side of an authorisation; every call throws `OAuthRefusal` or a `ProblemError`. */
export interface ZendeskOAuth {
  /** Where a person is sent to authorise the client. */
  authorizeUrl(request: {
    readonly subdomain: string;
    readonly clientId: string;
    readonly redirectUri: string;
    readonly scopes: string;
    readonly state: string;
    /** Base64url of the SHA-256 of the verifier. */
    readonly challenge: string;
  }): string;
  exchangeCode(
    call: OAuthCall,
    client: OAuthClient,
    grant: {
      readonly code: string;
      readonly redirectUri: string;
      readonly verifier: string;
      readonly scopes: string;
    },
  ): Promise<TokenPair>;
  /** A new pair; Zendesk forgets the old one at once. */
  refresh(call: OAuthCall, client: OAuthClient, refreshToken: string): Promise<TokenPair>;
  /** What the access token may do, by Zendesk's own word. */
  inspect(call: OAuthCall, accessToken: string): Promise<{ readonly scopes: readonly string[] }>;
  /** Ends a token and its refresh token at Zendesk. */
  revoke(call: OAuthCall, accessToken: string): Promise<void>;
}

/** Access tokens of authorisations that rotate. Zendesk forgets a pair when it gives the next, so whoever implements this saves before it hands out. */
export interface RotatingTokens {
  /** A token that should still be good. Throws `zendesk-reconnect-needed`, `zendesk-not-connected` or `zendesk-unavailable`. */
  get(connection: HelpDeskConnection, onRoundTrip?: () => void): Promise<string>;
  /** Another token than the one Zendesk has just refused. */
  renew(connection: HelpDeskConnection, refused: string, onRoundTrip?: () => void): Promise<string>;
}
