import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelLayout } from './model-directory.ts';
import type { PlainTokenizer, Runtime } from './runtime.ts';

export interface Tokenizer {
  /** Token ids with the model's own marks, never more than the model's limit. */
  encode(text: string): readonly number[];
  readonly padId: number;
}

// A token has some four letters; beyond this many for each, nothing can matter and only time would be lost.
const lettersPerToken = 24;

/** Reads tokenizer.json; limits are kept here, because the package knows none. */
export function openTokenizer({ Tokenizer }: Pick<Runtime, 'Tokenizer'>, layout: ModelLayout): Tokenizer {
  const json = (file: string): Record<string, unknown> =>
    JSON.parse(readFileSync(join(layout.directory, file), 'utf8')) as Record<string, unknown>;
  const description = json('tokenizer.json');
  const config = layout.files.includes('tokenizer_config.json') ? json('tokenizer_config.json') : {};
  const tokenizer = new Tokenizer(description, config);
  const { before, after } = marksOf(tokenizer);
  const room = layout.maxTokens - before.length - after.length;
  const letters = layout.maxTokens * lettersPerToken;
  const padId = padIdOf(description, config, tokenizer);
  return {
    encode: (text) => {
      const short = text.slice(0, letters);
      const { ids } = tokenizer.encode(layout.lowerCase ? short.toLowerCase() : short, {
        add_special_tokens: false,
      });
      const all = [...before, ...(ids.length > room ? ids.slice(0, room) : ids), ...after];
      return all.length > 0 ? all : [padId];
    },
    padId,
  };
}

/** What the model puts before and after every text, seen from a text of one letter. */
function marksOf(tokenizer: PlainTokenizer): { readonly before: number[]; readonly after: number[] } {
  const bare = tokenizer.encode('a', { add_special_tokens: false }).ids;
  const marked = tokenizer.encode('a', { add_special_tokens: true }).ids;
  const at = marked.findIndex((_, index) => bare.every((id, offset) => marked[index + offset] === id));
  return { before: marked.slice(0, at), after: marked.slice(at + bare.length) };
}

function padIdOf(
  description: Readonly<Record<string, unknown>>,
  config: Readonly<Record<string, unknown>>,
  tokenizer: PlainTokenizer,
): number {
  const { padding } = description as { readonly padding?: { readonly pad_id?: number } | null };
  const token = config['pad_token'];
  const content = typeof token === 'object' && token !== null && 'content' in token ? token.content : token;
  return padding?.pad_id ?? (typeof content === 'string' ? tokenizer.token_to_id(content) : undefined) ?? 0;
}
