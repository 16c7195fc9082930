import type { JobTable } from '../ports/job-queue.ts';
import type { SettingsReader } from '../services/settings/settings-reader.ts';
import { checkProviderKey } from './check-provider-key.ts';
import { checkZendeskConnection } from './check-zendesk-connection.ts';

/** Name → handler of every job. */
export const jobTable = (settings: SettingsReader): JobTable => ({
  'zendesk.check-connection': (context) => checkZendeskConnection(context, settings),
  'provider.check-key': (context) => checkProviderKey(context, settings),
});
