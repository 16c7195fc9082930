import { builtInMaskTypes, type MaskingSettings } from '../../contract/masking.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { readMaskingRow } from './masking-queries.ts';
import { openPatterns } from './open-masking.ts';

/** The masking settings; off with every kind chosen when none were ever set. Throws `masking-unreadable`. */
export async function readMasking(call: Call<'database' | 'secretBox'>): Promise<MaskingSettings> {
  const row = await call.ports.database.read(call, readMaskingRow);
  if (row === undefined)
    return { enabled: false, types: [...builtInMaskTypes], phoneRegions: [], patterns: [] };
  const patterns = await openPatterns(call.ports.secretBox, call.subscriptionId, row.patterns);
  if (patterns === undefined) throw new ProblemError('masking-unreadable');
  return { enabled: row.enabled, types: [...row.types], phoneRegions: [...row.regions], patterns };
}
