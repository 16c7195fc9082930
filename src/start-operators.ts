import type { Config } from './config.ts';
import type { Call } from './ports/call.ts';
import type { BookkeepingDatabase } from './ports/database.ts';
import type { Ports } from './ports/ports.ts';
import { disconnectZendesk } from './services/integrations/disconnect-zendesk.ts';
import type { ZendeskClients } from './services/integrations/zendesk-clients.ts';
import { AdminTokens } from './services/operators/admin-tokens.ts';
import type { Meanings } from './copilot/ranking/meanings.ts';
import { forgetKnowledge, type RetrievalServices } from './services/knowledge/retrieval/retrieve-passages.ts';
import { QuotaKeeper } from './services/quotas/quota-keeper.ts';
import type { SettingsReader } from './services/settings/settings-reader.ts';
import type { Ending } from './services/subscriptions/withdraw-access.ts';

/** What hosting many subscriptions keeps in memory. */
export interface OperatorParts {
  readonly quotas: QuotaKeeper;
  readonly adminTokens: AdminTokens;
  readonly ending: Ending;
}

export function operatorPartsOf(
  config: Config,
  ports: Omit<Ports, 'database'> & { readonly database: BookkeepingDatabase },
  settings: SettingsReader,
  clients: ZendeskClients,
  opened: { readonly retrieval: RetrievalServices; readonly meanings: Pick<Meanings, 'forget'> },
): OperatorParts {
  return {
    quotas: new QuotaKeeper(ports),
    adminTokens: new AdminTokens(ports, config.mode === 'production' ? 'live' : 'dev'),
    ending: {
      settings,
      forget: (subscriptionId) => {
        settings.forget(subscriptionId);
        forgetKnowledge(opened.retrieval, subscriptionId);
        opened.meanings.forget(subscriptionId);
      },
      disconnectZendesk: (call: Call) => disconnectZendesk({ ...call, ports }, settings, clients),
    },
  };
}
