import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startWebSimulator, type WebSimulator } from '../../simulators/web/start-web-simulator.ts';
import { createTextExtractor } from '../../src/adapters/extraction/create-text-extractor.ts';
import { createWebPages } from '../../src/adapters/web/create-web-pages.ts';
import type { KnowledgeSourceView } from '../../src/contract/knowledge.ts';
import { openSite, type KnowledgeSites } from '../../src/services/knowledge/open-site.ts';
import { readLocatedSource } from '../../src/services/knowledge/read-source.ts';
import { readSource } from '../../src/services/knowledge/source-queries.ts';
import { engines } from '../support/database.ts';
import { openKnowledgeHouse, type KnowledgeHouse } from '../support/knowledge-house.ts';
import { siteTools } from './knowledge/site-tools.ts';

describe.each(engines.filter(({ available }) => available))('reading web pages on $name', (engine) => {
  let site: WebSimulator;
  let other: WebSimulator;
  let tools: ReturnType<typeof siteTools>;
  let house: KnowledgeHouse;
  const textExtractor = createTextExtractor();

  beforeAll(async () => {
    [site, other] = await Promise.all([startWebSimulator({ port: 0 }), startWebSimulator({ port: 0 })]);
    tools = siteTools({
      webHosts: [new URL(site.url).host, new URL(other.url).host],
      webCertificate: `${site.certificate}${other.certificate}`,
    });
    house = await openKnowledgeHouse(engine);
  });
  beforeEach(async () => {
    house.embedder.use('model');
    await house.newLead();
    site.requests.length = 0;
    other.requests.length = 0;
  });
  afterEach(() => {
    site.faults.clear();
    site.state.pages.clear();
  });
  afterAll(async () => {
    await house?.close();
    await textExtractor.close();
    await tools.close();
    await Promise.all([site.close(), other.close()]);
  });

  const sites = (used = tools): KnowledgeSites => ({
    settings: house.routes.settings,
    web: createWebPages({ ...used.dependencies, textExtractor }),
  });
  const at = (...paths: readonly string[]): string[] => paths.map((path) => `${site.url}${path}`);
  const newSource = (urls: readonly string[], sitemaps: readonly string[] = []) =>
    house.newSource({ internal: true, name: 'Shop', settings: { kind: 'web', urls, sitemaps } });
  /** As the job of the newest step does it. */
  const work = async ({ id: sourceId }: KnowledgeSourceView, used = tools): Promise<KnowledgeSourceView> => {
    const row = await house.routes.database.read(house.call(), (tx) => readSource(tx, sourceId));
    const call = house.call();
    await readLocatedSource(
      { ...call, attempt: 1 },
      { sites: sites(used), jobs: call.ports.jobs },
      { sourceId, step: row?.step ?? 0 },
    );
    return (await house.send<KnowledgeSourceView>('GET', `/sources/${sourceId}`)).body;
  };
  const again = async (source: KnowledgeSourceView, full: boolean): Promise<KnowledgeSourceView> => {
    if (full)
      await house.routes.database.bookkeep(house.call(), (tx) =>
        sql`update app.knowledge_source set full_at = null`.execute(tx),
      );
    await house.send('POST', `/sources/${source.id}/reading`, {});
    return work(source);
  };
  const pathsAsked = (): string[] => site.requests.map((line) => line.replace('GET ', ''));

  it('S12: reads a list of pages and sitemaps over https, and keeps neither titles nor text of them', async () => {
    const source = await newSource(at('/tents/setting-up', '/notes.txt'), at('/sitemap-index.xml'));
    const read = await work(source);
    // Three more pages from the sitemaps; the bomb among those is passed over.
    expect(read).toMatchObject({
      documents: 5,
      reading: { state: 'done', kind: 'full', read: 5, changed: 5, failed: 0, problem: null },
      vectors: { state: 'done' },
    });
    const stored = await house.stored();
    for (const text of ['groundsheet', 'Setting up', 'Bodenplane', 'Opening hours', 'titanium'])
      expect(stored).not.toContain(text);
    expect(stored).toContain('/tents/setting-up');
    const opened = await openSite(sites(), house.call(), {
      kind: 'web',
      urls: at('/tents/setting-up'),
      sitemaps: [],
    });
    expect(await opened.read(at('/tents/setting-up'))).toMatchObject([{ state: 'found' }]);
  });

  it('takes addresses of https alone', async () => {
    for (const url of [
      `http://${new URL(site.url).host}/`,
      'ftp://shop.example/',
      'https://a:b@shop.example/',
    ]) {
      const settings = { kind: 'web', urls: [url], sitemaps: [] };
      const answer = await house.send('POST', '/sources', {
        aiAgentId: null,
        inCopilot: true,
        internal: true,
        name: 'Shop',
        settings,
      });
      expect(answer.status).toBe(400);
    }
  });

  it('asks for nothing that robots.txt forbids, and asks for robots.txt once', async () => {
    const read = await work(await newSource(at('/account/orders', '/coffee/brewing')));
    expect(read).toMatchObject({ documents: 1, reading: { state: 'done' } });
    expect(pathsAsked()).not.toContain('/account/orders');
    expect(pathsAsked().filter((path) => path === '/robots.txt')).toHaveLength(1);
  });

  it('leaves out pages that are huge, slow, packed without end or lead elsewhere, and reads the others', async () => {
    const impatient = siteTools({
      webHosts: [new URL(site.url).host, new URL(other.url).host],
      webCertificate: `${site.certificate}${other.certificate}`,
      times: { total: 4_000 },
    });
    site.faults.add({ match: '/es/', kind: 'delay', delayMs: 10_000 });
    site.state.elsewhere = `${other.url}/tents/setting-up`;
    const read = await work(
      await newSource(
        at('/huge', '/bomb', '/es/tiendas/montaje', '/go/elsewhere', '/go/account', '/coffee/brewing'),
      ),
      impatient,
    );
    await impatient.close();
    expect(read).toMatchObject({ documents: 1, reading: { state: 'done', failed: 5 } });
    expect(other.requests).toEqual([]);
    expect(pathsAsked()).not.toContain('/account/orders');
  }, 30_000);

  it('S97, S99: neither a private address nor a redirect to one is asked', async () => {
    site.state.elsewhere = 'https://10.0.0.1/latest/meta-data/';
    const led = await work(await newSource(at('/go/elsewhere')));
    expect(led).toMatchObject({ documents: 0, reading: { failed: 1 } });
    const source = await newSource(['https://10.0.0.1/']);
    await expect(work(source)).rejects.toMatchObject({ type: 'egress-refused' });
  });

  it('reads a changed page again, keeps the vectors of the others, and deletes pages that are gone', async () => {
    const source = await newSource([], at('/sitemap.xml'));
    const first = await work(source);
    expect(first.documents).toBe(3);
    const made = house.embedder.embedded;
    site.state.pages.set('/de/zelte/aufbau', '<p>Neue Worte.</p>');
    expect((await again(source, false)).reading).toMatchObject({
      state: 'done',
      kind: 'changes',
      changed: 1,
    });
    expect(house.embedder.embedded - made).toBe(1);
    // One is out of the sitemap, and one that stands in it is not there any more.
    site.state.pages.set('/es/tiendas/montaje', null);
    site.faults.add({ match: '/tents/setting-up', kind: 'status', status: 410 });
    const after = await again(source, true);
    expect(after).toMatchObject({ documents: 1, reading: { state: 'done', kind: 'full' } });
    expect(after.chunks).toBeLessThan(first.chunks);
  });

  it('asks a host for two things at a time at most, with a pause between', async () => {
    site.faults.add({ match: '/p', kind: 'delay', delayMs: 250 });
    const paths = Array.from({ length: 6 }, (_, index) => `/p${index}`);
    for (const path of paths) site.state.pages.set(path, `<p>Page ${path}.</p>`);
    const source = await newSource(at(...paths));
    const before = performance.now();
    expect((await work(source)).documents).toBe(6);
    // Six beginnings 200 ms apart.
    expect(performance.now() - before).toBeGreaterThan(1_000);
  });
});
