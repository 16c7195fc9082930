import { createConfluence } from './adapters/confluence/create-confluence.ts';
import { createConfluenceOAuth } from './adapters/confluence/oauth.ts';
import { createWebPages } from './adapters/web/create-web-pages.ts';
import { createHelpCenter } from './adapters/zendesk/help-center.ts';
import type { ZendeskRequests } from './adapters/zendesk/request.ts';
import type { BookkeepingDatabase } from './ports/database.ts';
import type { Ports } from './ports/ports.ts';
import { openConfluenceAccess } from './services/integrations/confluence-access.ts';
import type { ConfluenceClients } from './services/integrations/confluence-clients.ts';
import { ConfluenceTokens } from './services/integrations/confluence-tokens.ts';
import type { KnowledgeSites } from './services/knowledge/open-site.ts';
import type { SandboxConnection } from './services/sandbox/connect-sandbox.ts';

interface Parts extends Pick<
  Ports,
  'egress' | 'logger' | 'metrics' | 'clock' | 'ids' | 'secretBox' | 'textExtractor'
> {
  readonly database: BookkeepingDatabase;
  readonly zendeskRequests: ZendeskRequests;
  readonly clients: ConfluenceClients;
  /** The simulators, when the program runs beside them: Atlassian's own hosts are then one of them. */
  readonly sandbox: SandboxConnection['knowledge'];
}

/** The sites that knowledge is read from, and what the console asks of Confluence. */
export function openKnowledgeSites(parts: Parts): Pick<Ports, 'confluenceSite' | 'confluenceOAuth'> & {
  readonly sites: Omit<KnowledgeSites, 'settings'>;
} {
  const {
    egress,
    logger,
    metrics,
    clock,
    ids,
    database,
    secretBox,
    zendeskRequests,
    clients,
    textExtractor,
  } = parts;
  const dependencies = { egress, logger, metrics, clock };
  // Names the simulator by these two alone: a function that reached for all of it would keep its token in memory.
  const { url, siteUrl: simulatedSite } = parts.sandbox?.confluence ?? {};
  const atlassian = url === undefined ? {} : { apiOrigin: url, authOrigin: url };
  const confluenceOAuth = createConfluenceOAuth({ ...dependencies, ...atlassian });
  const confluence = createConfluence({
    ...dependencies,
    ...atlassian,
    originFor: (siteUrl) => (url !== undefined && siteUrl === simulatedSite ? url : siteUrl),
    accessTokens: new ConfluenceTokens({
      database,
      secretBox,
      confluenceOAuth,
      clients,
      clock,
      ids,
      logger,
      metrics,
    }),
  });
  return {
    confluenceOAuth,
    confluenceSite: confluence.site,
    sites: {
      confluence: {
        pages: confluence.pages,
        access: (call) => openConfluenceAccess({ database, secretBox }, call),
      },
      helpCenter: createHelpCenter(zendeskRequests),
      web: createWebPages({ ...dependencies, textExtractor }),
    },
  };
}
