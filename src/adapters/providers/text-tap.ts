import { parseJson } from '../../kernel/json.ts';
import type { Generation } from '../../ports/model-provider.ts';
import { readings, type Reading, type WireFormat } from './wire-formats.ts';

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

  constructor(format: WireFormat, write: (delta: string) => void) {
    this.read = readings[format];
    this.write = write;
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
      if (!this.take(event)) passed += `${event}\n\n`;
    }
    this.rest = text.slice(from);
    if (!this.taking) {
      passed += this.rest;
      this.rest = '';
    }
    return passed === '' ? undefined : Buffer.from(passed);
  }

  /** What was left of the last, unfinished event. */
  end(): Uint8Array | undefined {
    const rest = this.rest + this.decoder.decode();
    this.rest = '';
    return rest === '' ? undefined : Buffer.from(rest);
  }

  private take(event: string): boolean {
    const data = dataOf(event);
    if (data === undefined || data.trim() === '[DONE]') return false;
    const value = parseJson(data);
    const fields = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
    const reading =
      fields === undefined ? 'unknown' : this.read(fields as Readonly<Record<string, unknown>>, this.tapped);
    if (typeof reading === 'object') {
      this.tapped = true;
      if (reading.text !== '') this.write(reading.text);
      return true;
    }
    if (reading === 'unknown') this.taking = false;
    return reading === 'drop';
  }
}
