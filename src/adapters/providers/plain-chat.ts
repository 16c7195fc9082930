import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import { parseJson } from '../../kernel/json.ts';
import type { ProviderKind } from '../../ports/model-provider.ts';
import { fieldsOf, isNothing, onlyOne, type Fields } from './wire-formats.ts';

/** Kinds whose package reads a chat completion exactly as the functions here do; the others count tokens their own way. */
export const plainKinds: ReadonlySet<ProviderKind> = new Set(['openai-compatible', 'moonshot', 'openrouter']);

/** How a chat completion ended, as far as it is said in the plain way every provider shares. */
export interface PlainEnd {
  readonly reason?: 'stop' | 'length';
  readonly usage?: LanguageModelV4Usage;
}

const countFields = new Set(['prompt_tokens', 'completion_tokens', 'total_tokens']);
const detailFields: Readonly<Record<string, string>> = {
  prompt_tokens_details: 'cached_tokens',
  completion_tokens_details: 'reasoning_tokens',
};

const count = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** A bill with the shared fields only; undefined when there is more, which the provider's package understands. */
function readUsage(value: unknown): LanguageModelV4Usage | undefined {
  const usage = fieldsOf(value);
  if (usage === undefined) return undefined;
  for (const name in usage) {
    if (countFields.has(name)) continue;
    const detail = detailFields[name];
    if (detail === undefined ? !isZero(usage[name]) : !isPlainDetail(usage[name], detail)) return undefined;
  }
  const input = count(usage['prompt_tokens']);
  const output = count(usage['completion_tokens']);
  const cached = count(fieldsOf(usage['prompt_tokens_details'])?.['cached_tokens']);
  const reasoning = count(fieldsOf(usage['completion_tokens_details'])?.['reasoning_tokens']);
  return {
    inputTokens: { total: input, noCache: input - cached, cacheRead: cached, cacheWrite: undefined },
    outputTokens: { total: output, text: Math.max(0, output - reasoning), reasoning },
  };
}

const isZero = (value: unknown): boolean => value === 0 || isNothing(value);

function isPlainDetail(value: unknown, known: string): boolean {
  if (isNothing(value)) return true;
  const details = fieldsOf(value);
  if (details === undefined) return false;
  for (const name in details) if (name !== known && !isZero(details[name])) return false;
  return true;
}

const reasonOf = (value: unknown): PlainEnd['reason'] =>
  value === 'stop' || value === 'length' ? value : undefined;

function holdsOnlyText(message: Fields): boolean {
  for (const name in message)
    if (name !== 'role' && name !== 'content' && !isNothing(message[name])) return false;
  return true;
}

/** A whole answer of the chat completions interface; undefined when it says more than text, end and bill. */
export function readPlainAnswer(
  body: string,
):
  | { readonly text: string; readonly reason: 'stop' | 'length'; readonly usage: LanguageModelV4Usage }
  | undefined {
  const answer = fieldsOf(parseJson(body));
  if (answer === undefined || !isNothing(answer['error'])) return undefined;
  const choice = onlyOne(answer['choices']);
  const message = fieldsOf(choice?.['message']);
  const reason = reasonOf(choice?.['finish_reason']);
  const usage = readUsage(answer['usage']);
  if (message === undefined || reason === undefined || usage === undefined) return undefined;
  const { content } = message;
  if (typeof content !== 'string' || !holdsOnlyText(message)) return undefined;
  return { text: content, reason, usage };
}

/** An event of a stream that holds no text: what it says of the end, `{}` for nothing, undefined for more than is plain. */
export function readPlainEnd(event: Fields): PlainEnd | undefined {
  const usage = isNothing(event['usage']) ? undefined : readUsage(event['usage']);
  if (!isNothing(event['usage']) && usage === undefined) return undefined;
  const choice = onlyOne(event['choices']);
  if (choice === null) return usage === undefined ? {} : { usage };
  const delta = fieldsOf(choice?.['delta']) ?? {};
  if (choice === undefined || !isNothing(delta['content']) || !holdsOnlyText(delta)) return undefined;
  if (!isNothing(choice['usage'])) return undefined;
  const finish = choice['finish_reason'];
  const reason = reasonOf(finish);
  if (!isNothing(finish) && reason === undefined) return undefined;
  return { ...(reason !== undefined && { reason }), ...(usage !== undefined && { usage }) };
}
