import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KnowledgeFileView, KnowledgeSourceView } from '../../src/contract/knowledge.ts';
import { embedSource } from '../../src/services/knowledge/embed-source.ts';
import { engines } from '../support/database.ts';
import { openKnowledgeHouse, type KnowledgeHouse } from '../support/knowledge-house.ts';

const files = { kind: 'files' } as const;

describe.each(engines.filter(({ available }) => available))('uploaded files on $name', (engine) => {
  let house: KnowledgeHouse;
  let agentId: string;
  let source: KnowledgeSourceView;
  beforeAll(async () => {
    house = await openKnowledgeHouse(engine);
  });
  beforeEach(async () => {
    house.embedder.use(undefined);
    await house.newLead();
    agentId = await house.newAgent();
    source = await house.newSource({ aiAgentId: agentId, inCopilot: false, settings: files });
  });
  afterAll(() => house?.close());

  const filesOf = async (sourceId = source.id): Promise<readonly KnowledgeFileView[]> =>
    (await house.send<{ files: KnowledgeFileView[] }>('GET', `/sources/${sourceId}/files`)).body.files;
  const chunkCount = async (): Promise<number> => {
    const call = house.call();
    const rows = await house.routes.database.read(call, (tx) =>
      tx.selectFrom('app.knowledge_chunk').select('id').execute(),
    );
    return rows.length;
  };

  it('takes a file in: its text sealed, its name too, nothing of it in clear', async () => {
    const answer = await house.upload(
      source.id,
      'Returns CNRYNAME.md',
      '# Returns\n\nCNRYTEXT may be returned within 30 days.',
    );
    expect(answer).toMatchObject({
      status: 200,
      body: {
        name: 'Returns CNRYNAME.md',
        state: 'ready',
        metadata: { format: 'markdown', pages: null },
        chunks: 1,
        progress: null,
      },
    });
    const stored = await house.stored();
    for (const canary of ['CNRYNAME', 'CNRYTEXT', 'returned', 'Guide']) expect(stored).not.toContain(canary);
    const view = (await house.send<KnowledgeSourceView>('GET', `/sources/${source.id}`)).body;
    expect(view).toMatchObject({
      name: 'Guide',
      documents: 1,
      chunks: 1,
      vectors: { state: 'no-model', embedded: 0, chunks: 1 },
      reading: null,
    });
  });

  it('replaces a file of the same name, and writes nothing when it is the same', async () => {
    const first = await house.upload(source.id, 'a.txt', 'The old fee is 3 euros.');
    const again = await house.upload(source.id, 'a.txt', 'The old fee is 3 euros.');
    expect(again.body.updatedAt).toBe(first.body.updatedAt);
    const changed = await house.upload(source.id, 'a.txt', 'The new fee is 4 euros.');
    expect(changed.body.id).toBe(first.body.id);
    expect(await filesOf()).toHaveLength(1);
    expect(await chunkCount()).toBe(1);
  });

  it.each([
    ['picture.png', '\u0089PNG', 'Files of this kind cannot be read'],
    ['fake.pdf', 'just words', 'What is in this file is not what its name says'],
    ['empty.txt', '   ', 'No text was found in this file'],
  ])('refuses %s in plain words and keeps nothing of it', async (name, content, words) => {
    const answer = await house.upload(source.id, name, content);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ type: expect.stringContaining('file-refused') as string });
    expect(answer.text).toContain(words);
    expect(await filesOf()).toEqual([]);
  });

  it('keeps what was there when a new version is refused', async () => {
    await house.upload(source.id, 'a.txt', 'The fee is 3 euros.');
    expect((await house.upload(source.id, 'a.txt', '')).status).toBe(422);
    expect(await filesOf()).toMatchObject([{ state: 'ready', chunks: 1 }]);
  });

  it('S108: refuses more than 10 MiB and what is no file', async () => {
    const large = await house.upload(source.id, 'large.txt', Buffer.alloc(10 * 1024 * 1024 + 1, 'a'));
    expect(large.status).toBe(422);
    expect(large.text).toContain('too large');
    const json = await house.send('POST', `/sources/${source.id}/files`, { file: 'text' });
    expect(json.status).toBe(400);
    expect(await filesOf()).toEqual([]);
  });

  it('S108: a file is never given back: no route has it, and what is listed is no page', async () => {
    const page = '<!DOCTYPE html><html><body><script>alert(1)</script><p>CNRYPAGE is text.</p></body></html>';
    const { id } = (await house.upload(source.id, 'page.html', page)).body;
    for (const path of ['', '/content', '/text', '/download'])
      expect([404, 405]).toContain(
        (await house.send('GET', `/sources/${source.id}/files/${id}${path}`)).status,
      );
    const listed = await house.routes.app.inject({
      method: 'GET',
      url: `/v1/knowledge/sources/${source.id}/files`,
    });
    expect(listed.headers['content-type']).toContain('application/json');
    expect(listed.body).toContain('page.html');
    for (const text of ['CNRYPAGE', 'script']) expect(listed.body).not.toContain(text);
  });

  it('S60: a legal hold keeps files, snippets and sources, and each try is written down', async () => {
    const { id } = (await house.upload(source.id, 'a.txt', 'The fee is 3 euros.')).body;
    const snippets = await house.newSource({ internal: true, settings: { kind: 'snippets' } });
    const snippet = await house.send<{ id: string }>('POST', `/sources/${snippets.id}/snippets`, {
      title: 'Fee',
      text: 'The fee is 3 euros.',
    });
    const hold = (since: Date | null) =>
      house.routes.database.bookkeep(house.call(), (tx) =>
        sql`update app.subscription set held_since = ${since}`.execute(tx),
      );
    const tries = [
      `/sources/${source.id}/files/${id}`,
      `/sources/${snippets.id}/snippets/${snippet.body.id}`,
      `/sources/${source.id}`,
      `/sources/${snippets.id}`,
    ];
    await hold(new Date());
    for (const path of tries) {
      const answer = await house.send('DELETE', path);
      expect(answer.text).toContain('subscription-held');
    }
    expect(await chunkCount()).toBe(2);
    expect(await filesOf()).toMatchObject([{ state: 'ready', chunks: 1 }]);
    const noted = await house.routes.database.read(house.call(), (tx) =>
      tx
        .selectFrom('app.audit_event')
        .select('facts')
        .where('action', '=', 'subscription.hold-respected')
        .execute(),
    );
    expect(noted).toEqual(tries.map(() => ({ facts: { what: 'knowledge-deletion' } })));
    await hold(null);
    for (const path of tries) expect((await house.send('DELETE', path)).status).toBe(200);
    expect(await chunkCount()).toBe(0);
  });

  it('takes files over a true connection, and answers at once when there is no place for what still comes', async () => {
    const address = await house.routes.app.listen({ port: 0, host: '127.0.0.1' });
    const upload = async (name: string, content: string): Promise<number> => {
      const form = new FormData();
      form.append('file', new Blob([content]), name);
      const url = `${address}/v1/knowledge/sources/${source.id}/files`;
      const response = await fetch(url, { method: 'POST', body: form });
      await response.text();
      return response.status;
    };
    const large = 'Some words of a long text. '.repeat(70_000);
    for (let at = 0; at < 5; at += 1)
      expect(await upload(`f${at}.txt`, at === 0 ? large : 'Text.')).toBe(200);
    expect(await upload('f5.txt', 'x'.repeat(9 * 1024 * 1024))).toBe(409);
    expect(await upload('f4.txt', 'x'.repeat(11 * 1024 * 1024))).toBe(422);
    expect((await filesOf()).map(({ state }) => state)).toEqual(Array(5).fill('ready'));
  });

  it('S13, R36: parallel uploads never make more than five files of an agent, over all of its sources', async () => {
    const second = await house.newSource({ aiAgentId: agentId, inCopilot: false, settings: files });
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, at) =>
          house.upload(at % 2 === 0 ? source.id : second.id, `f${at}.txt`, `Text number ${at}.`),
        ),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
      const refused = answers.filter(({ status }) => status !== 200);
      expect(refused.every(({ status }) => status === 409)).toBe(true);
      expect(refused[0]?.text).toContain('knowledge-files-full');
      const kept = [...(await filesOf()), ...(await filesOf(second.id))];
      expect(kept).toHaveLength(5);
      for (const { id } of await filesOf())
        expect((await house.send('DELETE', `/sources/${source.id}/files/${id}`)).status).toBe(200);
      for (const { id } of await filesOf(second.id))
        expect((await house.send('DELETE', `/sources/${second.id}/files/${id}`)).status).toBe(200);
      expect(await chunkCount()).toBe(0);
    }
  });

  it('gives another agent, and the copilot alone, five places of their own', async () => {
    for (let at = 0; at < 5; at += 1) await house.upload(source.id, `f${at}.txt`, 'Text.');
    const other = await house.newSource({ aiAgentId: await house.newAgent(), settings: files });
    const copilot = await house.newSource({ settings: files });
    expect((await house.upload(source.id, 'f6.txt', 'Text.')).status).toBe(409);
    expect((await house.upload(other.id, 'f6.txt', 'Text.')).status).toBe(200);
    expect((await house.upload(copilot.id, 'f6.txt', 'Text.')).status).toBe(200);
  });

  it('R36: parallel uploads never make more than 8,000 chunks of an agent', async () => {
    // A paragraph under each heading is a chunk.
    const text = (count: number): string =>
      Array.from({ length: count }, (_, at) => `# Part ${at}\n\nThe answer is ${at}.`).join('\n\n');
    const answers = await Promise.all(
      [3_500, 3_500, 3_500].map((count, at) => house.upload(source.id, `f${at}.md`, text(count))),
    );
    expect(answers.map(({ status }) => status).sort((one, other) => one - other)).toEqual([200, 200, 409]);
    expect(answers.find(({ status }) => status === 409)?.text).toContain('knowledge-full');
    expect(await chunkCount()).toBe(7_000);
    expect(await filesOf()).toHaveLength(2);
  });

  it('R36: of many snippets at once as many are stored as there is room for', async () => {
    await house.upload(source.id, 'a.txt', 'Text.');
    await house.routes.database.bookkeep(house.call(), (tx) =>
      tx.updateTable('app.knowledge_document').set({ chunks: 7_995 }).execute(),
    );
    const snippets = await house.newSource({ aiAgentId: agentId, settings: { kind: 'snippets' } });
    const answers = await Promise.all(
      Array.from({ length: 25 }, (_, at) =>
        house.send('POST', `/sources/${snippets.id}/snippets`, {
          title: `Snippet ${at}`,
          text: 'One chunk.',
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(20);
    expect(await chunkCount()).toBe(6);
  });

  it('makes vectors in the background when there is a model, keeps them for what did not change, and never mixes models', async () => {
    await house.upload(source.id, 'a.md', '# One\n\nBlue parcels.\n\n# Two\n\nRed parcels.');
    const view = async () => (await house.send<KnowledgeSourceView>('GET', `/sources/${source.id}`)).body;
    house.embedder.use('first');
    expect((await view()).vectors).toEqual({ state: 'waiting', embedded: 0, chunks: 2 });
    await embedSource(house.call(), source.id);
    expect((await view()).vectors).toEqual({ state: 'done', embedded: 2, chunks: 2 });
    const before = house.embedder.embedded;
    await house.upload(source.id, 'a.md', '# One\n\nBlue parcels.\n\n# Two\n\nGreen parcels.');
    expect((await view()).vectors).toEqual({ state: 'waiting', embedded: 1, chunks: 2 });
    await embedSource(house.call(), source.id);
    expect(house.embedder.embedded - before).toBe(1);
    house.embedder.use('second');
    expect((await view()).vectors).toEqual({ state: 'waiting', embedded: 0, chunks: 2 });
    await embedSource(house.call(), source.id);
    const models = await house.routes.database.read(house.call(), (tx) =>
      tx.selectFrom('app.knowledge_chunk').select('embedding_model').distinct().execute(),
    );
    expect(models).toEqual([{ embedding_model: 'sha256:second' }]);
  });

  it('S54: deletes files, sources and agents with everything of them', async () => {
    await house.upload(source.id, 'a.txt', 'Text.');
    expect((await house.send('DELETE', `/sources/${source.id}`)).status).toBe(200);
    expect(await chunkCount()).toBe(0);
    expect((await house.send('GET', `/sources/${source.id}`)).status).toBe(404);
    const second = await house.newSource({ aiAgentId: agentId, settings: files });
    await house.upload(second.id, 'a.txt', 'Text.');
    await house.routes.database.bookkeep(house.call(), (tx) =>
      tx.deleteFrom('app.ai_agent').where('id', '=', agentId).execute(),
    );
    expect(await chunkCount()).toBe(0);
    expect((await house.send<{ sources: unknown[] }>('GET', '/sources')).body.sources).toEqual([]);
  });

  it('lets members read and only admins change', async () => {
    house.routes.as('member');
    expect((await house.send('GET', '/sources')).status).toBe(200);
    expect((await house.upload(source.id, 'a.txt', 'Text.')).status).toBe(403);
    expect((await house.send('DELETE', `/sources/${source.id}`)).status).toBe(403);
  });
});
