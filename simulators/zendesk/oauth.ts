import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { ApiError } from './api-error.ts';
import { isJson, toTimestamp, textOf } from './model.ts';
import type { Json } from './model.ts';

/** An OAuth client of the account; without a secret it is public and has to use PKCE. */
export type OAuthClient = {
  readonly id: number;
  readonly identifier: string;
  readonly secret: string | null;
  readonly userId: number;
};

/** An access token that was given out. Times are epoch milliseconds. */
export type AccessToken = {
  readonly id: number;
  readonly value: string;
  readonly clientId: number;
  readonly userId: number;
  readonly scopes: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly refresh: { readonly value: string; readonly expiresAt: number } | null;
};

type Code = {
  readonly client: OAuthClient;
  readonly userId: number;
  readonly redirectUri: string;
  readonly scope: string;
  readonly challenge: string | null;
  readonly expiresAt: number;
};

/** How often each grant was asked for, and what became of it. */
export type GrantCount = { granted: number; refused: number };

/** What the browser asks for when a person authorises a client. */
export type AuthorizationRequest = Omit<Code, 'expiresAt'>;

const CODE_LIFETIME = 120_000;
const RESOURCES =
  'tickets|users|auditlogs|organizations|hc|apps|triggers|automations|targets|webhooks|macros|requests|satisfaction_ratings|dynamic_content|any_channel|web_widget';
const SCOPE = new RegExp(`^(?:read|write|impersonate|(?:${RESOURCES}):(?:read|write))$`);

/** True when Zendesk knows the scope; a token with any other one is refused everywhere. */
export function isKnownScope(scope: string): boolean {
  return SCOPE.test(scope);
}

/** Tokens, authorisation codes and the three grants of `POST /oauth/tokens`. */
export class OAuth {
  readonly clients: readonly OAuthClient[];
  readonly #tokens = new Map<string, AccessToken>();
  readonly #refreshTokens = new Map<string, AccessToken>();
  readonly #codes = new Map<string, Code>();
  #nextId = 1_001;
  /** Every token and code ever given out, oldest first, for a search of places that must not hold one. */
  readonly issued: { readonly kind: 'access' | 'refresh' | 'code'; readonly value: string }[] = [];
  /** By grant type, since the start or the last reset. */
  counts: Record<string, GrantCount> = {};
  /** Scopes beyond these are silently left out of what is granted; null: everything asked for. */
  scopeLimit: readonly string[] | null = null;

  constructor(clients: readonly OAuthClient[]) {
    this.clients = clients;
  }

  /** Answers the token endpoint. Throws 400 `invalid_grant`, `invalid_request`, … or 401 `invalid_client`. */
  grant(body: unknown): Json {
    const type = isJson(body) ? textOf(body['grant_type']) : '';
    const count = (this.counts[type] ??= { granted: 0, refused: 0 });
    try {
      const answer = this.#grant(body);
      count.granted += 1;
      return answer;
    } catch (error) {
      count.refused += 1;
      throw error;
    }
  }

