import type { TriageRules } from '../../contract/triage.ts';
import type { Call } from '../../ports/call.ts';
import { switchTriageOff, upsertTriageRules } from './triage-queries.ts';

/** Replaces the rules of automatic triage. */
export async function changeTriageRules(
  call: Call<'database' | 'clock'>,
  rules: TriageRules,
): Promise<TriageRules> {
  const { database, clock } = call.ports;
  const facts = { mode: rules.mode, fields: rules.fields.map(({ field }) => field) };
  await database.write(
    call,
    { permission: 'settings:write', audit: { action: 'triage.rules-changed', facts } },
    (tx) => upsertTriageRules(tx, call.subscriptionId, rules, clock.now()),
  );
  return rules;
}

/** Switches automatic triage off. Every process asks for the mode just before it writes, so none begins a write after this. */
export async function stopTriage(call: Call<'database' | 'clock'>): Promise<void> {
  await call.ports.database.write(
    call,
    { permission: 'settings:write', audit: { action: 'triage.stopped' } },
    (tx) => switchTriageOff(tx, call.ports.clock.now()),
  );
}
