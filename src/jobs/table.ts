import type { JobTable } from '../ports/job-queue.ts';
import type { SettingsReader } from '../services/settings/settings-reader.ts';
import { purgeAdminTokens } from '../services/operators/purge-admin-tokens.ts';
import { cleanUpSubscriptions } from '../services/subscriptions/clean-up-subscriptions.ts';
import type { Ending } from '../services/subscriptions/withdraw-access.ts';
import { checkProviderKey } from './check-provider-key.ts';
import { checkZendeskConnection } from './check-zendesk-connection.ts';
import { finishKeyRotation } from './finish-key-rotation.ts';
import { mailJobs } from './send-mail.ts';

/** Name → handler of every job; `publicUrl` is where people reach the console. */
export const jobTable = (settings: SettingsReader, publicUrl: string, ending: Ending): JobTable => ({
  ...mailJobs(publicUrl),
  'zendesk.check-connection': (context) => checkZendeskConnection(context, settings),
  'keys.finish-rotation': (context) => finishKeyRotation(context),
  'provider.check-key': (context) => checkProviderKey(context, settings),
  'subscriptions.clean-up': async (context) => {
    await context.ports.database.lookup((lookups) => lookups.purgeLinks());
    await context.ports.database.lookup((lookups) => lookups.purgeRefreshTokens());
    await cleanUpSubscriptions(context, ending);
    await purgeAdminTokens(context);
  },
});
