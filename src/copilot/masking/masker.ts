import type { MaskedCounts } from '../../contract/masking.ts';
import type { MaskingRules } from '../../services/masking/masking-rules.ts';
import { findValues } from './find-values.ts';
import { newNonce, placeholderFor, placeholderPattern } from './placeholder.ts';
import type { Span } from './span.ts';

export interface MaskedText {
  readonly text: string;
  /** Where the placeholders stand in it. */
  readonly spans: readonly Span[];
}

/** Marks around data in a prompt; they are ours and stay as they are. */
const dataMarks = /<\/?data-[0-9a-f]{12}/g;

/** The placeholders of one call: the same value has the same one wherever it stands. Lives as long as the call. */
export class Masker {
  readonly nonce = newNonce();
  readonly #rules: MaskingRules;
  readonly #placeholders = new Map<string, string>();
  /** By `LABEL_number`. */
  readonly #values = new Map<string, { readonly value: string; readonly type: Span['type'] }>();
  readonly #used = new Map<string, number>();
  readonly #knownPhones = new Set<string>();

  constructor(rules: MaskingRules) {
    this.#rules = rules;
  }

  /** Replaces every value that the rules want masked; a placeholder of this call stays as it is. */
  mask(text: string): MaskedText {
    let masked = '';
    const spans: Span[] = [];
    const add = (placeholder: string, { type, label }: Pick<Span, 'type' | 'label'>): void => {
      spans.push({ start: masked.length, end: masked.length + placeholder.length, type, label });
      masked += placeholder;
    };
    const maskPiece = (piece: string): void => {
      let at = 0;
      for (const span of findValues(piece, this.#rules, this.#knownPhones)) {
        masked += piece.slice(at, span.start);
        add(this.#placeholderOf(piece.slice(span.start, span.end), span), span);
        at = span.end;
      }
      masked += piece.slice(at);
    };
    let at = 0;
    for (const kept of this.#keptParts(text)) {
      maskPiece(text.slice(at, kept.start));
      const part = text.slice(kept.start, kept.end);
      if (kept.type === undefined) masked += part;
      else add(part, { type: kept.type, label: kept.label });
      at = kept.end;
    }
    maskPiece(text.slice(at));
    return { text: masked, spans };
  }

  /** Puts the values back; `encode` writes them as the text around needs it. */
  unmask(text: string, encode: (value: string) => string = (value) => value): string {
    if (this.#values.size === 0 || !text.includes(this.nonce)) return text;
    return text.replace(
      placeholderPattern(this.nonce),
      (whole: string, label?: string, number?: string, bareLabel?: string, bareNumber?: string) => {
        const found = this.#values.get(`${label ?? bareLabel}_${number ?? bareNumber}`);
        return found === undefined ? whole : encode(found.value);
      },
    );
  }

  /** How many different values of each kind were replaced. */
  counts(): MaskedCounts {
    const counts: MaskedCounts = {};
    for (const { type } of this.#values.values()) counts[type] = (counts[type] ?? 0) + 1;
    return counts;
  }

  #placeholderOf(value: string, { label, type }: Span): string {
    const known = this.#placeholders.get(value);
    if (known !== undefined) return known;
    const number = (this.#used.get(label) ?? 0) + 1;
    this.#used.set(label, number);
    const placeholder = placeholderFor(label, number, this.nonce);
    this.#placeholders.set(value, placeholder);
    this.#values.set(`${label}_${number}`, { value, type });
    return placeholder;
  }

  /** Placeholders of this call that stand in the text already, and our own marks. */
  #keptParts(text: string): {
    readonly start: number;
    readonly end: number;
    readonly type: Span['type'] | undefined;
    readonly label: string;
  }[] {
    const marks = [...text.matchAll(dataMarks)].map(({ index, 0: mark }) => ({
      start: index,
      end: index + mark.length,
      type: undefined,
      label: '',
    }));
    if (!text.includes(this.nonce)) return marks;
    const placeholders = [...text.matchAll(placeholderPattern(this.nonce))].flatMap((match) => {
      const label = match[1] ?? match[3] ?? '';
      const type = this.#values.get(`${label}_${match[2] ?? match[4]}`)?.type;
      return type === undefined
        ? []
        : [{ start: match.index, end: match.index + match[0].length, type, label }];
    });
    return [...marks, ...placeholders].toSorted((one, other) => one.start - other.start);
  }
}
