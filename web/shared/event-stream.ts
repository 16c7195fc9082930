import { StreamEvent } from '../../src/contract/stream-events.ts';
import { EventStreamParser } from './event-stream-parser.ts';

export { EventStreamParser };

/** One frame's data as an event; null for a kind this build does not know or text that is not JSON. */
export function parseStreamEvent(data: string): StreamEvent | null {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  const parsed = StreamEvent.safeParse(value);
  return parsed.success ? parsed.data : null;
}

/** The events of a response body, in order; throws what the body's reader throws. */
export async function* readEventStream(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void = () => {},
): AsyncGenerator<StreamEvent> {
  const parser = new EventStreamParser();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes();
      for (const data of parser.feed(decoder.decode(value, { stream: true }))) {
        const event = parseStreamEvent(data);
        if (event !== null) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