  #grant(body: unknown): Json {
    if (!isJson(body))
      throw oauthError(400, 'invalid_request', 'The request is missing a required parameter.');
    const client = this.#authenticate(body);
    switch (body['grant_type']) {
      case 'client_credentials':
        if (client.secret === null)
          throw oauthError(401, 'unauthorized_client', 'The client is not confidential.');
        return this.#issue(client, client.userId, scopesOf(body['scope']), body, false);
      case 'authorization_code':
        return this.#redeemCode(client, body);
      case 'refresh_token':
        return this.#refresh(client, body);
      default:
        throw oauthError(400, 'unsupported_grant_type', 'The authorization grant type is not supported.');
    }
  }

  /** Makes a single-use code that lives 120 seconds. */
  issueCode(request: AuthorizationRequest): string {
    const code = randomBytes(24).toString('base64url');
    this.issued.push({ kind: 'code', value: code });
    this.#codes.set(code, { ...request, expiresAt: Date.now() + CODE_LIFETIME });
    return code;
  }

  /** The token when it is known and not expired. */
  find(value: string): AccessToken | undefined {
    const token = this.#tokens.get(value);
    return token !== undefined && token.expiresAt > Date.now() ? token : undefined;
  }

  /** Takes a token and its refresh token away; false when there is no such token id. */
  revoke(id: number): boolean {
    const token = [...this.#tokens.values()].find((candidate) => candidate.id === id);
    if (token === undefined) return false;
    this.#forget(token);
    return true;
  }

  /** How many access tokens are good now. */
  get liveTokens(): number {
    return [...this.#tokens.values()].filter((token) => token.expiresAt > Date.now()).length;
  }

  /** Ends every access token now, as if its time were over; refresh tokens stay good. */
  expireAll(): void {
    for (const [value, token] of this.#tokens) this.#tokens.set(value, { ...token, expiresAt: 0 });
  }

  /** What `GET /oauth/tokens/current` shows: no more than the first ten characters of the token. */
  describe(token: AccessToken): Json {
    return {
      id: token.id,
      client_id: token.clientId,
      user_id: token.userId,
      token: token.value.slice(0, 10),
      scopes: token.scopes,
      created_at: toTimestamp(token.createdAt),
      expires_at: toTimestamp(token.expiresAt),
      refresh_token_expires_at: token.refresh === null ? null : toTimestamp(token.refresh.expiresAt),
      used_at: toTimestamp(Date.now()),
    };
  }

  #authenticate(body: Json): OAuthClient {
    const client = this.clients.find((candidate) => candidate.identifier === body['client_id']);
    if (client === undefined) throw invalidClient();
    if (client.secret !== null && !sameText(client.secret, textOf(body['client_secret'])))
      throw invalidClient();
    return client;
  }

  #redeemCode(client: OAuthClient, body: Json): Json {
    const value = textOf(body['code']);
    const code = this.#codes.get(value);
    this.#codes.delete(value);
    if (code === undefined || code.expiresAt < Date.now() || code.client.id !== client.id)
      throw invalidGrant();
    if (code.redirectUri !== body['redirect_uri']) throw invalidGrant();
    if (code.challenge !== null) {
      const verifier = textOf(body['code_verifier']);
      const challenge = createHash('sha256').update(verifier).digest('base64url');
      if (!sameText(code.challenge, challenge)) throw invalidGrant();
    }
    return this.#issue(client, code.userId, scopesOf(body['scope'] ?? code.scope), body, true);
  }

  #refresh(client: OAuthClient, body: Json): Json {
    const old = this.#refreshTokens.get(textOf(body['refresh_token']));
    if (old === undefined || old.clientId !== client.id) throw invalidGrant();
    this.#forget(old);
    if ((old.refresh?.expiresAt ?? 0) < Date.now()) throw invalidGrant();
    const scopes = body['scope'] === undefined ? old.scopes : scopesOf(body['scope']);
    return this.#issue(client, old.userId, scopes, body, true);
  }

  #issue(
    client: OAuthClient,
    userId: number,
    wanted: readonly string[],
    body: Json,
    refreshable: boolean,
  ): Json {
    const scopes = wanted.filter((scope) => this.scopeLimit?.includes(scope) ?? true);
    const lifetime = seconds(body['expires_in'], 'expires_in', 300, 172_800, 1_800);
    const refreshLifetime = seconds(
      body['refresh_token_expires_in'],
      'refresh_token_expires_in',
      604_800,
      7_776_000,
      2_592_000,
    );
    const now = Date.now();
    this.#nextId += 1;
    const token: AccessToken = {
      id: this.#nextId,
      value: randomBytes(32).toString('hex'),
      clientId: client.id,
      userId,
      scopes,
      createdAt: now,
      expiresAt: now + lifetime * 1000,
      refresh: refreshable
        ? { value: randomBytes(32).toString('hex'), expiresAt: now + refreshLifetime * 1000 }
        : null,
    };
    this.#tokens.set(token.value, token);
    this.issued.push({ kind: 'access', value: token.value });
    if (token.refresh !== null) {
      this.#refreshTokens.set(token.refresh.value, token);
      this.issued.push({ kind: 'refresh', value: token.refresh.value });
    }
    return {
      access_token: token.value,
      token_type: 'bearer',
      scope: scopes.join(' '),
      expires_in: lifetime,
      ...(token.refresh === null
        ? {}
        : { refresh_token: token.refresh.value, refresh_token_expires_in: refreshLifetime }),
    };
  }

  #forget(token: AccessToken): void {
    this.#tokens.delete(token.value);
    if (token.refresh !== null) this.#refreshTokens.delete(token.refresh.value);
  }
}

function scopesOf(scope: unknown): string[] {
  return typeof scope === 'string' && scope.trim() !== '' ? scope.trim().split(/\s+/) : ['read'];
}

function seconds(value: unknown, name: string, least: number, most: number, standard: number): number {
  if (value === undefined || value === null) return standard;
  const number = Number(value);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw oauthError(400, 'invalid_request', `${name} has to be between ${least} and ${most} seconds.`);
}

function sameText(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function invalidClient(): ApiError {
  return oauthError(
    401,
    'invalid_client',
    'Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.',
  );
}

function invalidGrant(): ApiError {
  return oauthError(
    400,
    'invalid_grant',
    'The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.',
  );
}

function oauthError(status: number, error: string, error_description: string): ApiError {
  return new ApiError(status, { error, error_description });
}
