/** The four kinds of event streams the providers speak. */
export type WireFormat = 'chat' | 'responses' | 'messages' | 'google';

export type Fields = Readonly<Record<string, unknown>>;

/**
 * What one event is: plain text; `pass`, an event without text that the provider package needs; `drop`, one it does
 * not need, or would take text from that was already written; or `unknown`. `tapped` says whether text was taken before.
 */
export type Reading = (
  event: Fields,
  tapped: boolean,
) => { readonly text: string } | 'pass' | 'drop' | 'unknown';

export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

export function isNothing(value: unknown): boolean {
  return (
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

/** The only element of a list of one; null for an empty list, undefined for anything else. */
export function onlyOne(value: unknown): Fields | null | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.length === 0 ? null : value.length === 1 ? fieldsOf(value[0]) : undefined;
}

const readChat: Reading = (event) => {
  if (event['error'] !== undefined) return 'unknown';
  const choice = onlyOne(event['choices']);
  if (choice === null) return 'pass';
  const delta = fieldsOf(choice?.['delta']);
  if (choice === undefined || delta === undefined) return 'unknown';
  let thinks = false;
  for (const name in delta) {
    if (name === 'role' || name === 'content' || isNothing(delta[name])) continue;
    if (!name.startsWith('reasoning')) return 'unknown';
    thinks = true;
  }
  const { content } = delta;
  if (isNothing(content)) return 'pass';
  const plain =
    !thinks && isNothing(choice['finish_reason']) && isNothing(choice['usage']) && isNothing(event['usage']);
  return plain && typeof content === 'string' ? { text: content } : 'unknown';
};

const readResponses: Reading = (event, tapped) => {
  const { type, delta } = event;
  if (type === 'response.output_text.delta') return typeof delta === 'string' ? { text: delta } : 'unknown';
  if (typeof type !== 'string') return 'unknown';
  if (type === 'response.output_item.added' || type === 'response.output_item.done') {
    const item = fieldsOf(event['item']);
    if (item?.['type'] === 'reasoning') return 'pass';
    // A message of another phase is not part of the answer.
    if (item?.['type'] !== 'message' || !(isNothing(item['phase']) || item['phase'] === 'final_answer'))
      return 'unknown';
    if (type === 'response.output_item.added') return isNothing(item['content']) ? 'pass' : 'unknown';
    return tapped ? 'drop' : 'unknown';
  }
  if (type === 'response.in_progress' || type === 'response.content_part.added') return 'drop';
  if (tapped && (type === 'response.output_text.done' || type === 'response.content_part.done'))
    return 'drop';
  return /^response\.(created|queued|completed|incomplete|reasoning.*)$/.test(type) ? 'pass' : 'unknown';
};

const silentMessages = new Set([
  'message_start',
  'content_block_stop',
  'message_delta',
  'message_stop',
  'ping',
]);

const readMessages: Reading = (event) => {
  const { type } = event;
  if (type === 'content_block_delta') {
    const delta = fieldsOf(event['delta']);
    if (delta?.['type'] === 'text_delta' && typeof delta['text'] === 'string') return { text: delta['text'] };
    return delta?.['type'] === 'thinking_delta' || delta?.['type'] === 'signature_delta' ? 'pass' : 'unknown';
  }
  if (type === 'content_block_start') {
    const block = fieldsOf(event['content_block']);
    if (block?.['type'] === 'thinking' || block?.['type'] === 'redacted_thinking') return 'pass';
    return block?.['type'] === 'text' && isNothing(block['text']) && isNothing(block['citations'])
      ? 'pass'
      : 'unknown';
  }
  return typeof type === 'string' && silentMessages.has(type) ? 'pass' : 'unknown';
};

const readGoogle: Reading = (event) => {
  if (event['error'] !== undefined || event['promptFeedback'] !== undefined) return 'unknown';
  const candidate = onlyOne(event['candidates']);
  if (candidate === null || candidate === undefined)
    return event['candidates'] === undefined || candidate === null ? 'pass' : 'unknown';
  const parts = fieldsOf(candidate['content'])?.['parts'];
  if (isNothing(parts)) return 'pass';
  const part = onlyOne(parts);
  if (part === null || part === undefined || typeof part['text'] !== 'string') return 'unknown';
  const names = Object.keys(part);
  if (part['thought'] === true) return names.length === 2 ? 'pass' : 'unknown';
  const known =
    names.length === 1 && isNothing(candidate['finishReason']) && isNothing(candidate['groundingMetadata']);
  return known ? { text: part['text'] } : 'unknown';
};

export const readings: Record<WireFormat, Reading> = {
  chat: readChat,
  responses: readResponses,
  messages: readMessages,
  google: readGoogle,
};
