import type { SecretBox } from '../../ports/secret-box.ts';
import { openedOrUndefined } from '../secrets/opened-or-undefined.ts';
import { leadSettingsOf, type LeadSettings } from './lead-settings.ts';

/** The lead's documents, opened; one that can no longer be opened counts as not set. */
export async function openLeadSettings(
  secretBox: SecretBox,
  subscriptionId: string,
  rows: readonly { readonly kind: string; readonly document: string }[],
): Promise<LeadSettings> {
  const documents = await Promise.all(
    rows.map(async ({ kind, document }) => {
      const binding = { subscriptionId, table: 'lead_setting', column: 'document', row: kind };
      const opened = await openedOrUndefined(secretBox.open(document, binding));
      return opened === undefined ? [] : [{ kind, document: opened }];
    }),
  );
  return leadSettingsOf(documents.flat());
}
