import { z } from 'zod';
import { parseJson } from '../../kernel/json.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import {
  ConfluenceOAuthRefusal,
  type ConfluenceOAuth,
  type ConfluenceOAuthCall,
  type ConfluenceTokenPair,
} from '../../ports/confluence-oauth.ts';
import {
  exchange,
  NetworkFailure,
  type Answer,
  type Attempt,
  type ExchangeDependencies,
} from './exchange.ts';
import { readRetryAfter } from './limits.ts';
import { publicApiOrigin, unreadableAnswer } from './request.ts';

export interface ConfluenceOAuthOptions extends ExchangeDependencies {
  /** Atlassian's authorisation server and API; the public ones when absent. */
  readonly authOrigin?: string;
  readonly apiOrigin?: string;
  /** Milliseconds one request may take; 10,000 when absent. */
  readonly deadlineMs?: number;
}

const pairAnswer = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).nullish(),
  expires_in: z.number().positive().nullish(),
  scope: z.string().nullish(),
});
const refusalAnswer = z.object({ error: z.string().regex(/^[a-z_]{1,60}$/) });
const sitesAnswer = z.array(
  z.object({
    id: z.string().regex(/^[0-9a-f-]{36}$/i),
    url: z.url(),
    scopes: z.array(z.string()).catch([]),
  }),
);

/** Atlassian's 3LO: authorise page, token endpoint, and which sites a token reaches. */
export function createConfluenceOAuth(options: ConfluenceOAuthOptions): ConfluenceOAuth {
  const authOrigin = options.authOrigin ?? 'https://auth.atlassian.com';
  const apiOrigin = options.apiOrigin ?? publicApiOrigin;
  const ask = async (
    call: ConfluenceOAuthCall,
    attempt: Pick<Attempt, 'operation' | 'url' | 'headers' | 'body' | 'readRefusal'>,
  ): Promise<Answer> => {
    const deadline = AbortSignal.timeout(options.deadlineMs ?? 10_000);
    const signal = AbortSignal.any([call.signal, deadline]);
    const { subscriptionId, onRoundTrip } = call;
    try {
      return await exchange(options, { ...attempt, subscriptionId, signal, number: 1, onRoundTrip });
    } catch (error) {
      if (call.signal.aborted) throw call.signal.reason;
      if (deadline.aborted || error instanceof NetworkFailure)
        throw new ProblemError('confluence-unavailable');
      throw error;
    }
  };
  const tokens = async (
    operation: 'token-code' | 'token-refresh',
    call: ConfluenceOAuthCall,
    grant: Readonly<Record<string, string>>,
  ): Promise<ConfluenceTokenPair> => {
    const asked = options.clock.now();
    const answer = await ask(call, {
      operation,
      url: `${authOrigin}/oauth/token`,
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify(grant),
      readRefusal: true,
    });
    return pairOf(answer, asked);
  };
  return {
    authorizeUrl({ clientId, redirectUri, scopes, state }) {
      const url = new URL(`${authOrigin}/authorize`);
      const query = {
        audience: 'api.atlassian.com',
        client_id: clientId,
        scope: scopes,
        redirect_uri: redirectUri,
        state,
        response_type: 'code',
        prompt: 'consent',
      };
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      return url.href;
    },
    exchangeCode: (call, client, { code, redirectUri }) =>
      tokens('token-code', call, {
        grant_type: 'authorization_code',
        client_id: client.id,
        client_secret: client.secret,
        code,
        redirect_uri: redirectUri,
      }),
    refresh: (call, client, refreshToken) =>
      tokens('token-refresh', call, {
        grant_type: 'refresh_token',
        client_id: client.id,
        client_secret: client.secret,
        refresh_token: refreshToken,
      }),
    async sites(call, accessToken) {
      const answer = await ask(call, {
        operation: 'sites',
        url: `${apiOrigin}/oauth/token/accessible-resources`,
        headers: { accept: 'application/json', authorization: `Bearer ${accessToken}` },
      });
      if (answer.status === 401) throw new ProblemError('confluence-reconnect-needed');
      if (answer.status !== 200) throw new ProblemError('confluence-unavailable');
      const parsed = sitesAnswer.safeParse(parseJson(answer.text));
      if (!parsed.success) throw unreadableAnswer();
      return parsed.data.map(({ id, url, scopes }) => ({
        cloudId: id.toLowerCase(),
        url: url.replace(/\/+$/, '').toLowerCase(),
        scopes,
      }));
    },
  };
}

function pairOf({ status, text, headers }: Answer, asked: Date): ConfluenceTokenPair {
  if (status >= 200 && status < 300) {
    const parsed = pairAnswer.safeParse(parseJson(text));
    if (!parsed.success) throw unreadableAnswer();
    const { access_token, refresh_token, expires_in, scope } = parsed.data;
    return {
      accessToken: access_token,
      refreshToken: refresh_token ?? undefined,
      expiresAt: typeof expires_in === 'number' ? new Date(asked.getTime() + expires_in * 1000) : undefined,
      scopes: (scope ?? '').split(/\s+/).filter((word) => word !== ''),
    };
  }
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
    const parsed = refusalAnswer.safeParse(parseJson(text));
    throw new ConfluenceOAuthRefusal(parsed.success ? parsed.data.error.replaceAll('_', '-') : 'refused');
  }
  const later = readRetryAfter(headers, asked);
  throw new ProblemError(
    status === 429 ? 'confluence-rate-limited' : 'confluence-unavailable',
    later === undefined ? {} : { retryAfterSeconds: later },
  );
}
