import type { JobContext } from '../ports/job-queue.ts';
import type { SettingsReader } from '../services/settings/settings-reader.ts';

/** Asks the provider whether the key still works; sends no content. */
export async function checkProviderKey(context: JobContext, settings: SettingsReader): Promise<void> {
  const { provider } = await settings.get(context.subscriptionId);
  if (provider === undefined) return;
  const { state } = await context.ports.modelProvider.checkKey(provider, context.signal);
  if (state !== 'valid')
    context.ports.logger.warn('provider key not usable', {
      subscriptionId: context.subscriptionId,
      provider: provider.kind,
      code: state,
    });
}
