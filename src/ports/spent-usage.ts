import type { Usage } from './model-provider.ts';

/** What a generation had cost when it failed or was aborted. */
export interface SpentUsage {
  readonly usage: Usage;
  readonly calls: number;
}

const spent = new WeakMap<object, SpentUsage>();

/** Remembers what a failed generation had cost, beside the error and not in it. */
export function recordSpent(error: object, usage: SpentUsage): void {
  spent.set(error, usage);
}

/** What the generation behind this error had cost, if anything was sent. */
export function spentOf(error: unknown): SpentUsage | undefined {
  return typeof error === 'object' && error !== null ? spent.get(error) : undefined;
}
