import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { SettingsReader } from '../settings/settings-reader.ts';

/** One reading at a time waits or runs, whoever asks. */
export const macroSyncKey = 'macros';

/** Has the macros read soon. Throws `zendesk-not-connected`. */
export async function askForSync(call: Call<'database' | 'jobs'>, settings: SettingsReader): Promise<void> {
  const { database, jobs } = call.ports;
  const { zendesk } = await settings.get(call.subscriptionId);
  if (zendesk === undefined) throw new ProblemError('zendesk-not-connected');
  await database.write(
    call,
    { permission: 'settings:write', audit: { action: 'macros.sync-asked', target: zendesk.subdomain } },
    (tx) => jobs.enqueue(tx, call, 'macros.sync', {}, { dedupeKey: macroSyncKey }),
  );
}
