import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { ProblemError } from '../../kernel/problem-error.ts';
import { secretsEqual } from '../../kernel/secrets-equal.ts';
import type { BookkeepingDatabase } from '../../ports/database.ts';
import type { HelpDeskConnection } from '../../ports/help-desk.ts';
import type { Ports } from '../../ports/ports.ts';
import {
  OAuthRefusal,
  type RotatingTokens,
  type TokenPair,
  type ZendeskOAuth,
} from '../../ports/zendesk-oauth.ts';
import { openedOrUndefined } from '../secrets/opened-or-undefined.ts';
import {
  cannotBeOpened,
  clientOf,
  connectionBinding,
  shutConnection,
  type ZendeskClients,
} from './zendesk-clients.ts';
import {
  markReconnectNeeded,
  readTokenRow,
  releaseLease,
  storePair,
  takeLease,
  type TokenRow,
} from './zendesk-token-queries.ts';

export interface ZendeskTokenOptions extends Pick<
  Ports,
  'secretBox' | 'clock' | 'ids' | 'logger' | 'metrics'
> {
  readonly database: BookkeepingDatabase;
  readonly zendeskOAuth: ZendeskOAuth;
  readonly clients: ZendeskClients;
  /** Told when the connection's status has changed. */
  readonly onStatusChange?: (subscriptionId: string) => void;
  /** How long one process may ask for the next pair before another may; 20 when absent. */
  readonly leaseSeconds?: number;
  /** How long nobody asks after Zendesk did not answer; 2 when absent. */
  readonly restSeconds?: number;
}

interface KeptToken {
  readonly token: string;
  readonly subdomain: string;
  /** On the clock's elapsed scale. */
  readonly usableUntil: number;
}

type RoundTrip = (() => void) | undefined;

const renewedBeforeMs = 60_000;
const longestWithoutExpiryMs = 15 * 60_000;
const firstPollMs = 50;
const longestPollMs = 2_000;
const patienceMs = 30_000;
const restAfterOperatorsFault = 60;
const shortestLifeMs = 10_000;

/**
 * Access tokens of authorisations by a person. A refresh ends the old pair at Zendesk, so one process at a time asks,
 * under a lease in the database that is committed before the call, and the new pair is stored before anybody gets it.
 */
