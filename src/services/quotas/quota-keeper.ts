import { toProblem, ProblemError } from '../../kernel/problem-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { BookkeepingDatabase } from '../../ports/database.ts';
import type { Logger } from '../../ports/logger.ts';
import { returnLease, takeLease } from './quota-queries.ts';

/** Limits of a calendar month (UTC); null is none. */
export interface MonthlyQuotas {
  readonly requests: number | null;
  readonly tokens: number | null;
}

/** What a finished call used. */
export interface CallUse {
  /** 0: it never reached a provider, and is not counted as a request. */
  readonly providerCalls: number;
  readonly tokens: number;
}

interface QuotaPorts {
  readonly database: Pick<BookkeepingDatabase, 'bookkeep'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Tokens set aside for a call when it starts; what it really used replaces them at its end. */
export const tokensSetAside = 8_000;
/** The most a process holds at a time; 1 % of the limit when that is less. */
export const mostHeld = { requests: 50, tokens: 50 * tokensSetAside } as const;
const idleMs = 10_000;
const refreshMs = 45_000;
const dryMs = 5_000;

/** What this process may still hand to calls of one subscription; Infinity where there is no limit. Times on the elapsed scale. */
interface Account {
  requests: number;
  /** Negative when calls used more than was set aside for them. */
  tokens: number;
  running: number;
  month: string;
  endsAt: number;
  refreshAt: number;
  /** Until then the row is known to have no more. */
  dryUntil: number;
  usedAt: number;
  filling: Promise<void> | undefined;
}

/**
 * Keeps monthly limits without a round trip a call: a process takes requests and tokens from the subscription's row
 * some at a time, calls take theirs from memory, and what lies unused for 10 seconds goes back. Requests never go
 * over. Tokens go over by no more than running calls use beyond the 8,000 set aside for each, and one call a process.
 * Near the limit a process may refuse up to 10 seconds early what another one holds; what a killed process held counts as used.
 */
export class QuotaKeeper {
  readonly #ports: QuotaPorts;
  readonly #accounts = new Map<string, Account>();
  readonly #timer: NodeJS.Timeout;

  constructor(ports: QuotaPorts) {
    this.#ports = ports;
    this.#timer = setInterval(() => void this.#returnIdle(), idleMs / 2).unref();
  }

  /** Takes one request, at once while some are in memory. Throws `quota-exceeded`, or `database-unavailable` when it cannot know. */
  take(subscriptionId: string, quotas: MonthlyQuotas): void | Promise<void> {
    if (quotas.requests === null && quotas.tokens === null) return;
    const account = this.#accounts.get(subscriptionId) ?? this.#open(subscriptionId);
    const now = this.#ports.clock.elapsed();
    if (!spend(account, now)) return this.#takeAfterFilling(subscriptionId, account, quotas);
    if (now >= account.dryUntil && (isLow(account, quotas) || now >= account.refreshAt))
      void this.#fill(subscriptionId, account, quotas).catch(() => undefined);
  }

  /** Ends what `take` began: replaces the tokens set aside by those used. */
  settle(subscriptionId: string, quotas: MonthlyQuotas, use: CallUse): void {
    if (quotas.requests === null && quotas.tokens === null) return;
    const account = this.#accounts.get(subscriptionId);
    if (account === undefined || account.running === 0) return;
    account.running -= 1;
    account.tokens += tokensSetAside - use.tokens;
    if (use.providerCalls === 0) account.requests += 1;
    account.usedAt = this.#ports.clock.elapsed();
  }

