import { leadDocuments, type LeadDocumentKind, type LeadSettings } from '../../contract/copilot-settings.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { deleteLeadDocument, upsertLeadDocument } from './lead-settings-queries.ts';
import type { SettingsReader } from './settings-reader.ts';

type LeadCall = Call<'database' | 'secretBox' | 'clock'>;

/** Replaces one document of the lead. Throws `invalid-request` naming the field. */
export async function changeLeadSetting(
  call: LeadCall,
  settings: SettingsReader,
  kind: LeadDocumentKind,
  body: unknown,
): Promise<LeadSettings> {
  const parsed = leadDocuments[kind].safeParse(body);
  if (!parsed.success)
    throw new ProblemError('invalid-request', {
      detail: parsed.error.issues
        .slice(0, 5)
        .map(
          (issue) =>
            `${issue.path.join('.') || 'body'}: ${issue.code === 'custom' ? issue.message : issue.code}`,
        )
        .join('; '),
    });
  const { subscriptionId } = call;
  const document = await call.ports.secretBox.seal(JSON.stringify(parsed.data), {
    subscriptionId,
    table: 'lead_setting',
    column: 'document',
    row: kind,
  });
  await call.ports.database.write(
    call,
    { permission: 'settings:write', audit: { action: 'copilot-setting.changed', target: kind } },
    (tx) => upsertLeadDocument(tx, { subscriptionId, kind, document, now: call.ports.clock.now() }),
  );
  settings.forget(subscriptionId);
  return (await settings.get(subscriptionId)).lead;
}

/** Sets one document back to its default. */
export async function resetLeadSetting(
  call: LeadCall,
  settings: SettingsReader,
  kind: LeadDocumentKind,
): Promise<LeadSettings> {
  await call.ports.database.write(
    call,
    { permission: 'settings:write', audit: { action: 'copilot-setting.reset', target: kind } },
    (tx) => deleteLeadDocument(tx, kind),
  );
  settings.forget(call.subscriptionId);
  return (await settings.get(call.subscriptionId)).lead;
}
