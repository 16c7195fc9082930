import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  startConfluenceSimulator,
  type ConfluenceSimulator,
} from '../../simulators/confluence/start-confluence-simulator.ts';
import { parseRootKey } from '../../src/adapters/crypto/key-file.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { uuidIds } from '../../src/adapters/system/clock.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { SecretBox } from '../../src/ports/secret-box.ts';
import { insertSource, readSource } from '../../src/services/knowledge/source-queries.ts';
import { sealSettings } from '../../src/services/knowledge/source-view.ts';
import { newSubscription, type TestCall } from '../support/calls.ts';
import { appConnectionString, copyTemplate, engines } from '../support/database.ts';
import { silent } from '../support/redis.ts';
import { openTestSecrets } from '../support/secrets.ts';
import type { SiteReaderInput } from './site-reader.ts';

const available = engines.some(({ name, available: is }) => name === 'postgres' && is);
const spaces = [
  { id: '65538', key: 'KB' },
  { id: '65539', key: 'KBDE' },
];
const pages = 7;

// True processes that die by SIGKILL; the database and the site live on.
describe.skipIf(!available)('a server that is killed while it reads Confluence', () => {
  const rootKey = randomBytes(32).toString('base64');
  let connectionString: string;
  let database: BookkeepingDatabase;
  let secretBox: SecretBox;
  let simulator: ConfluenceSimulator;
  let call: TestCall;
  let sourceId: string;

  beforeAll(async () => {
    connectionString = appConnectionString(await copyTemplate());
    database = await openPostgres({ connectionString, logger: silent });
    ({ secretBox } = await openTestSecrets(database, parseRootKey(rootKey, 'The test')));
    simulator = await startConfluenceSimulator({ port: 0 });
  });
  beforeEach(async () => {
    call = await newSubscription(database);
    sourceId = uuidIds.next();
    const { subscriptionId } = call;
    const settings = await sealSettings(secretBox, subscriptionId, sourceId, {
      name: 'Handbook',
      settings: { kind: 'confluence', spaces },
    });
    await database.bookkeep(call, async (tx) => {
      await insertSource(tx, {
        subscriptionId,
        id: sourceId,
        aiAgentId: null,
        inCopilot: true,
        internal: true,
        kind: 'confluence',
        settings,
      });
      await tx.updateTable('app.knowledge_source').set({ reading: 'running', step: 1, run: 1 }).execute();
    });
    simulator.requests.length = 0;
  });
  afterAll(async () => {
    await simulator?.close();
    await database?.close();
  });

  /** How it ended, and how many documents it stored when it ended well. */
  const read = async (diesAfter: number): Promise<string> => {
    const { siteUrl, email, apiToken } = simulator.simulation;
    const { subscriptionId } = call;
    const input: SiteReaderInput = {
      connectionString,
      rootKey,
      subscriptionId,
      sourceId,
      diesAfter,
      siteOrigin: simulator.url,
      step: 1,
      access: { subscriptionId, siteUrl, grant: 'api-token', email, token: apiToken, cloudId: null },
    };
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'site-reader.ts'), JSON.stringify(input)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let output = '';
    child.stdout.on('data', (text: Buffer) => (output += text.toString()));
    const [, signal] = (await once(child, 'close')) as [unknown, string | null];
    return signal ?? output.trim();
  };
  const documents = () =>
    database.read(call, (tx) =>
      tx
        .selectFrom('app.knowledge_document')
        .select(['external_id', 'generation', 'chunks', 'last_generation'])
        .orderBy('external_id')
        .execute(),
    );

  it.each([1, 3, pages])(
    'goes on after document %i: each is there once, and what was stored is not stored again',
    async (diesAfter) => {
      expect(await read(diesAfter)).toBe('SIGKILL');
      const before = await documents();
      expect(before.filter(({ generation }) => generation !== null)).toHaveLength(diesAfter);
      expect(await read(0)).toBe(String(pages - diesAfter));
      const after = await documents();
      expect(after).toHaveLength(pages);
      expect(after.every(({ generation, chunks }) => generation !== null && chunks > 0)).toBe(true);
      for (const one of before) if (one.generation !== null) expect(after).toContainEqual(one);
      const source = await database.read(call, (tx) => readSource(tx, sourceId));
      expect(source).toMatchObject({ reading: 'done', read: pages, error_code: null });
      const chunks = await database.read(call, (tx) =>
        tx.selectFrom('app.knowledge_chunk').select('id').execute(),
      );
      expect(chunks).toHaveLength(after.reduce((sum, one) => sum + one.chunks, 0));
    },
    60_000,
  );
});
