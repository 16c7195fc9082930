import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  CLOUD_ID,
  startConfluenceSimulator,
  type ConfluenceSimulator,
} from '../../simulators/confluence/start-confluence-simulator.ts';
import { createConfluence } from '../../src/adapters/confluence/create-confluence.ts';
import type { KnowledgeSourceView } from '../../src/contract/knowledge.ts';
import { openSite, type KnowledgeSites } from '../../src/services/knowledge/open-site.ts';
import { readLocatedSource } from '../../src/services/knowledge/read-source.ts';
import { readSource } from '../../src/services/knowledge/source-queries.ts';
import { engines } from '../support/database.ts';
import { openKnowledgeHouse, type KnowledgeHouse } from '../support/knowledge-house.ts';
import { siteTools } from './knowledge/site-tools.ts';

const spaces = [
  { id: '65538', key: 'KB' },
  { id: '65539', key: 'KBDE' },
];
const pages = 7;

describe.each(engines.filter(({ available }) => available))('reading Confluence on $name', (engine) => {
  let simulator: ConfluenceSimulator;
  let tools: ReturnType<typeof siteTools>;
  let house: KnowledgeHouse;
  let sites: KnowledgeSites;
  let source: KnowledgeSourceView;
  let allAtOnce: NonNullable<KnowledgeSites['confluence']>['pages'];
  const before = new Map<string, unknown>();

  beforeAll(async () => {
    simulator = await startConfluenceSimulator({ port: 0 });
    for (const [id, page] of simulator.simulation.site.pages) before.set(id, structuredClone(page));
    tools = siteTools({ confluenceHosts: [new URL(simulator.url).host] });
    house = await openKnowledgeHouse(engine);
  });
  beforeEach(async () => {
    const { siteUrl, email, apiToken } = simulator.simulation;
    const { pages: knowledge } = createConfluence({
      ...tools.dependencies,
      originFor: () => simulator.url,
      apiOrigin: simulator.url,
      deadlineMs: 5_000,
    });
    allAtOnce = knowledge;
    sites = {
      settings: house.routes.settings,
      confluence: {
        pages: knowledge,
        access: async ({ subscriptionId }) => ({
          subscriptionId,
          siteUrl,
          grant: 'api-token',
          email,
          token: apiToken,
          cloudId: null,
        }),
      },
    };
    house.embedder.use('model');
    house.embedder.forget();
    await house.newLead();
    source = await house.newSource({
      internal: true,
      name: 'Handbook',
      settings: { kind: 'confluence', spaces },
    });
  });
  afterEach(() => {
    simulator.faults.clear();
    simulator.simulation.site.pages.clear();
    for (const [id, page] of before) simulator.simulation.site.pages.set(id, structuredClone(page) as never);
  });
  afterAll(async () => {
    await house?.close();
    await tools.close();
    await simulator.close();
  });

  const row = async () => {
    const found = await house.routes.database.read(house.call(), (tx) => readSource(tx, source.id));
    if (found === undefined) throw new Error('the source is gone');
    return found;
  };
  /** As the job of the newest step does it. */
  const work = async (attempt = 1, signal?: AbortSignal): Promise<void> => {
    const { step } = await row();
    const call = house.call(signal);
    await readLocatedSource(
      { ...call, attempt },
      { sites, jobs: call.ports.jobs },
      { sourceId: source.id, step },
    );
  };
  /** From now on the site lists two pages at a time; told before each part, counted from 0. */
  const inParts = (before: (part: number) => void | Promise<void>): void => {
    const { confluence } = sites;
    if (confluence === undefined) throw new Error('no Confluence');
    const whole = allAtOnce;
    const list: typeof whole.list = async (call, cursor) => {
      const from = Number(cursor ?? 0);
      await before(from / 2);
      const { locators, skipped } = await whole.list(call, null);
      const next = from + 2 < locators.length ? String(from + 2) : null;
      return { locators: locators.slice(from, from + 2), skipped, next };
    };
    sites = { ...sites, confluence: { ...confluence, pages: { ...whole, list } } };
  };
  const view = async (): Promise<KnowledgeSourceView> =>
    (await house.send<KnowledgeSourceView>('GET', `/sources/${source.id}`)).body;
  const again = async (full: boolean): Promise<void> => {
    if (full)
      await house.routes.database.bookkeep(house.call(), (tx) =>
        sql`update app.knowledge_source set full_at = null`.execute(tx),
      );
    await house.send('POST', `/sources/${source.id}/reading`, {});
    await work();
  };

  it('S12: keeps where the pages are and their vectors, and neither title nor text', async () => {
    expect((await view()).reading?.state).toBe('running');
    await work();
    const read = await view();
    expect(read).toMatchObject({
      documents: pages,
      reading: { state: 'done', kind: 'full', read: pages, changed: pages, failed: 0, problem: null },
      vectors: { state: 'done', embedded: read.chunks, chunks: read.chunks },
    });
    const stored = await house.stored();
    const { site } = simulator.simulation;
    const texts = [...site.pages.values()].flatMap(({ title, body }) => [
      title,
      ...(body.match(/[^<>]{12,}/g) ?? []),
    ]);
    expect(texts.length).toBeGreaterThan(20);
    expect([...texts, 'Handbook'].filter((text) => stored.includes(text))).toEqual([]);
    expect(stored.includes('98319')).toBe(true);
  });

  it('fetches only what changed, and keeps the vectors of what did not', async () => {
    await work();
    const made = house.embedder.embedded;
    simulator.simulation.site.write({ id: '98322', title: 'Identity check', body: '<p>New words.</p>' });
    await again(false);
    expect((await view()).reading).toMatchObject({ state: 'done', kind: 'changes', changed: 1 });
    expect(house.embedder.embedded - made).toBe(1);
  });

  it('deletes pages that are gone when it reads everything again', async () => {
    await work();
    const { chunks } = await view();
    simulator.simulation.site.pages.delete('98319');
    await again(true);
    const after = await view();
    expect(after).toMatchObject({
      documents: pages - 1,
      reading: { state: 'done', kind: 'full', changed: 0 },
    });
    expect(after.chunks).toBeLessThan(chunks);
  });

  it('goes on where it was when the site fails in the middle, and says so meanwhile', async () => {
    let parts = 0;
    inParts((part) => {
      parts += 1;
      if (part === 2 && parts === 3) simulator.faults.add({ match: '/', kind: 'status', status: 403 });
    });
    await expect(work()).rejects.toMatchObject({ type: 'confluence-forbidden' });
    const cut = await view();
    expect(cut.reading).toMatchObject({ state: 'running', read: 4, problem: 'confluence-forbidden' });
    expect(cut.documents).toBe(4);
    simulator.faults.clear();
    const made = house.embedder.embedded;
    await work(2);
    const { reading, chunks } = await view();
    expect(reading).toMatchObject({ state: 'done', read: pages, problem: null });
    expect(house.embedder.embedded).toBe(chunks);
    expect(made).toBeLessThan(chunks);
    // Two whole parts, the one that failed, that one again, and the last.
    expect(parts).toBe(5);
  });

  it('finds a change that the site listed late, as long as it is within the overlap', async () => {
    await work();
    const write = async (minutesBefore: number, body: string): Promise<void> => {
      const since = Date.parse((await row()).watermark ?? '');
      const modifiedAt = new Date(since - minutesBefore * 60_000).toISOString();
      simulator.simulation.site.write({ id: '98322', title: 'Identity check', body, modifiedAt });
    };
    await write(4, '<p>Late words.</p>');
    await again(false);
    expect((await view()).reading).toMatchObject({ state: 'done', kind: 'changes', changed: 1 });
    // Older than the overlap: the next whole reading finds it.
    await write(6, '<p>Very late words.</p>');
    await again(false);
    expect((await view()).reading).toMatchObject({ kind: 'changes', changed: 0 });
    await again(true);
    expect((await view()).reading).toMatchObject({ kind: 'full', changed: 1 });
  });

  it('waits when the site asks for it or its points are used up, and goes on with the rest', async () => {
    let parts = 0;
    inParts(() => {
      parts += 1;
      if (parts === 2)
        simulator.faults.add({ match: '/', kind: 'status', status: 429, retryAfterSeconds: 200 });
    });
    await expect(work()).rejects.toMatchObject({ type: 'confluence-rate-limited', retryAfterSeconds: 200 });
    expect((await view()).reading).toMatchObject({
      state: 'running',
      read: 2,
      problem: 'confluence-rate-limited',
    });
    simulator.faults.clear();
    const { siteUrl, email, scopedToken } = simulator.simulation;
    // Points are counted at Atlassian's API; another process goes on.
    const { pages: knowledge } = createConfluence({
      ...tools.dependencies,
      originFor: () => simulator.url,
      apiOrigin: simulator.url,
      deadlineMs: 5_000,
    });
    const access = async ({ subscriptionId }: { readonly subscriptionId: string }) =>
      ({
        subscriptionId,
        siteUrl,
        grant: 'api-token',
        email,
        token: scopedToken,
        cloudId: CLOUD_ID,
      }) as const;
    allAtOnce = knowledge;
    sites = { ...sites, confluence: { pages: knowledge, access } };
    inParts(() => undefined);
    const { pointsLeft } = simulator.simulation.limits;
    simulator.simulation.limits.pointsLeft = 0;
    await expect(work(2)).rejects.toMatchObject({ type: 'confluence-rate-limited' });
    expect((await view()).reading).toMatchObject({ state: 'running', read: 2 });
    simulator.simulation.limits.pointsLeft = pointsLeft;
    // Nobody asks before the hour of points is over, which this site says is two seconds.
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    await work(3);
    expect((await view()).reading).toMatchObject({ state: 'done', read: pages, problem: null });
  }, 20_000);

  it('counts as failed after its last try, and is tried again later', async () => {
    simulator.faults.add({ match: '/', kind: 'status', status: 403 });
    await expect(work(4)).rejects.toMatchObject({ type: 'confluence-forbidden' });
    expect((await view()).reading).toMatchObject({ state: 'failed', problem: 'confluence-forbidden' });
    simulator.faults.clear();
    await again(false);
    expect((await view()).reading?.state).toBe('done');
  });

  it('stops when it is cancelled, and ends quietly when its source is deleted', async () => {
    const stop = async (path: string): Promise<void> => {
      inParts(async (part) => {
        if (part === 1) await house.send('DELETE', path);
      });
      await work();
    };
    await stop(`/sources/${source.id}/reading`);
    expect(await view()).toMatchObject({ documents: 2, reading: { state: 'cancelled' } });
    await house.send('POST', `/sources/${source.id}/reading`, {});
    await stop(`/sources/${source.id}`);
    expect((await house.send('GET', `/sources/${source.id}`)).status).toBe(404);
    const left = await house.routes.database.read(house.call(), (tx) =>
      tx.selectFrom('app.knowledge_chunk').select('id').execute(),
    );
    expect(left).toEqual([]);
  });

  it('meets everything again for vectors of another model', async () => {
    house.embedder.use(undefined);
    await work();
    expect((await view()).vectors).toMatchObject({ state: 'no-model', embedded: 0 });
    house.embedder.use('another');
    expect((await view()).vectors.state).toBe('waiting');
    const due = await house.routes.database.lookup((lookups) =>
      lookups.knowledgeEmbeddingsDue('sha256:another', 1_000),
    );
    expect(due).toContainEqual({
      subscriptionId: house.call().subscriptionId,
      sourceId: source.id,
      isStored: false,
    });
    await again(false);
    expect((await view()).vectors.state).toBe('done');
  });

  it('opens the site again for whoever answers', async () => {
    await work();
    const { id } = [...simulator.simulation.site.pages.values()][0] ?? { id: '' };
    const site = await openSite(sites, house.call(), { kind: 'confluence', spaces });
    expect(await site.read([id])).toMatchObject([{ externalId: id, state: 'found' }]);
  });
});
