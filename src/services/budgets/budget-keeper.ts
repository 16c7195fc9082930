import { ProblemError, toProblem } from '../../kernel/problem-error.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { Database } from '../../ports/database.ts';
import type { JobQueue } from '../../ports/job-queue.ts';
import type { Logger } from '../../ports/logger.ts';
import type { CallLedger } from '../usage/call-ledger.ts';
import { announceStage } from './announce-stage.ts';
import {
  counted,
  covers,
  periodStart,
  spentOn,
  stageOf,
  type Amounts,
  type Budget,
  type Spending,
} from './budget.ts';
import { readBudgets, readSpending } from './budget-queries.ts';

interface BudgetPorts {
  readonly database: Database;
  readonly jobs: JobQueue;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}

/** What a finished call used. */
export interface CallSpending {
  readonly tokens: number;
  /** Null: nobody knows the price. */
  readonly nanoUsd: number | null;
}

/** Milliseconds after which what is known is read again in the background, and after which a call waits for it. */
const renewAfterMs = 2_500;
const trustedMs = 5_000;
/** As long as the database does not answer, what is known serves. */
const servesMs = 60_000;
const idleMs = 60_000;
/** Set aside for a running call of a period in which none has ended. */
const firstCallTokens = 8_000;

type Ended = Pick<Amounts, 'tokens' | 'nanoUsd' | 'calls'>;
const nothing: Ended = { tokens: 0, nanoUsd: 0, calls: 0 };
const plus = (one: Ended, other: Ended): Ended => ({
  tokens: one.tokens + other.tokens,
  nanoUsd: one.nanoUsd + other.nanoUsd,
  calls: one.calls + other.calls,
});

/** What this process knows of one subscription. Times on the elapsed scale. */
interface Account {
  budgets: readonly Budget[];
  spending: Spending | undefined;
  readAt: number;
  dayEndsAt: number;
  /** Settled since the last reading began, by feature. */
  since: Map<string, Ended>;
  readonly running: Map<string, number>;
  usedAt: number;
  reading: Promise<void> | undefined;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Keeps budgets without a round trip a call. What was used is read from the totals of days at most every 2.5 seconds,
 * and calls of this process are added as they end; each running call counts as the mean of the period's calls. A budget
 * is overshot by no more than what running calls use beyond that mean, and what other processes' calls used in the last
 * 5 seconds. A database that does not answer is forgiven for a minute, then calls are refused.
 */
export class BudgetKeeper {
  readonly #ports: BudgetPorts;
  readonly #ledger: Pick<CallLedger, 'flush'>;
  readonly #accounts = new Map<string, Account>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(ports: BudgetPorts, ledger: Pick<CallLedger, 'flush'>) {
    this.#ports = ports;
    this.#ledger = ledger;
    this.#sweeper = setInterval(() => this.#forgetIdle(), idleMs / 2).unref();
  }

  /** Lets a call of a subscription with budgets begin; it must end by `settle`. Throws `budget-used-up`, or `database-unavailable` when it cannot know. */
  begin(subscriptionId: string, feature: string): void | Promise<void> {
    const account = this.#accounts.get(subscriptionId) ?? this.#open(subscriptionId);
    const now = this.#ports.clock.elapsed();
    account.usedAt = now;
    const age = now - account.readAt;
    if (account.spending === undefined || age >= trustedMs || now >= account.dayEndsAt)
      return this.#beginAfterReading(subscriptionId, account, feature);
    if (age >= renewAfterMs) void this.#read(subscriptionId, account).catch(() => undefined);
    this.#admit(account, account.spending, feature);
  }

  /** Ends what `begin` let begin. */
  settle(subscriptionId: string, feature: string, used: CallSpending): void {
    const account = this.#accounts.get(subscriptionId);
    const running = account?.running.get(feature) ?? 0;
    if (account === undefined || running === 0) return;
    account.running.set(feature, running - 1);
    if (used.tokens === 0 && (used.nanoUsd ?? 0) === 0) return;
    const ended = { tokens: used.tokens, nanoUsd: used.nanoUsd ?? 0, calls: 1 };
    account.since.set(feature, plus(account.since.get(feature) ?? nothing, ended));
    // Nobody may call for a while, and people want to know what the last call has used up.
    account.timer ??= setTimeout(() => {
      account.timer = undefined;
      void this.#read(subscriptionId, account).catch(() => undefined);
    }, renewAfterMs).unref();
  }

  /** Called after a change of budgets. */
  forget(subscriptionId: string): void {
    const account = this.#accounts.get(subscriptionId);
    if (account !== undefined) account.readAt = -Infinity;
  }

