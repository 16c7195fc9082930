import { StreamEvent } from '../../src/contract/stream-events.ts';

/** Collects text of a server-sent event stream and hands back the data of each finished frame. */
export class EventStreamParser {
  #rest = '';
  #data: string[] = [];

  /** Data of the frames that ended within this piece; comments and other fields are skipped. */
  feed(piece: string): string[] {
    const finished: string[] = [];
    this.#rest += piece;
    // A lone CR at the end may be half of a CRLF that the next piece completes.
    const usable = this.#rest.endsWith('\r') ? this.#rest.length - 1 : this.#rest.length;
    const lines = this.#rest.slice(0, usable).split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? '') + this.#rest.slice(usable);
    for (const line of lines) {
      if (line === '') {
        if (this.#data.length > 0) finished.push(this.#data.join('\n'));
        this.#data = [];
      } else if (line.startsWith('data:')) {
        this.#data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
      }
    }
    return finished;
  }
}

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
