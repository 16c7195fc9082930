import { z } from 'zod';
import { MaskingPattern, type MaskingSettings } from '../../contract/masking.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { SecretBoxError, type SealBinding, type SecretBox } from '../../ports/secret-box.ts';
import type { readMaskingRow } from './masking-queries.ts';
import { maskingRules, type Masking } from './masking-rules.ts';

type MaskingRow = Awaited<ReturnType<typeof readMaskingRow>>;

/** What sealed patterns are bound to. */
export const patternsBinding = (subscriptionId: string): SealBinding => ({
  subscriptionId,
  table: 'masking_setting',
  column: 'patterns',
  row: subscriptionId,
});

/** The rules of a subscription with its patterns compiled; fails closed when they cannot be opened or no longer be compiled. */
export async function openMasking(
  secretBox: SecretBox,
  subscriptionId: string,
  row: MaskingRow,
): Promise<Masking> {
  if (row === undefined || !row.enabled) return 'off';
  const patterns = await openPatterns(secretBox, subscriptionId, row.patterns);
  if (patterns === undefined) return 'unreadable';
  try {
    return maskingRules({ types: row.types, phoneRegions: row.regions, patterns });
  } catch (error) {
    if (error instanceof ProblemError) return 'unreadable';
    throw error;
  }
}

/** Undefined for what a lost root key has shut. */
export async function openPatterns(
  secretBox: SecretBox,
  subscriptionId: string,
  sealed: string,
): Promise<MaskingSettings['patterns'] | undefined> {
  try {
    const text = await secretBox.open(sealed, patternsBinding(subscriptionId));
    return z.array(MaskingPattern).parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SecretBoxError) return undefined;
    throw error;
  }
}
