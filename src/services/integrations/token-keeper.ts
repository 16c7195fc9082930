import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { ProblemError } from '../../kernel/problem-error.ts';
import { secretsEqual } from '../../kernel/secrets-equal.ts';
import type { BookkeepingDatabase } from '../../ports/database.ts';
import type { Ports } from '../../ports/ports.ts';
import { openedOrUndefined } from '../secrets/opened-or-undefined.ts';
import type { NewPair, StoredTokens, TokenBook, TokenIssuer, TokenOwner } from './token-parts.ts';
import { cannotBeOpened } from './zendesk-clients.ts';

export interface TokenKeeperOptions<R extends StoredTokens, C> extends Pick<
  Ports,
  'secretBox' | 'clock' | 'ids' | 'logger'
> {
  readonly database: BookkeepingDatabase;
  readonly book: TokenBook<R>;
  readonly issuer: TokenIssuer<R, C>;
  /** Told when the connection's status has changed. */
  readonly onStatusChange?: ((subscriptionId: string) => void) | undefined;
  /** How long one process may ask for the next pair before another may; 20 when absent. */
  readonly leaseSeconds?: number | undefined;
  /** How long nobody asks after the issuer did not answer; 2 when absent. */
  readonly restSeconds?: number | undefined;
}

interface KeptToken {
  readonly token: string;
  readonly account: string;
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
 * Access tokens of authorisations by a person. A refresh ends the old pair at its issuer, so one process at a time asks,
 * under a lease in the database that is committed before the call, and the new pair is stored before anybody gets it.
 */
export class TokenKeeper<R extends StoredTokens, C> {
  readonly #options: TokenKeeperOptions<R, C>;
  readonly #leaseSeconds: number;
  readonly #kept = new LRUCache<string, KeptToken>({ max: 5_000 });
  readonly #underway = new Map<string, Promise<string>>();
  /** The newest pair this process got itself, and when. */
  readonly #ownPairs = new LRUCache<string, { readonly token: string; readonly since: number }>({
    max: 5_000,
  });

  constructor(options: TokenKeeperOptions<R, C>) {
    this.#options = options;
    this.#leaseSeconds = options.leaseSeconds ?? 20;
  }

  /** A token that should still be good. */
  async get(owner: TokenOwner, onRoundTrip?: RoundTrip): Promise<string> {
    return this.#fromMemory(owner) ?? this.#obtainOnce(owner, undefined, onRoundTrip);
  }

  /** Another token than the one that has just been refused. */
  async renew(owner: TokenOwner, refused: string, onRoundTrip?: RoundTrip): Promise<string> {
    const known = this.#fromMemory(owner);
    if (known !== undefined && !secretsEqual(known, refused)) return known;
    this.#kept.delete(owner.subscriptionId);
    const own = this.#ownPairs.get(owner.subscriptionId);
    // The issuer's site refuses what has just been given: the account is closed to us, and more pairs would not open it.
    if (
      own !== undefined &&
      secretsEqual(own.token, refused) &&
      this.#options.clock.elapsed() - own.since < shortestLifeMs
    )
      throw new ProblemError(this.#options.issuer.problems.reconnectNeeded);
    return this.#obtainOnce(owner, refused, onRoundTrip);
  }

  #fromMemory({ subscriptionId, account }: TokenOwner): string | undefined {
    const kept = this.#kept.get(subscriptionId);
    const isGood =
      kept !== undefined && kept.account === account && kept.usableUntil > this.#options.clock.elapsed();
    return isGood ? kept.token : undefined;
  }

  #obtainOnce(
    { subscriptionId }: TokenOwner,
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
    const { book, clock, database, issuer } = this.#options;
    const until = clock.elapsed() + patienceMs;
    let pollMs = firstPollMs;
    let judged: string | undefined;
    for (;;) {
      const row = await database.read({ subscriptionId }, (tx) => book.read(tx));
      if (row === undefined) throw new ProblemError(issuer.problems.notConnected);
      if (row.status === 'reconnect-needed') throw this.#reconnectNeeded(row);
      if (row.version !== judged) {
        const token = await this.#usable(subscriptionId, row, refused);
        if (token !== undefined) return token;
        judged = row.version;
      }
      if (row.leasedFor === 0) {
        const token = await this.#rotate(subscriptionId, row, onRoundTrip);
        if (token !== undefined) return token;
      } else if (row.leaseOwner === null || clock.elapsed() > until)
        throw new ProblemError(issuer.problems.unavailable, { retryAfterSeconds: Math.ceil(row.leasedFor) });
      await sleep(Math.min(pollMs, row.leasedFor === 0 ? pollMs : row.leasedFor * 1000 + 10));
      pollMs = Math.min(longestPollMs, pollMs * 2);
    }
  }

  /** The stored access token, unless it is about to expire or is the one that was refused. */
  async #usable(subscriptionId: string, row: R, refused: string | undefined): Promise<string | undefined> {
    const { book, secretBox } = this.#options;
    const left = this.#leftMs(row.expiresAt);
    if (row.accessToken === null || left <= 0) return undefined;
    const token = await openedOrUndefined(
      secretBox.open(row.accessToken, book.binding(subscriptionId, 'access_token')),
    );
    // One that cannot be opened is replaced like one that is over, as long as the refresh token opens.
    if (token === undefined || (refused !== undefined && secretsEqual(token, refused))) return undefined;
    this.#keep(subscriptionId, row.account, token, left);
    return token;
  }

  #leftMs(expiresAt: Date | null): number {
    if (expiresAt === null) return longestWithoutExpiryMs;
    return expiresAt.getTime() - this.#options.clock.now().getTime() - renewedBeforeMs;
  }

  #keep(subscriptionId: string, account: string, token: string, leftMs: number): void {
    this.#kept.set(subscriptionId, {
      token,
      account,
      usableUntil: this.#options.clock.elapsed() + leftMs,
    });
  }

  /** Asks for the next pair under a lease; undefined when somebody else has been faster. */
  async #rotate(subscriptionId: string, row: R, onRoundTrip: RoundTrip): Promise<string | undefined> {
    const { book, clock, database, ids, issuer, logger, secretBox } = this.#options;
    if (row.refreshToken === null) {
      await this.#giveUp(subscriptionId, row, 'no-refresh-token');
      return undefined;
    }
    const opened = await openedOrUndefined(
      Promise.all([
        issuer.client(subscriptionId, row),
        secretBox.open(row.refreshToken, book.binding(subscriptionId, 'refresh_token')),
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
    if (!(await database.bookkeep({ subscriptionId }, (tx) => book.takeLease(tx, lease)))) return undefined;
    if (row.leaseOwner !== null) {
      // Its owner died with the answer or before asking; only trying shows which.
      logger.warn(`${issuer.name} refresh taken over`, { subscriptionId });
      issuer.count('lease-taken-over');
    }
    // Held up for half the lease, this process could still be asking when the next one starts.
    const halfMs = this.#leaseSeconds * 500;
    if (clock.elapsed() - leasedAt > halfMs) return undefined;
    const signal = AbortSignal.timeout(halfMs);
    let pair: NewPair;
    try {
      pair = await issuer.refresh({ subscriptionId, signal, onRoundTrip }, row, client, refreshToken);
    } catch (error) {
      await this.#afterFailure(subscriptionId, row, owner, error);
      return undefined;
    }
    return this.#store(subscriptionId, row, pair, pair.refreshToken ?? refreshToken);
  }

  async #store(
    subscriptionId: string,
    row: R,
    pair: NewPair,
    refreshToken: string,
  ): Promise<string | undefined> {
    const { book, clock, database, issuer, logger, secretBox } = this.#options;
    const [accessToken, sealedRefresh] = await Promise.all([
      secretBox.seal(pair.accessToken, book.binding(subscriptionId, 'access_token')),
      secretBox.seal(refreshToken, book.binding(subscriptionId, 'refresh_token')),
    ]);
    const values = {
      accessToken,
      refreshToken: sealedRefresh,
      expiresAt: pair.expiresAt ?? null,
      grantedScopes: pair.scopes.join(' '),
    };
    const isStored = await this.#insist(() =>
      database.bookkeep({ subscriptionId }, (tx) => book.storePair(tx, row.version, values)),
    );
    if (!isStored) {
      // Disconnected or connected anew meanwhile, or an earlier try was stored after all.
      const now = await database.read({ subscriptionId }, (tx) => book.read(tx));
      const stored = now === undefined ? undefined : await this.#usable(subscriptionId, now, undefined);
      if (stored !== undefined && secretsEqual(stored, pair.accessToken)) return stored;
      const call = { subscriptionId, signal: AbortSignal.timeout(10_000) };
      await issuer.end(call, row, pair.accessToken).catch(() => undefined);
      return undefined;
    }
    logger.info(`${issuer.name} tokens rotated`, { subscriptionId });
    issuer.count('refreshed');
    this.#keep(subscriptionId, row.account, pair.accessToken, this.#leftMs(pair.expiresAt ?? null));
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

  async #afterFailure(subscriptionId: string, row: R, owner: string, error: unknown): Promise<void> {
    const { book, database, issuer, logger } = this.#options;
    const refusal = issuer.refusalOf(error);
    const isOperatorsFault = refusal !== undefined && issuer.isOperatorsFault(row, refusal);
    if (refusal !== undefined && !isOperatorsFault) return this.#giveUp(subscriptionId, row, refusal);
    issuer.count('refresh-failed');
    const rest =
      refusal === undefined
        ? { seconds: this.#options.restSeconds ?? 2, error: 'unavailable' }
        : { seconds: restAfterOperatorsFault, error: refusal };
    if (refusal !== undefined)
      logger.error(`${issuer.name} refuses the client of this server`, { subscriptionId, code: refusal });
    await database.bookkeep({ subscriptionId }, (tx) => book.releaseLease(tx, owner, rest));
    throw error instanceof ProblemError ? error : new ProblemError(issuer.problems.unavailable);
  }

  /** Marks the connection, unless a newer pair has come meanwhile. */
  async #giveUp(subscriptionId: string, row: R, reason: string): Promise<void> {
    const { book, database, ids, issuer, logger, onStatusChange } = this.#options;
    const overtaken = new Error('overtaken');
    const call = {
      subscriptionId,
      actor: { kind: 'system', id: `${issuer.name}-tokens` },
      requestId: ids.next(),
    } as const;
    const audit = {
      action: `${issuer.name}.reconnect-needed`,
      target: row.account,
      outcome: 'failed',
      facts: { reason },
    } as const;
    try {
      await database.write(call, { permission: 'system', audit }, async (tx) => {
        if (!(await book.markReconnectNeeded(tx, row.version, reason))) throw overtaken;
      });
    } catch (error) {
      if (error === overtaken) return;
      throw error;
    }
    this.#kept.delete(subscriptionId);
    logger.error(`${issuer.name} needs to be reconnected`, { subscriptionId, code: reason });
    issuer.count('reconnect-needed');
    onStatusChange?.(subscriptionId);
  }

  #reconnectNeeded({ lastError }: R): ProblemError {
    const { problems, shut } = this.#options.issuer;
    return new ProblemError(problems.reconnectNeeded, lastError === cannotBeOpened ? { detail: shut } : {});
  }
}
