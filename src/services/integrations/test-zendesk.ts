import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { SettingsReader } from '../settings/settings-reader.ts';

/** Asks Zendesk whether the stored access works; sends no content. Throws `zendesk-not-connected` or what Zendesk answers. */
export async function testZendesk(
  call: Call<'helpDesk'>,
  settings: SettingsReader,
): Promise<{ readonly scopes: readonly string[] }> {
  settings.forget(call.subscriptionId);
  const { zendesk } = await settings.get(call.subscriptionId);
  if (zendesk === undefined) throw new ProblemError('zendesk-not-connected');
  const { scopes } = await call.ports.helpDesk.checkConnection({ connection: zendesk, signal: call.signal });
  return { scopes };
}
