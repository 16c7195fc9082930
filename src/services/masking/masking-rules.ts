import type { builtInMaskTypes, MaskingPattern } from '../../contract/masking.ts';
import { compilePattern, type FindMatches } from './compile-pattern.ts';

/** What to mask, ready to be used: patterns are compiled. */
export interface MaskingRules {
  readonly types: readonly (typeof builtInMaskTypes)[number][];
  readonly phoneRegions: readonly string[];
  readonly patterns: readonly { readonly name: string; readonly find: FindMatches }[];
}

/** Throws `invalid-request` naming the pattern that cannot be used. */
export function maskingRules(settings: {
  readonly types: MaskingRules['types'];
  readonly phoneRegions: readonly string[];
  readonly patterns: readonly MaskingPattern[];
}): MaskingRules {
  return {
    types: settings.types,
    phoneRegions: settings.phoneRegions,
    patterns: settings.patterns.map(({ name, pattern }) => ({
      name,
      find: compilePattern(pattern, name),
    })),
  };
}

/** What masking looks for when it has been switched on and nothing else was said. */
export const defaultMasking: MaskingRules = {
  types: ['email', 'phone', 'card', 'iban', 'ip'],
  phoneRegions: [],
  patterns: [],
};

/** `unreadable`: switched on, but the own patterns cannot be opened, so nothing may be sent. */
export type Masking = MaskingRules | 'off' | 'unreadable';
