import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import type { CostQuality } from '../../contract/stream-events.ts';
import { reveal } from '../../kernel/reveal.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Generation, Usage } from '../../ports/model-provider.ts';
import type { SpentUsage } from '../../ports/spent-usage.ts';
import type { Prices, TokenCounts } from './prices.ts';
import type { TokenCounter } from './tokens.ts';

/** The provider's own counts in one shape; undefined when it sent none. */
export function countsOf(usage: LanguageModelV4Usage | undefined): TokenCounts | undefined {
  const input = usage?.inputTokens.total;
  const output = usage?.outputTokens.total;
  if (usage === undefined || input === undefined || output === undefined || input + output === 0)
    return undefined;
  return {
    input,
    cached: usage.inputTokens.cacheRead ?? 0,
    cacheWrite: usage.inputTokens.cacheWrite ?? 0,
    output,
    reasoning: usage.outputTokens.reasoning ?? 0,
  };
}

function usageFrom(counts: TokenCounts, price: Pick<Usage, 'costNanoUsd' | 'costQuality'>): Usage {
  return {
    inputTokens: counts.input,
    cachedInputTokens: counts.cached,
    cacheWriteTokens: counts.cacheWrite,
    outputTokens: counts.output,
    reasoningTokens: counts.reasoning,
    costNanoUsd: price.costNanoUsd,
    costQuality: price.costQuality,
  };
}

/** From sure to unknown; a sum is only as sure as its least sure part. */
const certainty: readonly CostQuality[] = ['provider', 'catalog', 'family', 'estimated', 'unknown'];

/** Two usages as one; the cost is null as soon as one of them is. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
    costNanoUsd: a.costNanoUsd === null || b.costNanoUsd === null ? null : a.costNanoUsd + b.costNanoUsd,
    costQuality:
      certainty.indexOf(a.costQuality) > certainty.indexOf(b.costQuality) ? a.costQuality : b.costQuality,
  };
}

const nothing: Usage = usageFrom(
  { input: 0, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 },
  { costNanoUsd: 0, costQuality: 'catalog' },
);

export interface LedgerParts {
  readonly tokens: TokenCounter;
  readonly prices: Prices;
  readonly clock: Clock;
}

/** What all calls of one generation have cost so far. */
export class Ledger {
  private readonly generation: Generation;
  private readonly tokens: TokenCounter;
  private readonly prices: Prices;
  private readonly clock: Clock;
  private sum: Usage | undefined;
  private calls = 0;

  constructor(generation: Generation, { tokens, prices, clock }: LedgerParts) {
    this.generation = generation;
    this.tokens = tokens;
    this.prices = prices;
    this.clock = clock;
  }

  /** A call is being made. */
  called(): void {
    this.calls += 1;
  }

  /** A call was answered; `costUsd` is the provider's own figure in dollars, `text` what it wrote. */
  bill(usage: LanguageModelV4Usage | undefined, costUsd: number | undefined, text: string): void {
    const counts = countsOf(usage);
    if (counts === undefined) {
      this.estimate(text);
      return;
    }
    if (costUsd !== undefined)
      this.add(usageFrom(counts, { costNanoUsd: Math.round(costUsd * 1e9), costQuality: 'provider' }));
    else
      this.add(usageFrom(counts, this.prices.priceOf(this.generation.connection, counts, this.clock.now())));
  }

  /** A call reached the provider but its bill never came: counted from the prompt and the text that arrived. */
  estimate(text: string): void {
    const { connection } = this.generation;
    const { system, user } = reveal(this.generation.prompt, 'model-provider');
    const input = this.tokens.rough(connection, system) + this.tokens.rough(connection, user);
    const counts = {
      input,
      cached: 0,
      cacheWrite: 0,
      output: this.tokens.rough(connection, text),
      reasoning: 0,
    };
    const { costNanoUsd } = this.prices.priceOf(connection, counts, this.clock.now());
    this.add(usageFrom(counts, { costNanoUsd, costQuality: costNanoUsd === null ? 'unknown' : 'estimated' }));
  }

  spent(): SpentUsage {
    return { usage: this.sum ?? nothing, calls: this.calls };
  }

  private add(usage: Usage): void {
    this.sum = this.sum === undefined ? usage : addUsage(this.sum, usage);
  }
}
