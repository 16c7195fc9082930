import { z } from 'zod';
import { parseJson } from '../../kernel/json.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import {
  OAuthRefusal,
  type OAuthCall,
  type OAuthClient,
  type TokenPair,
  type ZendeskOAuth,
} from '../../ports/zendesk-oauth.ts';
import { exchange, type Answer, type Attempt, type ExchangeDependencies } from './exchange.ts';
import { NetworkFailure, problemForStatus, unreadableAnswer } from './problems.ts';
import { readRetryAfter } from './rate-limits.ts';

export interface ZendeskOAuthOptions extends ExchangeDependencies {
  /** The address of an account, without a slash at the end. */
  readonly originFor: (subdomain: string) => string;
  /** Milliseconds one request may take; 10,000 when absent. */
  readonly deadlineMs?: number;
}

// Asked for by name, because clients differ in what they get by default.
const lifetimes = { expires_in: 1_800, refresh_token_expires_in: 2_592_000 };

const pairAnswer = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).nullish(),
  expires_in: z.number().positive().nullish(),
  scope: z.string().nullish(),
});
const tokenInfo = z.object({ token: z.object({ scopes: z.array(z.string()) }) });
const refusal = z.object({
  error: z.enum([
    'invalid_request',
    'invalid_client',
    'invalid_grant',
    'unauthorized_client',
    'unsupported_grant_type',
    'invalid_scope',
  ]),
});

/** Zendesk's OAuth endpoints over the egress; nothing here is retried, because a second try of a refresh finds the first one's token spent. */
export function createZendeskOAuth(options: ZendeskOAuthOptions): ZendeskOAuth {
  const { originFor } = options;
  const ask = async (
    call: OAuthCall,
    attempt: Omit<Attempt, 'subscriptionId' | 'signal' | 'number' | 'onRoundTrip'>,
  ): Promise<Answer> => {
    const deadline = AbortSignal.timeout(options.deadlineMs ?? 10_000);
    const signal = AbortSignal.any([call.signal, deadline]);
    const { subscriptionId, onRoundTrip } = call;
    try {
      return await exchange(options, { ...attempt, subscriptionId, signal, number: 1, onRoundTrip });
    } catch (error) {
      if (call.signal.aborted) throw call.signal.reason;
      if (deadline.aborted || error instanceof NetworkFailure) throw new ProblemError('zendesk-unavailable');
      throw error;
    }
  };
  const tokens = async (
    operation: 'token-code' | 'token-refresh',
    call: OAuthCall,
    client: OAuthClient,
    grant: Readonly<Record<string, string>>,
  ): Promise<TokenPair> => {
    const asked = options.clock.now().getTime();
    const answer = await ask(call, {
      operation,
      url: `${originFor(call.subdomain)}/oauth/tokens`,
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify({
        ...grant,
        client_id: client.id,
        ...(client.secret !== undefined && { client_secret: client.secret }),
        ...lifetimes,
      }),
      readRefusal: true,
    });
    return pairOf(answer, asked, options.clock.now());
  };
  const withToken = (accessToken: string) => ({
    accept: 'application/json',
    authorization: `Bearer ${accessToken}`,
  });
  const current = (subdomain: string): string => `${originFor(subdomain)}/api/v2/oauth/tokens/current.json`;
  return {
    authorizeUrl: ({ subdomain, clientId, redirectUri, scopes, state, challenge }) => {
      const url = new URL(`${originFor(subdomain)}/oauth/authorizations/new`);
      const query = {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: scopes,
        state,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      };
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      return url.href;
    },
    exchangeCode: (call, client, { code, redirectUri, verifier, scopes }) =>
      tokens('token-code', call, client, {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
        scope: scopes,
      }),
    refresh: (call, client, refreshToken) =>
      tokens('token-refresh', call, client, { grant_type: 'refresh_token', refresh_token: refreshToken }),
    async inspect(call, accessToken) {
      const answer = await ask(call, {
        operation: 'token-info',
        url: current(call.subdomain),
        headers: withToken(accessToken),
      });
      if (answer.status !== 200) throw problemForStatus(answer.status, 'zendesk-reconnect-needed', undefined);
      const parsed = tokenInfo.safeParse(parseJson(answer.text));
      if (!parsed.success) throw unreadableAnswer();
      return { scopes: parsed.data.token.scopes };
    },
    async revoke(call, accessToken) {
      const { status } = await ask(call, {
        operation: 'token-revoke',
        url: current(call.subdomain),
        headers: withToken(accessToken),
        method: 'DELETE',
      });
      // A token that Zendesk no longer knows is as good as revoked.
      if (status >= 300 && status !== 401 && status !== 404)
        throw problemForStatus(status, 'zendesk-reconnect-needed', undefined);
    },
  };
}

function pairOf(answer: Answer, asked: number, now: Date): TokenPair {
  const { status } = answer;
  if (status >= 200 && status < 300) {
    const parsed = pairAnswer.safeParse(parseJson(answer.text));
    if (!parsed.success) throw unreadableAnswer();
    const { access_token, refresh_token, expires_in, scope } = parsed.data;
    return {
      accessToken: access_token,
      refreshToken: refresh_token ?? undefined,
      expiresAt: typeof expires_in === 'number' ? new Date(asked + expires_in * 1000) : undefined,
      scopes: (scope ?? '').split(/\s+/).filter((word) => word !== ''),
    };
  }
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
    const parsed = refusal.safeParse(parseJson(answer.text));
    throw new OAuthRefusal(parsed.success ? parsed.data.error.replaceAll('_', '-') : 'refused');
  }
  throw problemForStatus(status, 'zendesk-reconnect-needed', readRetryAfter(answer.headers, now));
}
