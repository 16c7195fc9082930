// Stores a file in a process of its own, and kills itself after some of its chunks or before the pointer moves.
import { createContentBox } from '../../src/adapters/crypto/content-box.ts';
import { parseRootKey } from '../../src/adapters/crypto/key-file.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { systemClock, uuidIds } from '../../src/adapters/system/clock.ts';
import { createTextExtractor } from '../../src/adapters/extraction/create-text-extractor.ts';
import type { Database } from '../../src/ports/database.ts';
import { uploadFile, type UploadCall } from '../../src/services/knowledge/upload-file.ts';
import { silent } from '../support/redis.ts';
import { openTestSecrets } from '../support/secrets.ts';
import { wordEmbedder } from '../support/word-embedder.ts';

const [connectionString = '', rootKey = '', subscriptionId = '', sourceId = '', text = '', death = ''] =
  process.argv.slice(2);
const database = await openPostgres({ connectionString, logger: silent });
const { secretBox } = await openTestSecrets(database, parseRootKey(rootKey, 'The test'));
/** Dies right after a transaction that notes this action. */
const deadly: Database = {
  ...database,
  write: async (call, decision, work) => {
    const result = await database.write(call, decision, work);
    if (decision.audit.action === death) process.kill(process.pid, 'SIGKILL');
    return result;
  },
};
const call = {
  subscriptionId,
  actor: { kind: 'system', id: 'test' },
  requestId: uuidIds.next(),
  signal: new AbortController().signal,
  ports: {
    database: deadly,
    secretBox,
    contentBox: createContentBox(secretBox),
    textExtractor: createTextExtractor(),
    embedder: wordEmbedder(),
    ids: uuidIds,
    clock: systemClock,
  },
} as unknown as UploadCall;
await uploadFile(call, sourceId, { name: 'guide.md', bytes: async () => Buffer.from(text) });
process.exit();
