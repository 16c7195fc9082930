import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { parseJson } from '../../kernel/json.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { HelpDeskConnection } from '../../ports/help-desk.ts';
import { exchange, type ExchangeDependencies } from './exchange.ts';
import { NetworkFailure, problemForStatus, unreadableAnswer } from './problems.ts';
import { readRetryAfter } from './rate-limits.ts';
import type { RotatingTokens } from '../../ports/zendesk-oauth.ts';

export interface TokenOptions extends ExchangeDependencies {
  readonly originFor: (subdomain: string) => string;
  /** Milliseconds one request for a token may take. */
  readonly deadlineMs: number;
  /** Where the tokens of authorisations by a person come from. */
  readonly rotatingTokens?: RotatingTokens | undefined;
}

interface KeptToken {
  readonly token: string;
  /** On the clock's elapsed scale. */
  readonly usableUntil: number;
}

type RoundTrip = (() => void) | undefined;

const lifetimeAsked = 1800;
const renewedBefore = 60;
const mostConnections = 5_000;
const longestKeptMs = 24 * 60 * 60_000;

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().nullish(),
});

/** Access tokens: by client credentials, kept in memory until a minute before they expire, one request at a time per connection; those that rotate come from outside. */
export class Tokens {
  private readonly options: TokenOptions;
  private readonly kept = new LRUCache<string, KeptToken>({ max: mostConnections, ttlAutopurge: true });
  private readonly underway = new Map<string, Promise<string>>();

  constructor(options: TokenOptions) {
    this.options = options;
  }

  /** A token that should still be good. */
  async get(connection: HelpDeskConnection, onRoundTrip?: RoundTrip): Promise<string> {
    if (rotates(connection)) return this.rotating().get(connection, onRoundTrip);
    const kept = this.kept.get(keyOf(connection));
    if (kept !== undefined && kept.usableUntil > this.options.clock.elapsed()) return kept.token;
    return this.fetchOnce(connection, onRoundTrip);
  }

  /** Another token than the one Zendesk has just refused. */
  async renew(connection: HelpDeskConnection, refused: string, onRoundTrip?: RoundTrip): Promise<string> {
    if (rotates(connection)) return this.rotating().renew(connection, refused, onRoundTrip);
    const key = keyOf(connection);
    if (this.kept.get(key)?.token === refused) this.kept.delete(key);
    return this.get(connection, onRoundTrip);
  }

  /** A token that Zendesk gives now, which proves the client id and secret; one that rotates is left as it is. */
  async fresh(connection: HelpDeskConnection, onRoundTrip?: RoundTrip): Promise<string> {
    if (rotates(connection)) return this.rotating().get(connection, onRoundTrip);
    this.kept.delete(keyOf(connection));
    return this.fetchOnce(connection, onRoundTrip);
  }

  /** Forgets the token in memory and returns it for revocation. */
  forget(connection: HelpDeskConnection): string | undefined {
    const key = keyOf(connection);
    const kept = this.kept.get(key);
    this.kept.delete(key);
    return kept?.token;
  }

  private rotating(): RotatingTokens {
    if (this.options.rotatingTokens === undefined) throw new ProblemError('zendesk-not-connected');
    return this.options.rotatingTokens;
  }

  private fetchOnce(connection: HelpDeskConnection, onRoundTrip: RoundTrip): Promise<string> {
    const key = keyOf(connection);
    const running = this.underway.get(key);
    if (running !== undefined) return running;
    const started = this.fetch(connection, onRoundTrip)
      .then((kept) => {
        // Gone from memory with its time, also when the connection is asked for no more.
        const usableMs = kept.usableUntil - this.options.clock.elapsed();
        this.kept.set(key, kept, { ttl: Math.min(Math.max(1, usableMs), longestKeptMs) });
        return kept.token;
      })
      .finally(() => this.underway.delete(key));
    this.underway.set(key, started);
    return started;
  }

  private async fetch(connection: HelpDeskConnection, onRoundTrip: RoundTrip): Promise<KeptToken> {
    const { clock, originFor, deadlineMs } = this.options;
    // Not the caller's signal: others may be waiting for the same token.
    const signal = AbortSignal.timeout(deadlineMs);
    const asked = clock.elapsed();
    const answer = await exchange(this.options, {
      operation: 'token',
      subscriptionId: connection.subscriptionId,
      url: `${originFor(connection.subdomain)}/oauth/tokens`,
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify({
        grant_type: 'client_credentials',
        client_id: connection.clientId,
        client_secret: connection.clientSecret,
        scope: connection.scopes,
        expires_in: lifetimeAsked,
      }),
      signal,
      number: 1,
      onRoundTrip,
    }).catch((error: unknown) => {
      throw signal.aborted || error instanceof NetworkFailure
        ? new ProblemError('zendesk-unavailable')
        : error;
    });
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429) {
      throw new ProblemError('zendesk-reconnect-needed');
    }
    if (answer.status >= 300)
      throw problemForStatus(
        answer.status,
        'zendesk-reconnect-needed',
        readRetryAfter(answer.headers, clock.now()),
      );
    const parsed = tokenAnswer.safeParse(parseJson(answer.text));
    if (!parsed.success) throw unreadableAnswer();
    const lifetime = parsed.data.expires_in ?? lifetimeAsked;
    return {
      token: parsed.data.access_token,
      usableUntil: asked + Math.max(lifetime - renewedBefore, lifetime / 2) * 1000,
    };
  }
}

const rotates = (connection: HelpDeskConnection): boolean => connection.grant === 'authorization-code';

function keyOf(connection: HelpDeskConnection): string {
  const { subscriptionId, subdomain, clientId, scopes, clientSecret } = connection;
  // A secret that was replaced must not be answered with the token of the old one.
  const secret = createHash('sha256').update(clientSecret).digest('base64');
  return JSON.stringify([subscriptionId, subdomain, clientId, scopes, secret]);
}
