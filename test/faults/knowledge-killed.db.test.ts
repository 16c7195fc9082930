import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createContentBox } from '../../src/adapters/crypto/content-box.ts';
import { parseRootKey } from '../../src/adapters/crypto/key-file.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { uuidIds } from '../../src/adapters/system/clock.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { SecretBox } from '../../src/ports/secret-box.ts';
import { knowledgeBinding } from '../../src/services/knowledge/bindings.ts';
import { cleanUpDocument } from '../../src/services/knowledge/clean-up-document.ts';
import { readSealedChunks } from '../../src/services/knowledge/retrieval/retrieval-queries.ts';
import { readChunk } from '../../src/services/knowledge/stored-chunk.ts';
import { newSubscription, type TestCall } from '../support/calls.ts';
import { appConnectionString, copyTemplate, engines } from '../support/database.ts';
import { silent } from '../support/redis.ts';
import { openTestSecrets } from '../support/secrets.ts';

const available = engines.some(({ name, available: is }) => name === 'postgres' && is);
const noId = '00000000-0000-0000-0000-000000000000';
const text = (word: string): string =>
  Array.from({ length: 250 }, (_, at) => `# Part ${at}\n\n${word} ${at}.`).join('\n\n');

// True processes that die by SIGKILL; the database lives on.
describe.skipIf(!available)('a server that is killed while it stores a file', () => {
  const rootKey = randomBytes(32).toString('base64');
  let connectionString: string;
  let database: BookkeepingDatabase;
  let secretBox: SecretBox;
  let call: TestCall;
  let sourceId: string;

  beforeAll(async () => {
    connectionString = appConnectionString(await copyTemplate());
    database = await openPostgres({ connectionString, logger: silent });
    ({ secretBox } = await openTestSecrets(database, parseRootKey(rootKey, 'The test')));
  });
  beforeEach(async () => {
    call = await newSubscription(database);
    sourceId = uuidIds.next();
    const { subscriptionId } = call;
    const sealed = await secretBox.seal('{}', knowledgeBinding.settings(subscriptionId, sourceId));
    await database.bookkeep(call, (tx) =>
      sql`insert into app.knowledge_source (subscription_id, id, in_copilot, internal, kind, settings, created_at)
        values (${subscriptionId}, ${sourceId}, true, false, 'files', ${sealed}, now())`.execute(tx),
    );
  });
  afterAll(() => database?.close());

  const store = async (word: string, death: string): Promise<unknown> => {
    const child = fork(
      join(import.meta.dirname, 'knowledge-writer.ts'),
      [connectionString, rootKey, call.subscriptionId, sourceId, text(word), death],
      { execArgv: [] },
    );
    const [, signal] = (await once(child, 'exit')) as [unknown, unknown];
    return signal;
  };
  /** Words that are found, each once. */
  const found = async (): Promise<readonly string[]> => {
    const rows = await database.read(call, (tx) =>
      readSealedChunks(tx, call.subscriptionId, { sourceIds: [sourceId], after: noId, limit: 10_000 }),
    );
    expect([0, 250]).toContain(rows.length);
    const box = createContentBox(secretBox);
    const words = new Set<string>();
    for (const { id, content } of rows) {
      const opened = await box.open(content, knowledgeBinding.content(call.subscriptionId, id));
      for (const word of ['old', 'new'])
        if (opened.measure((one) => readChunk(one).text.startsWith(word))) words.add(word);
    }
    return [...words];
  };
  const counts = async (): Promise<{ chunks: number; documents: number; files: number }> =>
    database.read(call, async (tx) => ({
      chunks: (await tx.selectFrom('app.knowledge_chunk').select('id').execute()).length,
      documents: (await tx.selectFrom('app.knowledge_document').select('id').execute()).length,
      files: (await tx.selectFrom('app.knowledge_file').select('id').execute()).length,
    }));
  /** As eleven minutes later, by the sweep. */
  const cleanUp = async (): Promise<void> => {
    await database.bookkeep(call, (tx) =>
      sql`update app.knowledge_document set writing_since = writing_since - interval '11 minutes'`.execute(
        tx,
      ),
    );
    const remains = await database.lookup((lookups) => lookups.knowledgeRemains(1_000));
    for (const { subscriptionId, documentId } of remains)
      if (subscriptionId === call.subscriptionId)
        await cleanUpDocument(
          { ...call, signal: new AbortController().signal, ports: { database } },
          documentId,
        );
  };

  it.each(['knowledge.upload-began', 'knowledge.storing', 'knowledge.chunks-stored'])(
    'shows nothing of a first version that died after %s, and leaves nothing',
    async (death) => {
      expect(await store('new', death)).toBe('SIGKILL');
      expect(await found()).toEqual([]);
      await cleanUp();
      expect(await counts()).toEqual({ chunks: 0, documents: 0, files: 0 });
    },
    60_000,
  );

  it.each([
    { death: 'knowledge.storing', word: 'old' },
    { death: 'knowledge.chunks-stored', word: 'old' },
    { death: 'knowledge.document-stored', word: 'new' },
    { death: 'knowledge.old-removed', word: 'new' },
  ])(
    'shows the whole $word version when a second one died after $death, and cleans up',
    async ({ death, word }) => {
      expect(await store('old', 'never')).toBeNull();
      expect(await store('new', death)).toBe('SIGKILL');
      expect(await found()).toEqual([word]);
      await cleanUp();
      expect(await found()).toEqual([word]);
      expect(await counts()).toEqual({ chunks: 250, documents: 1, files: 1 });
    },
    60_000,
  );
});
