import type { ConfluenceSimulator } from '../../simulators/confluence/start-confluence-simulator.ts';
import { createConfluence } from '../../src/adapters/confluence/create-confluence.ts';
import { createConfluenceOAuth } from '../../src/adapters/confluence/oauth.ts';
import { createEgress } from '../../src/adapters/egress/create-egress.ts';
import { createLogger } from '../../src/adapters/logging/logger.ts';
import { createMetrics } from '../../src/adapters/metrics/metrics.ts';
import { systemClock, uuidIds } from '../../src/adapters/system/clock.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { SecretBox } from '../../src/ports/secret-box.ts';
import { ConfluenceTokens } from '../../src/services/integrations/confluence-tokens.ts';

/** Where people come back to in tests; nobody listens there. */
export const confluenceRedirect = 'http://127.0.0.1:9/oauth/confluence/callback';

/** The real parts that reach a simulated Confluence, as one process has them. */
export function confluenceParts(options: {
  readonly database: BookkeepingDatabase;
  readonly secretBox: SecretBox;
  readonly simulator: ConfluenceSimulator;
  readonly restSeconds?: number;
  /** Addresses of sites that the simulator stands in for besides its own. */
  readonly alsoSimulated?: ReadonlySet<string>;
}) {
  const { database, secretBox, simulator } = options;
  const { url, simulation } = simulator;
  const logger = createLogger({ level: 'silent' });
  const egress = createEgress({ allowedPrivate: [], confluenceHosts: [new URL(url).host] });
  const metrics = createMetrics();
  const wire = {
    egress,
    logger,
    metrics,
    clock: systemClock,
    apiOrigin: url,
    authOrigin: url,
    originFor: (siteUrl: string) =>
      siteUrl === simulation.siteUrl || options.alsoSimulated?.has(siteUrl) === true ? url : siteUrl,
  };
  const confluenceOAuth = createConfluenceOAuth(wire);
  const clients = { redirectUri: confluenceRedirect, globalClient: simulation.oauth.app };
  const tokens = new ConfluenceTokens({
    ...options,
    logger,
    metrics,
    clock: systemClock,
    ids: uuidIds,
    clients,
    confluenceOAuth,
  });
  const { pages, site } = createConfluence({ ...wire, accessTokens: tokens });
  return {
    clients,
    tokens,
    pages,
    metrics,
    ports: { database, secretBox, logger, clock: systemClock, confluenceSite: site, confluenceOAuth },
    close: () => egress.close(),
  };
}