  /** Gives back what is held; called when the process ends. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#accounts.keys()].map((id) => this.#giveBack(id)));
  }

  #open(subscriptionId: string): Account {
    const account: Account = {
      requests: 0,
      tokens: 0,
      running: 0,
      month: '',
      endsAt: 0,
      refreshAt: 0,
      dryUntil: 0,
      usedAt: this.#ports.clock.elapsed(),
      filling: undefined,
    };
    this.#accounts.set(subscriptionId, account);
    return account;
  }

  async #takeAfterFilling(subscriptionId: string, account: Account, quotas: MonthlyQuotas): Promise<void> {
    const { clock } = this.#ports;
    while (clock.elapsed() >= account.dryUntil) {
      await this.#fill(subscriptionId, account, quotas);
      if (spend(account, clock.elapsed())) return;
    }
    if (spend(account, clock.elapsed())) return;
    // A running call may give back some of the tokens set aside for it; otherwise only the next month helps.
    const mayComeBack = account.running > 0 && account.requests >= 1;
    const untilMonthEnds = Math.max(1, Math.ceil((account.endsAt - clock.elapsed()) / 1000));
    throw new ProblemError('quota-exceeded', {
      detail: 'The limit of this month is used up.',
      retryAfterSeconds: mayComeBack ? dryMs / 1000 : untilMonthEnds,
    });
  }

  /** One fill at a time; those who come meanwhile wait for it. */
  #fill(subscriptionId: string, account: Account, quotas: MonthlyQuotas): Promise<void> {
    account.filling ??= this.#lease(subscriptionId, account, quotas).finally(() => {
      account.filling = undefined;
    });
    return account.filling;
  }

  async #lease(subscriptionId: string, account: Account, quotas: MonthlyQuotas): Promise<void> {
    const wish = wishOf(quotas);
    const asked = {
      requests: missing(account.requests, wish.requests),
      tokens: missing(Math.max(0, account.tokens), wish.tokens),
      debt: account.month === '' ? 0 : Math.max(0, -account.tokens),
    };
    const lease = await this.#ports.database.bookkeep({ subscriptionId }, (tx) =>
      takeLease(tx, subscriptionId, asked),
    );
    const now = this.#ports.clock.elapsed();
    if (lease.month !== account.month) {
      account.month = lease.month;
      account.requests = 0;
      // Calls that run over the turn of the month are counted in the new one.
      account.tokens = -account.running * tokensSetAside;
    }
    account.requests = lease.requests === null ? Infinity : finite(account.requests) + lease.requests;
    account.tokens = lease.tokens === null ? Infinity : finite(account.tokens) + asked.debt + lease.tokens;
    account.endsAt = now + lease.endsInSeconds * 1000;
    account.refreshAt = now + refreshMs;
    const gaveLess =
      (lease.requests ?? asked.requests) < asked.requests || (lease.tokens ?? asked.tokens) < asked.tokens;
    account.dryUntil = gaveLess ? now + dryMs : 0;
  }

  async #returnIdle(): Promise<void> {
    const now = this.#ports.clock.elapsed();
    for (const [id, account] of this.#accounts) {
      const isIdle = account.running === 0 && account.filling === undefined && now - account.usedAt >= idleMs;
      if (isIdle) await this.#giveBack(id);
    }
  }

  async #giveBack(subscriptionId: string): Promise<void> {
    const account = this.#accounts.get(subscriptionId);
    // Out of the map first: a call that comes now begins a new account.
    this.#accounts.delete(subscriptionId);
    if (account === undefined || account.month === '') return;
    await account.filling?.catch(() => undefined);
    const unused = { requests: finite(account.requests), tokens: finite(account.tokens) };
    if (unused.requests === 0 && unused.tokens === 0) return;
    try {
      await this.#ports.database.bookkeep({ subscriptionId }, (tx) =>
        returnLease(tx, { month: account.month, ...unused }),
      );
    } catch (error) {
      this.#ports.logger.warn('quota not returned', { subscriptionId, problem: toProblem(error).type });
    }
  }
}

function spend(account: Account, now: number): boolean {
  if (now >= account.endsAt || account.requests < 1 || account.tokens <= 0) return false;
  // Only a call that runs alone may start with less than is set aside, or the rest of a limit could never be used.
  if (account.tokens < tokensSetAside && account.running > 0) return false;
  account.requests -= 1;
  account.tokens -= tokensSetAside;
  account.running += 1;
  account.usedAt = now;
  return true;
}

function wishOf({ requests, tokens }: MonthlyQuotas): { readonly requests: number; readonly tokens: number } {
  const part = (limit: number | null, least: number, most: number): number =>
    limit === null ? 0 : Math.max(least, Math.min(most, Math.ceil(limit / 100)));
  return {
    requests: part(requests, 1, mostHeld.requests),
    tokens: part(tokens, tokensSetAside, mostHeld.tokens),
  };
}

function isLow(account: Account, quotas: MonthlyQuotas): boolean {
  const wish = wishOf(quotas);
  return account.requests < wish.requests / 4 || account.tokens < wish.tokens / 4;
}

/** How many to ask for; where there was no limit, all that is wished, to learn whether there is one now. */
const missing = (held: number, wished: number): number =>
  Number.isFinite(held) ? Math.max(0, wished - held) : wished;

const finite = (held: number): number => (Number.isFinite(held) ? held : 0);
