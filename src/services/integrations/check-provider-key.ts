import type { Call } from '../../ports/call.ts';
import { openedOrUndefined } from '../secrets/opened-or-undefined.ts';
import { noteKeyState, readProvider } from './integration-queries.ts';

/** Asks a provider whether the key still works, without sending content, and notes what it says. */
export async function checkProviderKey(
  call: Call<'database' | 'secretBox' | 'modelProvider' | 'clock' | 'logger'>,
  id: string,
): Promise<void> {
  const { database, secretBox, modelProvider, clock, logger } = call.ports;
  const { subscriptionId } = call;
  const stored = await database.read(call, (tx) => readProvider(tx, id));
  if (stored === undefined) return;
  const binding = { subscriptionId, table: 'provider_connection', column: 'api_key', row: id };
  const apiKey = await openedOrUndefined(secretBox.open(stored.apiKey, binding));
  const { kind, model } = stored;
  const baseUrl = stored.baseUrl ?? undefined;
  const state =
    apiKey === undefined
      ? 'invalid'
      : (await modelProvider.checkKey({ kind, baseUrl, apiKey, model }, call.signal)).state;
  await database.write(
    call,
    { permission: 'system', audit: { action: 'provider.key-checked', target: id, facts: { state } } },
    (tx) => noteKeyState(tx, id, state, clock.now()),
  );
  if (state !== 'valid')
    logger.warn('provider key not usable', { subscriptionId, provider: kind, code: state });
}
