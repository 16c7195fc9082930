import type { MaskingSettings } from '../../contract/masking.ts';
import type { Call } from '../../ports/call.ts';
import { upsertMasking } from './masking-queries.ts';
import { maskingRules } from './masking-rules.ts';
import { patternsBinding } from './open-masking.ts';

/** Replaces the masking settings. Throws `invalid-request` naming a pattern that cannot be used. */
export async function changeMasking(
  call: Call<'database' | 'secretBox' | 'clock'>,
  settings: MaskingSettings,
): Promise<MaskingSettings> {
  const { database, secretBox, clock } = call.ports;
  // Compiled to be checked.
  maskingRules(settings);
  const sealed = await secretBox.seal(
    JSON.stringify(settings.patterns),
    patternsBinding(call.subscriptionId),
  );
  await database.write(
    call,
    {
      permission: 'settings:write',
      audit: {
        action: 'masking.changed',
        facts: {
          enabled: settings.enabled,
          types: settings.types.length,
          patterns: settings.patterns.length,
        },
      },
    },
    (tx) => upsertMasking(tx, call.subscriptionId, settings, sealed, clock.now()),
  );
  return settings;
}
