import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { JsonValue } from '../../kernel/json.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FinishedGeneration, Generation } from '../../ports/model-provider.ts';
import { recordSpent } from '../../ports/spent-usage.ts';
import { callOptions } from './call-options.ts';
import { callOnce, streamOnce, type Answer, type Asking } from './call.ts';
import { Watch, type Deadlines } from './deadlines.ts';
import type { DeltaQueue } from './delta-queue.ts';
import { AnswerFault, faultOf, problemOf } from './errors.ts';
import { isReasoningModel, type Models } from './models.ts';
import { plainKinds } from './plain-chat.ts';
import type { FastFetch } from './fast-fetch.ts';
import type { Prices } from './prices.ts';
import type { RequestTemplates } from './request-template.ts';
import { withRetries } from './retry.ts';
import { readOutput } from './structured.ts';
import { wireFormatOf } from './text-tap.ts';
import type { TokenCounter } from './tokens.ts';
import { Ledger } from './usage.ts';

/** What every generation needs. */
export interface RunParts {
  readonly models: Models;
  readonly templates: RequestTemplates;
  readonly fetch: FastFetch;
  readonly tokens: TokenCounter;
  readonly prices: Prices;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** Between 0 and 1, for the pauses between tries. */
  readonly random: () => number;
}

/** One generation with its retries and, for structured output, its repair and its second asking. */
export class GenerationRun {
  readonly watch: Watch;
  private readonly parts: RunParts;
  private readonly generation: Generation;
  private readonly queue: DeltaQueue | undefined;
  private readonly ledger: Ledger;
  private arrived = '';

  constructor(parts: RunParts, generation: Generation, queue?: DeltaQueue) {
    this.parts = parts;
    this.generation = generation;
    this.queue = queue;
    this.ledger = new Ledger(generation, parts);
    this.watch = new Watch({
      clock: parts.clock,
      deadlines: parts.deadlines,
      reasoning: isReasoningModel(generation.connection.model),
      streaming: queue !== undefined,
      caller: generation.signal,
    });
  }

  /** Throws `ProblemError`s and the caller's abort reason only, both with what was spent. */
  async finish(): Promise<FinishedGeneration> {
    try {
      this.watch.throwIfEnded();
      return await this.answer();
    } catch (error) {
      const safe = this.safe(error);
      // An abort reason that is no object has no place to note it.
      if (typeof safe === 'object' && safe !== null) recordSpent(safe, this.ledger.spent());
      throw safe;
    } finally {
      this.watch.stop();
    }
  }

  private safe(error: unknown): unknown {
    if (error instanceof ProblemError) return error;
    if (this.generation.signal.aborted && error === this.generation.signal.reason) return error;
    return problemOf(faultOf(error, this.generation.connection.kind));
  }

  private async answer(): Promise<FinishedGeneration> {
    const found = this.parts.models.modelFor(this.generation.connection);
    const model = found instanceof Promise ? await found : found;
    const first = await this.ask(model, false);
    const { output: shape } = this.generation;
    if (shape === undefined) return this.finished(first, undefined);
    const output = readOutput(first.text, shape);
    if (output !== undefined) return this.finished(first, output);
    // An answer cut by the cap would be cut again.
    if (first.reason === 'length') throw new ProblemError('provider-bad-output');
    const second = await this.ask(model, true);
    const repaired = readOutput(second.text, shape);
    if (repaired === undefined) throw new ProblemError('provider-bad-output');
    return this.finished(second, repaired);
  }

  private async ask(model: LanguageModelV4, again: boolean): Promise<Answer> {
    const { watch, queue, ledger, generation } = this;
    const { templates, fetch } = this.parts;
    const known = plainKinds.has(generation.connection.kind)
      ? templates.get(model, generation, queue !== undefined, again)
      : undefined;
    const template = known instanceof Promise ? await known : known;
    const asking: Asking = {
      model,
      watch,
      format: wireFormatOf(generation),
      options: () => callOptions(generation, watch.signal, again),
      send: template && (() => template.send(fetch, generation.prompt, watch.signal)),
    };
    this.arrived = '';
    const write = (delta: string): void => {
      this.arrived += delta;
      // The reader has the first asking's text already; the checked output replaces it.
      if (!again) queue?.push(delta);
    };
    return withRetries(
      async () => {
        this.arrived = '';
        ledger.called();
        const answer = queue === undefined ? await callOnce(asking) : await streamOnce(asking, write);
        ledger.bill(answer.usage, answer.costUsd, answer.text);
        if (answer.reason === 'refused') throw new AnswerFault('refused');
        return answer;
      },
      {
        kind: this.generation.connection.kind,
        watch,
        random: this.parts.random,
        started: () => !again && queue?.started === true,
        failed: (billed) => {
          if (billed) ledger.estimate(this.arrived);
        },
      },
    );
  }

  private finished(answer: Answer, output: JsonValue | undefined): FinishedGeneration {
    const { usage, calls } = this.ledger.spent();
    return {
      type: 'finished',
      text: Transient.of(answer.text),
      output: output === undefined ? undefined : Transient.of(output),
      usage,
      reason: answer.reason === 'refused' ? 'other' : answer.reason,
      calls,
    };
  }
}
