import { randomBytes } from 'node:crypto';

/** The 3LO app that is registered with the simulated Atlassian. */
export type OAuthApp = { readonly id: string; readonly secret: string };

type Grant = { readonly scopes: readonly string[]; readonly redirectUri: string; readonly until: number };
type Access = { readonly scopes: readonly string[]; readonly until: number };

/** An answer of the token endpoint. */
export type TokenAnswer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

const CODE_SECONDS = 120;

/** Atlassian's authorisation server: codes that work once, and refresh tokens that rotate. */
export class OAuth {
  readonly app: OAuthApp;
  /** Seconds an access token lasts. */
  accessSeconds = 3600;
  /** Everything it has given out, for those who search for it. */
  readonly issued: { readonly kind: 'access' | 'refresh' | 'code'; readonly value: string }[] = [];
  readonly #codes = new Map<string, Grant>();
  readonly #access = new Map<string, Access>();
  readonly #refresh = new Map<string, readonly string[]>();

  constructor(app: OAuthApp) {
    this.app = app;
  }

  /** A code for somebody who has agreed. */
  code(redirectUri: string, scopes: readonly string[]): string {
    const code = randomBytes(24).toString('base64url');
    this.issued.push({ kind: 'code', value: code });
    this.#codes.set(code, { scopes, redirectUri, until: Date.now() + CODE_SECONDS * 1000 });
    return code;
  }

  token(input: Readonly<Record<string, unknown>>): TokenAnswer {
    if (input['client_id'] !== this.app.id || input['client_secret'] !== this.app.secret)
      return refusal(401, 'access_denied', 'Unauthorized');
    if (input['grant_type'] === 'authorization_code') return this.#redeem(input);
    if (input['grant_type'] === 'refresh_token') return this.#renew(input);
    return refusal(400, 'unsupported_grant_type', 'Unsupported grant type');
  }

  /** What the token may do; null for one that is over or unknown. */
  scopesOf(token: string): readonly string[] | null {
    const access = this.#access.get(token);
    return access === undefined || access.until <= Date.now() ? null : access.scopes;
  }

  /** Ends all access tokens, as if their hour were over. */
  expireAccess(): void {
    this.#access.clear();
  }

  /** Ends all refresh tokens, as if the person had withdrawn. */
  endAuthorizations(): void {
    this.#refresh.clear();
    this.#access.clear();
  }

  #redeem(input: Readonly<Record<string, unknown>>): TokenAnswer {
    const code = String(input['code']);
    const grant = this.#codes.get(code);
    this.#codes.delete(code);
    if (grant === undefined || grant.until <= Date.now() || grant.redirectUri !== input['redirect_uri'])
      return refusal(403, 'invalid_grant', 'Invalid authorization code');
    return this.#pair(grant.scopes);
  }

  #renew(input: Readonly<Record<string, unknown>>): TokenAnswer {
    const token = String(input['refresh_token']);
    const scopes = this.#refresh.get(token);
    if (scopes === undefined) return refusal(403, 'unauthorized_client', 'refresh_token is invalid');
    this.#refresh.delete(token);
    return this.#pair(scopes);
  }

  #pair(scopes: readonly string[]): TokenAnswer {
    const access = `eyJ.${randomBytes(32).toString('base64url')}`;
    this.issued.push({ kind: 'access', value: access });
    this.#access.set(access, { scopes, until: Date.now() + this.accessSeconds * 1000 });
    const body: Record<string, unknown> = {
      access_token: access,
      expires_in: this.accessSeconds,
      token_type: 'Bearer',
      scope: scopes.join(' '),
    };
    if (scopes.includes('offline_access')) {
      const refresh = `eyR.${randomBytes(32).toString('base64url')}`;
      this.issued.push({ kind: 'refresh', value: refresh });
      this.#refresh.set(refresh, scopes);
      body['refresh_token'] = refresh;
    }
    return { status: 200, body };
  }
}

const refusal = (status: number, error: string, error_description: string): TokenAnswer => ({
  status,
  body: { error, error_description },
});
