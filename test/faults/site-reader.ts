// Reads a Confluence source in a process of its own, and kills itself after it has stored so many documents.
import { createConfluence } from '../../src/adapters/confluence/create-confluence.ts';
import { createContentBox } from '../../src/adapters/crypto/content-box.ts';
import { parseRootKey } from '../../src/adapters/crypto/key-file.ts';
import { createEgress } from '../../src/adapters/egress/create-egress.ts';
import { createMetrics } from '../../src/adapters/metrics/metrics.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { systemClock, uuidIds } from '../../src/adapters/system/clock.ts';
import type { ConfluenceAccess } from '../../src/ports/confluence.ts';
import type { Database } from '../../src/ports/database.ts';
import {
  readLocatedSource,
  type ReadingCall,
  type ReadingParts,
} from '../../src/services/knowledge/read-source.ts';
import { silent } from '../support/redis.ts';
import { openTestSecrets } from '../support/secrets.ts';
import { wordEmbedder } from '../support/word-embedder.ts';

/** What the test tells it. */
export interface SiteReaderInput {
  readonly connectionString: string;
  readonly rootKey: string;
  readonly subscriptionId: string;
  readonly sourceId: string;
  readonly step: number;
  readonly siteOrigin: string;
  readonly access: ConfluenceAccess;
  /** Dies after storing so many documents; 0: never. */
  readonly diesAfter: number;
}

const input = JSON.parse(process.argv[2] ?? '') as SiteReaderInput;
const { subscriptionId, sourceId, step, siteOrigin } = input;
const database = await openPostgres({ connectionString: input.connectionString, logger: silent });
const { secretBox } = await openTestSecrets(database, parseRootKey(input.rootKey, 'The test'));
const egress = createEgress({ allowedPrivate: [], confluenceHosts: [new URL(siteOrigin).host] });
const { pages } = createConfluence({
  egress,
  logger: silent,
  metrics: createMetrics(),
  clock: systemClock,
  originFor: () => siteOrigin,
  apiOrigin: siteOrigin,
  deadlineMs: 5_000,
});
let stored = 0;
const deadly: Database = {
  ...database,
  write: async (call, decision, work) => {
    const result = await database.write(call, decision, work);
    if (decision.audit.action === 'knowledge.document-stored') stored += 1;
    if (stored === input.diesAfter && stored > 0) process.kill(process.pid, 'SIGKILL');
    return result;
  },
};
const embedder = wordEmbedder();
embedder.use('model');
const call = {
  subscriptionId,
  actor: { kind: 'system', id: 'test' },
  requestId: uuidIds.next(),
  signal: new AbortController().signal,
  attempt: 1,
  ports: {
    database: deadly,
    secretBox,
    contentBox: createContentBox(secretBox),
    embedder,
    ids: uuidIds,
    clock: systemClock,
  },
} as unknown as ReadingCall;
const parts = {
  sites: { confluence: { pages, access: async () => input.access } },
  jobs: undefined,
} as unknown as ReadingParts;
await readLocatedSource(call, parts, { sourceId, step });
process.stdout.write(`${stored}\n`);
process.exit();
