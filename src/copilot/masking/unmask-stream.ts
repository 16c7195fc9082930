import type { Masker } from './masker.ts';
import { beginningPattern, placeholderReach } from './placeholder.ts';

/** Puts values back in text that arrives in pieces; keeps back no more than what could be the beginning of a placeholder. */
export function createStreamUnmasker(
  masker: Masker,
  encode?: (value: string) => string,
): { push(delta: string): string; end(): string } {
  const beginning = beginningPattern(masker.nonce);
  let held = '';
  return {
    push(delta) {
      held += delta;
      const from = Math.max(0, held.length - placeholderReach);
      const cut = from + (beginning.exec(held.slice(from))?.index ?? held.length - from);
      const ready = held.slice(0, cut);
      held = held.slice(cut);
      return masker.unmask(ready, encode);
    },
    end() {
      const rest = masker.unmask(held, encode);
      held = '';
      return rest;
    },
  };
}

/** A value as it stands inside a JSON string. */
export const insideJsonString = (value: string): string => JSON.stringify(value).slice(1, -1);