  /** Waits for what is being read. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    for (const account of this.#accounts.values()) clearTimeout(account.timer);
    for (const { reading } of this.#accounts.values()) await reading?.catch(() => undefined);
  }

  #open(subscriptionId: string): Account {
    const account: Account = {
      budgets: [],
      spending: undefined,
      readAt: -Infinity,
      dayEndsAt: 0,
      since: new Map(),
      running: new Map(),
      usedAt: 0,
      reading: undefined,
      timer: undefined,
    };
    this.#accounts.set(subscriptionId, account);
    return account;
  }

  async #beginAfterReading(subscriptionId: string, account: Account, feature: string): Promise<void> {
    try {
      await this.#read(subscriptionId, account);
    } catch (error) {
      if (this.#ports.clock.elapsed() - account.readAt > servesMs) throw toProblem(error);
    }
    this.#admit(account, account.spending as Spending, feature);
  }

  #admit(account: Account, spending: Spending, feature: string): void {
    for (const budget of account.budgets) {
      if (!covers(budget, feature)) continue;
      const ended = plus(spentOn(budget, spending), sinceReading(account, budget));
      const used = counted(budget, ended);
      const running = sumWhere(account.running, budget);
      if (used + running * meanOf(budget, ended) < budget.most) continue;
      const untilEnd = budget.period === 'day' ? spending.dayEndsInSeconds : spending.monthEndsInSeconds;
      const sinceRead = (this.#ports.clock.elapsed() - account.readAt) / 1_000;
      throw new ProblemError('budget-used-up', {
        detail: `The budget of this ${budget.period} is used up.`,
        // Calls that run may use less than is set aside for them.
        retryAfterSeconds: used < budget.most ? 5 : Math.max(1, Math.ceil(untilEnd - sinceRead)),
      });
    }
    account.running.set(feature, (account.running.get(feature) ?? 0) + 1);
  }

  /** One reading at a time; those who come meanwhile wait for it. */
  #read(subscriptionId: string, account: Account): Promise<void> {
    account.reading ??= this.#readOnce(subscriptionId, account).finally(() => {
      account.reading = undefined;
    });
    return account.reading;
  }

  async #readOnce(subscriptionId: string, account: Account): Promise<void> {
    const { database, clock } = this.#ports;
    const before = account.since;
    account.since = new Map();
    try {
      // What was settled until now is in the totals then.
      await this.#ledger.flush();
      const { budgets, spending } = await database.read({ subscriptionId }, async (tx) => ({
        budgets: await readBudgets(tx),
        spending: await readSpending(tx),
      }));
      account.budgets = budgets;
      account.spending = spending;
      account.readAt = clock.elapsed();
      account.dayEndsAt = account.readAt + spending.dayEndsInSeconds * 1_000;
    } catch (error) {
      for (const [feature, ended] of before)
        account.since.set(feature, plus(account.since.get(feature) ?? nothing, ended));
      throw error;
    }
    await this.#announce(subscriptionId, account.budgets, account.spending);
  }

  async #announce(subscriptionId: string, budgets: readonly Budget[], spending: Spending): Promise<void> {
    for (const budget of budgets) {
      const used = counted(budget, spentOn(budget, spending));
      const stage = stageOf(budget, used);
      const period = periodStart(budget, spending.today);
      if (stage === 'open' || (stage === 'warning' ? budget.warnedFor : budget.usedUpFor) === period)
        continue;
      try {
        await announceStage(this.#ports, subscriptionId, budget, { stage, period, used });
      } catch (error) {
        this.#ports.logger.warn('budget not announced', { subscriptionId, problem: toProblem(error).type });
      }
    }
  }

  #forgetIdle(): void {
    const now = this.#ports.clock.elapsed();
    for (const [id, account] of this.#accounts) {
      const isBusy = account.reading !== undefined || account.timer !== undefined || sum(account.running) > 0;
      if (!isBusy && now - account.usedAt >= idleMs) this.#accounts.delete(id);
    }
  }
}

const sum = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((total, count) => total + count, 0);

function sinceReading(account: Account, budget: Budget): Ended {
  let total = nothing;
  for (const [feature, ended] of account.since) if (covers(budget, feature)) total = plus(total, ended);
  return total;
}

function sumWhere(running: ReadonlyMap<string, number>, budget: Budget): number {
  let total = 0;
  for (const [feature, count] of running) if (covers(budget, feature)) total += count;
  return total;
}

function meanOf(budget: Budget, ended: Ended): number {
  if (ended.calls > 0) return counted(budget, ended) / ended.calls;
  return budget.metric === 'tokens' ? firstCallTokens : 0;
}
