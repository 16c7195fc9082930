import { parseJson } from '../../kernel/json.ts';
import type { Generation } from '../../ports/model-provider.ts';
import { readPlainEnd, type PlainEnd } from './plain-chat.ts';
import { fieldsOf, readings, type Reading, type WireFormat } from './wire-formats.ts';

/** Which events a generation's stream is made of; undefined where text must not be taken past the provider package. */
export function wireFormatOf({
  connection,
  output,
}: Pick<Generation, 'connection' | 'output'>): WireFormat | undefined {
  switch (connection.kind) {
    case 'openai':
    case 'xai':
      return 'responses';
    case 'anthropic':
      // Models without native structured output answer through a tool, and only the package knows which.
      return output === undefined ? 'messages' : undefined;
    case 'google':
      return 'google';
    default:
      return 'chat';
  }
}

function dataOf(event: string): string | undefined {
  const start = event.startsWith('data:')
    ? 5
    : event.startsWith('event:')
      ? event.indexOf('\ndata:') + 6
      : -1;
  if (start < 6 && start !== 5) return undefined;
  return event.indexOf('\n', start) < 0 ? event.slice(start) : undefined;
}

/**
 * Takes plain text deltas out of an event stream and writes them at once; everything else goes on to the provider
 * package, which costs ten times as much per event. The first event it does not know ends the taking, so that the
 * order of the text is kept.
 */
export class TextTap {
  private readonly read: Reading;
  private readonly write: (delta: string) => void;
  private readonly decoder = new TextDecoder();
  private rest = '';
  private tapped = false;
  private taking = true;
  /** Undefined once the provider package has had a part of the stream, or where only the package knows the ends. */
  private ending: PlainEnd | undefined;
  /** Events about the end, for the package in case something comes after them that only it understands. */
  private kept = '';

  /** With `takesEnd` it takes the plain end of a chat completion too, so that nothing may be left for the package. */
  constructor(format: WireFormat, write: (delta: string) => void, takesEnd = false) {
    this.read = readings[format];
    this.write = write;
    this.ending = takesEnd && format === 'chat' ? {} : undefined;
  }

  /** How the stream ended, when all of it was taken and nothing was left for the provider package. */
  get end(): (PlainEnd & { readonly reason: 'stop' | 'length' }) | undefined {
    return this.ending?.reason === undefined ? undefined : { ...this.ending, reason: this.ending.reason };
  }

  /** What is left of a chunk for the provider package; undefined when nothing is. */
  push(chunk: Uint8Array): Uint8Array | undefined {
    // Still decoded, because a character may be split between the chunks.
    if (!this.taking) return Buffer.from(this.decoder.decode(chunk, { stream: true }));
    let text = this.rest + this.decoder.decode(chunk, { stream: true });
    if (text.includes('\r')) {
      // The second half of a line break may be in the next chunk.
      if (text.endsWith('\r')) {
        this.rest = text;
        return undefined;
      }
      text = text.replaceAll('\r\n', '\n');
    }
    let passed = '';
    let from = 0;
    for (let to = text.indexOf('\n\n'); to >= 0 && this.taking; to = text.indexOf('\n\n', from)) {
      const event = text.slice(from, to);
      from = to + 2;
      if (!this.take(event)) passed += `${this.handOver()}${event}\n\n`;
    }
    this.rest = text.slice(from);
    if (!this.taking) {
      passed += `${this.handOver()}${this.rest}`;
      this.rest = '';
    }
    return passed === '' ? undefined : Buffer.from(passed);
  }

  /** What was left of the last, unfinished event; and of the end, when it was not said plainly. */
  close(): Uint8Array | undefined {
    const unfinished = this.rest + this.decoder.decode();
    this.rest = '';
    if (unfinished === '' && this.end !== undefined) return undefined;
    const rest = this.handOver() + unfinished;
    return rest === '' ? undefined : Buffer.from(rest);
  }

  /** From here on the provider package reads the stream too. */
  private handOver(): string {
    const { kept } = this;
    this.kept = '';
    this.ending = undefined;
    return kept;
  }

  private take(event: string): boolean {
    const data = dataOf(event);
    if (data === undefined) return false;
    if (data.trim() === '[DONE]') return this.keep({}, event);
    const fields = fieldsOf(parseJson(data));
    const reading = fields === undefined ? 'unknown' : this.read(fields, this.tapped);
    if (typeof reading === 'object') {
      this.tapped = true;
      if (reading.text !== '') this.write(reading.text);
      return true;
    }
    if (reading === 'unknown') this.taking = false;
    if (reading === 'pass' && fields !== undefined && this.ending !== undefined)
      return this.keep(readPlainEnd(fields), event);
    return reading === 'drop';
  }

  /** Notes what an event says of the end; false when the provider package must have it. */
  private keep(end: PlainEnd | undefined, event: string): boolean {
    if (end === undefined || this.ending === undefined) return false;
    this.ending = { ...this.ending, ...end };
    this.kept += `${event}\n\n`;
    return true;
  }
}
