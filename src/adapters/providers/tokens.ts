import type { ModelConnection } from '../../ports/model-provider.ts';

/** Bytes that are tokenised; longer texts are measured by samples of that size together. */
const mostBytes = 64 * 1024;
/** Characters per step, because the tokenizer's time grows with the square of an unbroken run. */
const stepCharacters = 1_024;

type Count = (text: string) => number;

/** Tokens per character of one kind of writing, fitted to OpenAI's o200k vocabulary. */
function weightOf(code: number): number {
  if (code === 32 || code === 10) return 0.08;
  if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90)) return 0.235;
  if (code >= 48 && code <= 57) return 0.42;
  if (code < 128) return 0.55;
  if (code < 0x250) return 0.62;
  if (code < 0x2e80) return 0.27;
  return 0.66;
}

/** Tokens a text would take, guessed from its characters in one pass. */
export function roughTokens(text: string): number {
  let tokens = 0;
  for (let at = 0; at < text.length; at += 1) tokens += weightOf(text.charCodeAt(at));
  return Math.ceil(tokens);
}

/** Applies a count to a whole text when it is short, else to eight parts of it, and extends the result. */
function bySamples(text: string, count: Count): number {
  // A UTF-16 unit takes at most three bytes, so short texts need no measuring.
  const bytes = text.length * 3 <= mostBytes ? 0 : Buffer.byteLength(text);
  if (bytes <= mostBytes) return count(text);
  const part = Math.floor((text.length * mostBytes) / bytes / 8);
  let tokens = 0;
  for (let sample = 0; sample < 8; sample += 1) {
    const start = Math.floor((sample * (text.length - part)) / 7);
    tokens += count(text.slice(start, start + part));
  }
  return Math.ceil((tokens * text.length) / (part * 8));
}

function byFamily(model: string): number {
  if (/claude|anthropic/.test(model)) return 1.5;
  if (/mistral|mixtral|ministral|codestral|devstral|magistral/.test(model)) return 1.2;
  return /^(openai\/|gpt-|o\d)/.test(model) ? 1 : 1.15;
}

/** How many of the model's tokens one of OpenAI's may become; above one where the vendor's tokenizer is unknown. */
export function tokenFactor({ kind, model }: Pick<ModelConnection, 'kind' | 'model'>): number {
  if (kind === 'openai') return 1;
  if (kind === 'anthropic') return 1.5;
  if (kind === 'mistral') return 1.2;
  return kind === 'openrouter' || kind === 'openai-compatible' ? byFamily(model.toLowerCase()) : 1.15;
}

/** Counts tokens; roughly until the tokenizer, which is loaded on first use, is there. */
export class TokenCounter {
  private exact: Count | undefined;
  private loading: Promise<void> | undefined;

  /** Loads the tokenizer: about 0.4 s and 70 MB, once per process. */
  load(): Promise<void> {
    this.loading ??= import('gpt-tokenizer/encoding/o200k_base').then(
      ({ countTokens }) => {
        const plain = { disallowedSpecial: new Set<string>() };
        this.exact = (text) => {
          let tokens = 0;
          for (let at = 0; at < text.length; at += stepCharacters) {
            tokens += countTokens(text.slice(at, at + stepCharacters), plain);
          }
          return tokens;
        };
      },
      () => {
        // The rough count stays good enough.
      },
    );
    return this.loading;
  }

  count(connection: Pick<ModelConnection, 'kind' | 'model'>, text: string): number {
    void this.load();
    return Math.ceil(bySamples(text, this.exact ?? roughTokens) * tokenFactor(connection));
  }

  /** The rough count only; for the bill of a broken call, where time matters more. */
  rough(connection: Pick<ModelConnection, 'kind' | 'model'>, text: string): number {
    return Math.ceil(bySamples(text, roughTokens) * tokenFactor(connection));
  }
}
