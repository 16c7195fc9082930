import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseRootKey } from '../../src/adapters/crypto/key-file.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { openChatDesk, type ChatDesk } from '../support/chat-desk.ts';
import { appConnectionString, copyTemplate, engines } from '../support/database.ts';
import { silent } from '../support/redis.ts';
import type { Death } from './chat-writer.ts';

const available = engines.some(({ name, available: is }) => name === 'postgres' && is);

// True processes that die by SIGKILL; Zendesk, the database and the visitor live on.
describe.skipIf(!available)('a server that is killed while it writes a turn to Zendesk', () => {
  const rootKey = randomBytes(32).toString('base64');
  let connectionString: string;
  let desk: ChatDesk;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    connectionString = appConnectionString(await copyTemplate());
    desk = await openChatDesk(
      { open: () => openPostgres({ connectionString, logger: silent }) },
      { rootKey: parseRootKey(rootKey, 'The test') },
    );
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const { id } of desk.tickets()) desk.zendesk.account.tickets.delete(id);
  });
  afterAll(() => desk?.close());

  const start = async (death: Death): Promise<{ readonly url: string; readonly gone: Promise<unknown> }> => {
    const child = fork(
      join(import.meta.dirname, 'chat-writer.ts'),
      [connectionString, rootKey, desk.zendesk.url, death],
      { execArgv: [] },
    );
    children.push(child);
    const [url] = (await once(child, 'message')) as [string];
    return { url, gone: once(child, 'exit') };
  };

  it.each(['before', 'after'] as const)(
    'R18: one ticket and every turn once, when it dies %s each write and the visitor sends the turn again',
    async (death) => {
      const agent = await desk.house.newAgent({ writeBack: 'live' });
      await desk.connect(agent.call);
      const visitor = await desk.house.visit(agent);
      for (const question of ['Where is the first parcel?', 'Where is the second parcel?']) {
        const { url, gone } = await start(death);
        await fetch(`${url}/v1/chat/${agent.agent.widgetKey}/turns`, {
          method: 'POST',
          headers: { authorization: `Bearer ${visitor.token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ message: question, history: visitor.history }),
        })
          .then((response) => response.text())
          .catch(() => undefined);
        await gone;
        expect((await visitor.say(question)).answer).toBeDefined();
      }
      const [ticket, ...more] = desk.tickets();
      expect(more).toEqual([]);
      const said = (ticket?.comments ?? []).map(({ text }) => text).join('\n');
      for (const which of ['first', 'second'])
        expect(said.split(`UTC\nWhere is the ${which} parcel?`).length - 1, which).toBe(1);
    },
    150_000,
  );
});
