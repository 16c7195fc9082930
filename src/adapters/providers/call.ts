import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';
import type { FinishedGeneration } from '../../ports/model-provider.ts';
import type { Watch } from './deadlines.ts';
import { replayed, type FastResponse } from './fast-fetch.ts';
import { readPlainAnswer } from './plain-chat.ts';
import { AnswerFault } from './errors.ts';
import { TextTap } from './text-tap.ts';
import type { WireFormat } from './wire-formats.ts';

/** What one call to the provider gave; `costUsd` is the provider's own figure. */
export interface Answer {
  readonly text: string;
  readonly reason: FinishedGeneration['reason'] | 'refused';
  readonly usage: LanguageModelV4Usage | undefined;
  readonly costUsd: number | undefined;
}

type Finish = Pick<
  Extract<LanguageModelV4StreamPart, { type: 'finish' }>,
  'finishReason' | 'usage' | 'providerMetadata'
>;

function costOf(metadata: Finish['providerMetadata']): number | undefined {
  const usage = metadata?.['openrouter']?.['usage'];
  if (typeof usage !== 'object' || usage === null || !('cost' in usage)) return undefined;
  return typeof usage.cost === 'number' && usage.cost >= 0 ? usage.cost : undefined;
}

/** What a whole answer of the Responses interface says about its end, which the xAI package leaves out. */
function detailOf(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('incomplete_details' in body)) return '';
  const details = body.incomplete_details;
  if (typeof details !== 'object' || details === null || !('reason' in details)) return '';
  return typeof details.reason === 'string' ? details.reason : '';
}

/** Why the model stopped; some packages report as `other` what only the vendor's own word tells. */
export function reasonOf(
  { unified, raw }: LanguageModelV4FinishReason,
  hasText: boolean,
  detail = '',
): Answer['reason'] {
  if (
    unified === 'content-filter' ||
    /content.?filter|refusal|safety|moderation/i.test(`${raw ?? ''} ${detail}`)
  )
    return 'refused';
  if (unified === 'stop' || unified === 'tool-calls') return 'stop';
  if (unified === 'length') return 'length';
  // No more is known than that the answer is incomplete: with text it met the cap, without it was filtered.
  if (raw === 'incomplete') return hasText ? 'length' : 'refused';
  return 'other';
}

/** Whether a stream ended without the provider's word that it is complete. */
function isCut({ finishReason: { unified, raw }, usage }: Finish): boolean {
  if (unified === 'interrupted' || unified === 'error') return true;
  // Some compatible servers never name a reason; their bill comes last and shows that the answer is whole.
  return unified === 'other' && raw === undefined && usage.outputTokens.total === undefined;
}

/** What one call needs. */
export interface Asking {
  readonly model: LanguageModelV4;
  readonly watch: Watch;
  readonly format: WireFormat | undefined;
  /** The words of the provider packages, for what only they can do. */
  readonly options: () => LanguageModelV4CallOptions;
  /** Sends a chat completions request as the package would; undefined when only the package can. */
  readonly send: (() => Promise<FastResponse>) | undefined;
}

/** One call that waits for the whole answer. */
export async function callOnce(asking: Asking): Promise<Answer> {
  const { model, watch, send } = asking;
  if (send !== undefined) {
    const response = await send();
    if (response.ok) {
      const body = await response.text();
      const plain = readPlainAnswer(body);
      if (plain !== undefined) return { ...plain, costUsd: undefined };
      watch.received = replayed(response, body);
    } else watch.received = response;
  }
  const { content, finishReason, usage, providerMetadata, response } = await model.doGenerate(
    asking.options(),
  );
  let text = '';
  for (const part of content) if (part.type === 'text') text += part.text;
  const reason = reasonOf(finishReason, text !== '', detailOf(response?.body));
  return { text, reason, usage, costUsd: costOf(providerMetadata) };
}

/** One call whose text goes to `write` as it comes; throws the provider's error, or an `AnswerFault`. */
export async function streamOnce(asking: Asking, write: (delta: string) => void): Promise<Answer> {
  const { model, watch, format, send } = asking;
  let text = '';
  const took = (delta: string): void => {
    if (delta === '') return;
    watch.progress();
    text += delta;
    write(delta);
  };
  let tap: TextTap | undefined;
  watch.openTap =
    format === undefined ? undefined : () => (tap = new TextTap(format, took, send !== undefined));
  if (send !== undefined) {
    const response = await send();
    if (tap !== undefined && !(await response.body.hasRest())) {
      const end = (tap as TextTap).end;
      if (end !== undefined) return { text, reason: end.reason, usage: end.usage, costUsd: undefined };
    }
    watch.received = response;
  }
  const { stream } = await model.doStream(asking.options());
  const reader = stream.getReader();
  let finish: Finish | undefined;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (value.type === 'text-delta') took(value.delta);
      else if (value.type === 'reasoning-delta') watch.progress();
      else if (value.type === 'finish') finish = value;
      else if (value.type === 'error') throw value.error;
    }
  } catch (error) {
    // The provider may keep the connection open after it has reported an error.
    reader.cancel().catch(() => {});
    throw error;
  }
  if (finish === undefined || isCut(finish)) throw new AnswerFault('cut');
  return {
    text,
    reason: reasonOf(finish.finishReason, text !== ''),
    usage: finish.usage,
    costUsd: costOf(finish.providerMetadata),
  };
}
