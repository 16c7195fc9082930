import type { Json } from './json.ts';

/** One refused request: where it went and which kind of value it carried, never the value. */
export interface Violation {
  readonly at: string;
  readonly path: string;
  /** Position of the value in the forbidden list. */
  readonly index: number;
  readonly kind: 'e-mail' | 'phone' | 'other';
}

interface Forbidden {
  readonly index: number;
  readonly kind: Violation['kind'];
  readonly matches: (text: string, compact: string) => boolean;
}

// Text that people wrote into comments is what the feature sends on purpose; everything else is ours to answer for.
const commentBlocks =
  /<(comment[\w-]*)(?:\s[^>]*)?>[\s\S]*?<\/\1>|<(data-[\w-]+)\s[^>]*?kind="comment"[^>]*>[\s\S]*?<\/\2>/g;

const phoneDigits = (text: string): string => text.replace(/[\s().\-/\u00a0\u2010-\u2015]/g, '');
const isWordCharacter = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}]/u.test(character);

function containsWhole(text: string, value: string): boolean {
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
    if (!isWordCharacter(text[at - 1]) && !isWordCharacter(text[at + value.length])) return true;
  }
  return false;
}

function forbid(value: string, index: number): Forbidden {
  const lower = value.trim().toLowerCase();
  const digits = phoneDigits(lower);
  if (/^\+?\d{7,}$/.test(digits) && (/[^\d]/.test(value.trim()) || digits.length >= 10)) {
    const bare = digits.replace(/^\+/, '');
    return { index, kind: 'phone', matches: (_, compact) => compact.includes(bare) };
  }
  return {
    index,
    kind: lower.includes('@') ? 'e-mail' : 'other',
    matches: (text) => containsWhole(text, lower),
  };
}

function* textsIn(value: Json | undefined): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'number') yield String(value);
  else if (Array.isArray(value)) for (const item of value) yield* textsIn(item);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      yield key;
      yield* textsIn(item as Json | undefined);
    }
  }
}

/** Refuses bodies that carry a forbidden value outside a comment block; upper case and phone spacing make no difference. */
export function createDataMinimumGuard(values: readonly string[]): {
  setForbidden(values: readonly string[]): void;
  forbidden(): readonly string[];
  check(path: string, body: Json | undefined): Violation | undefined;
  readonly violations: Violation[];
} {
  let listed: readonly string[] = [];
  let forbidden: readonly Forbidden[] = [];
  const violations: Violation[] = [];
  const setForbidden = (next: readonly string[]): void => {
    listed = [...next];
    forbidden = next.flatMap((value, index) => (value.trim() === '' ? [] : [forbid(value, index)]));
  };
  setForbidden(values);
  return {
    setForbidden,
    forbidden: () => listed,
    violations,
    check: (path, body) => {
      if (forbidden.length === 0) return undefined;
      for (const raw of textsIn(body)) {
        const text = raw.replace(commentBlocks, ' ').toLowerCase();
        const compact = phoneDigits(text);
        const hit = forbidden.find((one) => one.matches(text, compact));
        if (hit) {
          const violation = { at: new Date().toISOString(), path, index: hit.index, kind: hit.kind };
          violations.push(violation);
          return violation;
        }
      }
      return undefined;
    },
  };
}
