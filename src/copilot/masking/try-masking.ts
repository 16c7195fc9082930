import type { MaskingSettings, MaskType } from '../../contract/masking.ts';
import type { Transient } from '../../kernel/transient.ts';
import { maskingRules } from '../../services/masking/masking-rules.ts';
import { maskTypes } from '../../contract/masking.ts';
import { findValues } from './find-values.ts';

export interface Found {
  readonly start: number;
  readonly end: number;
  readonly type: MaskType;
  /** What the placeholder would be called. */
  readonly name: string;
}

/** Where settings would mask a sample: positions and kinds, none of its text. Throws `invalid-request` for a pattern that cannot be used. */
export function tryMasking(settings: MaskingSettings, sample: Transient<string>): Found[] {
  const rules = maskingRules(settings);
  const names = ['EMAIL', 'PHONE', 'CARD', 'IBAN', 'IP', ...settings.patterns.map(({ name }) => name)];
  const spans = sample.map((text) => findValues(text, rules, new Set()));
  const number = (read: (list: ReturnType<typeof findValues>) => number): number => spans.measure(read);
  return Array.from({ length: number((list) => list.length) }, (_, index) => ({
    start: number((list) => list[index]?.start ?? 0),
    end: number((list) => list[index]?.end ?? 0),
    type: maskTypes[number((list) => maskTypes.indexOf(list[index]?.type ?? 'custom'))] ?? 'custom',
    name: names[number((list) => names.indexOf(list[index]?.label ?? ''))] ?? '',
  }));
}