export class ZendeskTokens implements RotatingTokens {
  readonly #options: ZendeskTokenOptions;
  readonly #leaseSeconds: number;
  readonly #kept = new LRUCache<string, KeptToken>({ max: 5_000 });
  readonly #underway = new Map<string, Promise<string>>();
  /** The newest pair this process got itself, and when. */
  readonly #ownPairs = new LRUCache<string, { readonly token: string; readonly since: number }>({
    max: 5_000,
  });

  constructor(options: ZendeskTokenOptions) {
    this.#options = options;
    this.#leaseSeconds = options.leaseSeconds ?? 20;
  }

  async get(connection: HelpDeskConnection, onRoundTrip?: RoundTrip): Promise<string> {
    return this.#fromMemory(connection) ?? this.#obtainOnce(connection, undefined, onRoundTrip);
  }

  async renew(connection: HelpDeskConnection, refused: string, onRoundTrip?: RoundTrip): Promise<string> {
    const known = this.#fromMemory(connection);
    if (known !== undefined && !secretsEqual(known, refused)) return known;
    this.#kept.delete(connection.subscriptionId);
    const own = this.#ownPairs.get(connection.subscriptionId);
    // Zendesk refuses what it has just given: the account is closed to us, and more pairs would not open it.
    if (
      own !== undefined &&
      secretsEqual(own.token, refused) &&
      this.#options.clock.elapsed() - own.since < shortestLifeMs
    )
      throw new ProblemError('zendesk-reconnect-needed');
    return this.#obtainOnce(connection, refused, onRoundTrip);
  }

  #fromMemory({ subscriptionId, subdomain }: HelpDeskConnection): string | undefined {
    const kept = this.#kept.get(subscriptionId);
    const isGood =
      kept !== undefined && kept.subdomain === subdomain && kept.usableUntil > this.#options.clock.elapsed();
    return isGood ? kept.token : undefined;
  }

  #obtainOnce(
    { subscriptionId }: HelpDeskConnection,
    refused: string | undefined,
    onRoundTrip: RoundTrip,
  ): Promise<string> {
    const key = `${subscriptionId} ${refused ?? ''}`;
    const running = this.#underway.get(key);
    if (running !== undefined) return running;
    const started = this.#obtain(subscriptionId, refused, onRoundTrip).finally(() =>
      this.#underway.delete(key),
    );
    this.#underway.set(key, started);
    return started;
  }

  async #obtain(
    subscriptionId: string,
    refused: string | undefined,
    onRoundTrip: RoundTrip,
  ): Promise<string> {
    const { clock, database } = this.#options;
    const until = clock.elapsed() + patienceMs;
    let pollMs = firstPollMs;
    let judged: string | undefined;
    for (;;) {
      const row = await database.read({ subscriptionId }, readTokenRow);
      if (row === undefined || row.grantKind !== 'authorization-code')
        throw new ProblemError('zendesk-not-connected');
      if (row.status === 'reconnect-needed') throw reconnectNeeded(row);
      if (row.version !== judged) {
        const token = await this.#usable(subscriptionId, row, refused);
        if (token !== undefined) return token;
        judged = row.version;
      }
      if (row.leasedFor === 0) {
        const token = await this.#rotate(subscriptionId, row, onRoundTrip);
        if (token !== undefined) return token;
      } else if (row.leaseOwner === null || clock.elapsed() > until)
        throw new ProblemError('zendesk-unavailable', { retryAfterSeconds: Math.ceil(row.leasedFor) });
      await sleep(Math.min(pollMs, row.leasedFor === 0 ? pollMs : row.leasedFor * 1000 + 10));
      pollMs = Math.min(longestPollMs, pollMs * 2);
    }
  }

  /** The stored access token, unless it is about to expire or is the one Zendesk refused. */
  async #usable(
    subscriptionId: string,
    row: TokenRow,
    refused: string | undefined,
  ): Promise<string | undefined> {
    const { secretBox } = this.#options;
    const left = this.#leftMs(row.expiresAt);
    if (row.accessToken === null || left <= 0) return undefined;
    const token = await openedOrUndefined(
      secretBox.open(row.accessToken, connectionBinding(subscriptionId, 'access_token')),
    );
    // One that cannot be opened is replaced like one that is over, as long as the refresh token opens.
    if (token === undefined || (refused !== undefined && secretsEqual(token, refused))) return undefined;
    this.#keep(subscriptionId, row.subdomain, token, left);
    return token;
  }

  #leftMs(expiresAt: Date | null): number {
    if (expiresAt === null) return longestWithoutExpiryMs;
    return expiresAt.getTime() - this.#options.clock.now().getTime() - renewedBeforeMs;
  }

  #keep(subscriptionId: string, subdomain: string, token: string, leftMs: number): void {
    this.#kept.set(subscriptionId, {
      token,
      subdomain,
      usableUntil: this.#options.clock.elapsed() + leftMs,
    });
  }

  /** Asks for the next pair under a lease; undefined when somebody else has been faster. */
  async #rotate(subscriptionId: string, row: TokenRow, onRoundTrip: RoundTrip): Promise<string | undefined> {
    const { clock, database, ids, logger, metrics, secretBox, zendeskOAuth, clients } = this.#options;
    if (row.refreshToken === null) {
      await this.#giveUp(subscriptionId, row, 'no-refresh-token');
      return undefined;
    }
    const opened = await openedOrUndefined(
      Promise.all([
        clientOf(secretBox, clients, { ...row, subscriptionId }),
        secretBox.open(row.refreshToken, connectionBinding(subscriptionId, 'refresh_token')),
      ]),
    );
    const [client, refreshToken] = opened ?? [];
    if (client === undefined || refreshToken === undefined) {
      await this.#giveUp(subscriptionId, row, opened === undefined ? cannotBeOpened : 'client-gone');
      return undefined;
    }
    const owner = ids.next();
    const leasedAt = clock.elapsed();
    const lease = { owner, version: row.version, seconds: this.#leaseSeconds };
    if (!(await database.bookkeep({ subscriptionId }, (tx) => takeLease(tx, lease)))) return undefined;
    if (row.leaseOwner !== null) {
      // Its owner died with the answer or before asking; only trying shows which.
      logger.warn('zendesk refresh taken over', { subscriptionId });
      metrics.zendeskAuthorization({ event: 'lease-taken-over' });
    }
    // Held up for half the lease, this process could still be asking when the next one starts.
    const halfMs = this.#leaseSeconds * 500;
    if (clock.elapsed() - leasedAt > halfMs) return undefined;
    const signal = AbortSignal.timeout(halfMs);
    let pair: TokenPair;
    try {
      const call = { subscriptionId, subdomain: row.subdomain, signal, onRoundTrip };
      pair = await zendeskOAuth.refresh(call, client, refreshToken);
    } catch (error) {
      await this.#afterFailure(subscriptionId, row, owner, error);
      return undefined;
    }
    return this.#store(subscriptionId, row, pair, pair.refreshToken ?? refreshToken);
  }

  async #store(
    subscriptionId: string,
    row: TokenRow,
    pair: TokenPair,
    refreshToken: string,
  ): Promise<string | undefined> {
    const { clock, database, logger, metrics, secretBox, zendeskOAuth } = this.#options;
    const [accessToken, sealedRefresh] = await Promise.all([
      secretBox.seal(pair.accessToken, connectionBinding(subscriptionId, 'access_token')),
      secretBox.seal(refreshToken, connectionBinding(subscriptionId, 'refresh_token')),
    ]);
    const values = {
      accessToken,
      refreshToken: sealedRefresh,
      expiresAt: pair.expiresAt ?? null,
      grantedScopes: pair.scopes.join(' '),
    };
    const isStored = await this.#insist(() =>
      database.bookkeep({ subscriptionId }, (tx) => storePair(tx, row.version, values)),
    );
    if (!isStored) {
      // Disconnected or connected anew meanwhile, or an earlier try was stored after all.
      const now = await database.read({ subscriptionId }, readTokenRow);
      const stored = now === undefined ? undefined : await this.#usable(subscriptionId, now, undefined);
      if (stored !== undefined && secretsEqual(stored, pair.accessToken)) return stored;
      const call = { subscriptionId, subdomain: row.subdomain, signal: AbortSignal.timeout(10_000) };
      await zendeskOAuth.revoke(call, pair.accessToken).catch(() => undefined);
      return undefined;
    }
    logger.info('zendesk tokens rotated', { subscriptionId });
    metrics.zendeskAuthorization({ event: 'refreshed' });
    this.#keep(subscriptionId, row.subdomain, pair.accessToken, this.#leftMs(pair.expiresAt ?? null));
    this.#ownPairs.set(subscriptionId, { token: pair.accessToken, since: clock.elapsed() });
    return pair.accessToken;
  }

  /** Tries again while the database is away: the pair is nowhere else, and losing it means a person has to reconnect. */
  async #insist<T>(work: () => Promise<T>): Promise<T> {
    const { clock } = this.#options;
    const until = clock.elapsed() + patienceMs;
    for (let pauseMs = 100; ; pauseMs = Math.min(longestPollMs, pauseMs * 2)) {
      try {
        return await work();
      } catch (error) {
        const isPassing = error instanceof ProblemError && error.type === 'database-unavailable';
        if (!isPassing || clock.elapsed() > until) throw error;
        await sleep(pauseMs);
      }
    }
  }

  async #afterFailure(subscriptionId: string, row: TokenRow, owner: string, error: unknown): Promise<void> {
    const { database, logger, metrics } = this.#options;
    const isRefusal = error instanceof OAuthRefusal;
    const isOperatorsFault = isRefusal && row.clientKind === 'global' && error.code !== 'invalid-grant';
    if (isRefusal && !isOperatorsFault) return this.#giveUp(subscriptionId, row, error.code);
    metrics.zendeskAuthorization({ event: 'refresh-failed' });
    const rest = isRefusal
      ? { seconds: restAfterOperatorsFault, error: error.code }
      : { seconds: this.#options.restSeconds ?? 2, error: 'unavailable' };
    if (isRefusal)
      logger.error('zendesk refuses the client of this server', { subscriptionId, code: error.code });
    await database.bookkeep({ subscriptionId }, (tx) => releaseLease(tx, owner, rest));
    throw error instanceof ProblemError ? error : new ProblemError('zendesk-unavailable');
  }

  /** Marks the connection, unless a newer pair has come meanwhile. */
  async #giveUp(subscriptionId: string, row: TokenRow, reason: string): Promise<void> {
    const { database, ids, logger, metrics, onStatusChange } = this.#options;
    const overtaken = new Error('overtaken');
    const call = {
      subscriptionId,
      actor: { kind: 'system', id: 'zendesk-tokens' },
      requestId: ids.next(),
    } as const;
    const audit = {
      action: 'zendesk.reconnect-needed',
      target: row.subdomain,
      outcome: 'failed',
      facts: { reason },
    } as const;
    try {
      await database.write(call, { permission: 'system', audit }, async (tx) => {
        if (!(await markReconnectNeeded(tx, row.version, reason))) throw overtaken;
      });
    } catch (error) {
      if (error === overtaken) return;
      throw error;
    }
    this.#kept.delete(subscriptionId);
    logger.error('zendesk needs to be reconnected', { subscriptionId, code: reason });
    metrics.zendeskAuthorization({ event: 'reconnect-needed' });
    onStatusChange?.(subscriptionId);
  }
}

const reconnectNeeded = ({ lastError }: TokenRow): ProblemError =>
  lastError === cannotBeOpened
    ? new ProblemError('zendesk-reconnect-needed', { detail: shutConnection })
    : new ProblemError('zendesk-reconnect-needed');
