import type { MaskedCounts } from '../contract/masking.ts';
import type { CostQuality, Receipt } from '../contract/stream-events.ts';
import type { Clock, Ids } from '../ports/clock.ts';
import type { ModelConnection, Usage } from '../ports/model-provider.ts';

const qualityOrder: readonly CostQuality[] = ['provider', 'catalog', 'family', 'estimated', 'unknown'];

/** Counts what one call costs and sends; becomes its receipt. Numbers and ids only. */
export class CallMeter {
  commentsSent = 0;
  sourcesSent = 0;
  helpDeskCalls = 0;
  /** Who was asked last, where others may stand in for the connection of the call. */
  asked: ModelConnection | undefined;
  /** Set when masking is on. */
  maskedCounts: () => MaskedCounts = () => ({});
  readonly #startedAt: number;
  #providerCalls = 0;
  #usage: Omit<Usage, 'cacheWriteTokens'> = {
    inputTokens: 0,
    cachedInputTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    costNanoUsd: 0,
    costQuality: 'provider',
  };
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.elapsed();
  }

  /** Adds a generation; the cost is as sure as its least sure part, and unknown when one part is. */
  add(usage: Usage, calls: number): void {
    const sum = this.#usage;
    this.#providerCalls += calls;
    this.#usage = {
      inputTokens: sum.inputTokens + usage.inputTokens,
      cachedInputTokens: sum.cachedInputTokens + usage.cachedInputTokens,
      outputTokens: sum.outputTokens + usage.outputTokens,
      reasoningTokens: sum.reasoningTokens + usage.reasoningTokens,
      costNanoUsd:
        sum.costNanoUsd === null || usage.costNanoUsd === null ? null : sum.costNanoUsd + usage.costNanoUsd,
      costQuality:
        qualityOrder.indexOf(usage.costQuality) > qualityOrder.indexOf(sum.costQuality)
          ? usage.costQuality
          : sum.costQuality,
    };
  }

  get elapsedMs(): number {
    return this.#clock.elapsed() - this.#startedAt;
  }

  receipt(about: {
    readonly ids: Ids;
    readonly feature: string;
    readonly ticketId: number | null;
    /** Undefined: no model was asked. */
    readonly connection: ModelConnection | undefined;
    readonly host: string;
    readonly promptVersion: number;
    readonly outcome: string;
  }): Receipt {
    const masked = this.maskedCounts();
    return {
      id: about.ids.next(),
      feature: about.feature,
      ticketId: about.ticketId,
      at: this.#clock.now().toISOString(),
      providerKind: about.connection?.kind ?? 'none',
      providerHost: about.host,
      model: about.connection?.model ?? '',
      promptVersion: about.promptVersion,
      demo: about.connection?.demo ?? false,
      commentsSent: this.commentsSent,
      sourcesSent: this.sourcesSent,
      valuesMasked: Object.values(masked).reduce((sum, count) => sum + count, 0),
      masked,
      providerCalls: this.#providerCalls,
      helpDeskCalls: this.helpDeskCalls,
      ...this.#usage,
      costQuality: this.#providerCalls === 0 ? 'unknown' : this.#usage.costQuality,
      outcome: about.outcome,
      durationMs: Math.round(this.elapsedMs),
    };
  }
}
