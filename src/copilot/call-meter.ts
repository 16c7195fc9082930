import type { CostQuality, Receipt } from '../contract/stream-events.ts';
import type { Clock, Ids } from '../ports/clock.ts';
import type { ModelConnection, Usage } from '../ports/model-provider.ts';

const qualityOrder: readonly CostQuality[] = ['provider', 'catalog', 'family', 'estimated', 'unknown'];

/** Counts what one call costs and sends; becomes its receipt. Numbers and ids only. */
export class CallMeter {
  commentsSent = 0;
  sourcesSent = 0;
  helpDeskCalls = 0;
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
    readonly connection: ModelConnection;
    readonly host: string;
    readonly outcome: string;
  }): Receipt {
    return {
      id: about.ids.next(),
      feature: about.feature,
      ticketId: about.ticketId,
      at: this.#clock.now().toISOString(),
      providerKind: about.connection.kind,
      providerHost: about.host,
      model: about.connection.model,
      demo: about.connection.demo,
      commentsSent: this.commentsSent,
      sourcesSent: this.sourcesSent,
      valuesMasked: 0,
      providerCalls: this.#providerCalls,
      helpDeskCalls: this.helpDeskCalls,
      ...this.#usage,
      costQuality: this.#providerCalls === 0 ? 'unknown' : this.#usage.costQuality,
      outcome: about.outcome,
      durationMs: Math.round(this.elapsedMs),
    };
  }
}
