import { serveSite, type SiteServer } from '../serve-site.ts';
import { OAuth } from './oauth.ts';
import { answerRequest, type Simulation } from './routes.ts';
import { Site } from './site.ts';

/** A running simulated Confluence Cloud: one site with its API, and Atlassian's own hosts at the same address. */
export type ConfluenceSimulator = SiteServer & { readonly simulation: Simulation };

/** The id Atlassian's API knows the simulated site by. */
export const CLOUD_ID = '1324a887-45db-1bf4-1e99-ef0ff456d421';

/** Starts it on 127.0.0.1; port 0 takes any free one. */
export async function startConfluenceSimulator(options: {
  readonly port: number;
}): Promise<ConfluenceSimulator> {
  const simulation: Simulation = {
    site: new Site(),
    siteUrl: 'https://brookline-demo.atlassian.net',
    cloudId: CLOUD_ID,
    email: 'indesk@brookline.example',
    apiToken: 'ATATT3xFfGF0-demo-token',
    scopedToken: 'ATSTT3-scoped-token',
    oauth: new OAuth({ id: 'indesk-confluence-demo', secret: 'demo-client-secret' }),
    consent: { answer: 'ask' },
    limits: { pointsLeft: 65_000, largestPart: 250 },
  };
  const server = await serveSite(
    options.port,
    (origin) => (request) => answerRequest(simulation, origin, request),
  );
  return { ...server, simulation };
}
