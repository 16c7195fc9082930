import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startWebSimulator, type WebSimulator } from '../../../simulators/web/start-web-simulator.ts';
import { createTextExtractor } from '../../../src/adapters/extraction/create-text-extractor.ts';
import { readerLimits } from '../../../src/adapters/extraction/limits.ts';
import { createWebPages } from '../../../src/adapters/web/create-web-pages.ts';
import { Transient } from '../../../src/kernel/transient.ts';
import type { KnowledgeBase, Locator, SiteCall, WebSource } from '../../../src/ports/knowledge-base.ts';
import { documentOf, siteTools, textOf } from './site-tools.ts';

let site: WebSimulator;
let other: WebSimulator;
let tools: ReturnType<typeof siteTools>;
let web: KnowledgeBase<WebSource>;
const textExtractor = createTextExtractor();

beforeAll(async () => {
  [site, other] = await Promise.all([startWebSimulator({ port: 0 }), startWebSimulator({ port: 0 })]);
  tools = siteTools({
    webHosts: [new URL(site.url).host, new URL(other.url).host],
    webCertificate: `${site.certificate}${other.certificate}`,
  });
});
afterAll(async () => {
  await textExtractor.close();
  await tools.close();
  await Promise.all([site.close(), other.close()]);
});
const robots = 'User-agent: *\nDisallow: /account/\n';
beforeEach(() => {
  site.faults.clear();
  site.state.robots = robots;
  site.requests.length = 0;
  // A reader that has not seen the site yet.
  web = createWebPages({ ...tools.dependencies, textExtractor });
});

const at = (...paths: readonly string[]): string[] => paths.map((path) => `${site.url}${path}`);
const call = (source: Partial<WebSource>, signal = new AbortController().signal): SiteCall<WebSource> => ({
  source: { kind: 'web', subscriptionId: 'sub', urls: at('/'), sitemaps: [], ...source },
  signal,
});
const readOne = async (path: string) => (await web.read(call({}), at(path)))[0];

async function listAll(source: Partial<WebSource>) {
  const locators: Locator[] = [];
  const skipped: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await web.list(call(source), cursor);
    locators.push(...page.locators);
    skipped.push(...page.skipped.map(({ url, reason }) => `${reason} ${url.replace(site.url, '')}`));
    cursor = page.next;
  } while (cursor !== null);
  return { paths: locators.map(({ url }) => url.replace(site.url, '')), skipped, locators };
}

describe('web pages as knowledge', () => {
  it('lists typed pages once in one spelling, and leaves out what robots.txt forbids', async () => {
    const urls = [
      ...at('/tents/setting-up#wind', '/tents/setting-up?utm_source=x', '/account/orders'),
      'mailto:a@b.c',
    ];
    const { paths, skipped } = await listAll({ urls });
    expect(paths).toEqual(['/tents/setting-up']);
    expect(skipped).toEqual(['robots /account/orders', 'not-an-address ']);
  });

  it('follows an index of sitemaps, packed ones too, and says what it passed over', async () => {
    const { paths, skipped, locators } = await listAll({ urls: [], sitemaps: at('/sitemap-index.xml') });
    expect(paths).toEqual([
      '/tents/setting-up',
      '/de/zelte/aufbau',
      '/es/tiendas/montaje',
      '/coffee/brewing',
    ]);
    expect(skipped).toEqual([
      'robots /account/orders',
      'other-host https://elsewhere.example/page',
      // S100: 64 MiB in a few bytes.
      'unreadable /sitemap-bomb.xml.gz',
    ]);
    expect(locators[0]).toMatchObject({ updatedAt: '2026-10-11', version: null });
  });

  it('reads the content of a page without what stands around it', async () => {
    const page = await readOne('/tents/setting-up');
    const document = documentOf(page);
    expect(document.title).toBe('Setting up your tent');
    const text = textOf(document);
    expect(text).toContain('Seal the seams of the groundsheet');
    expect(text).toContain('Basecamp 4');
    expect(text).not.toContain('Home');
    expect(text).not.toContain('Brookline Outfitters');
    expect(page).toMatchObject({ public: true, updatedAt: '2026-10-11T10:00:00.000Z' });
    expect(textOf(documentOf(await readOne('/latin')))).toContain('Grüße\nGröße');
    expect(documentOf(await readOne('/notes.txt')).blocks).toHaveLength(2);
  });

  it('names another version when the text is another', async () => {
    const version = async () => {
      const page = await readOne('/coffee/brewing');
      return page?.state === 'found' ? page.version : '';
    };
    const before = await version();
    expect(await version()).toBe(before);
    site.state.pages.set('/coffee/brewing', '<p>Use 70 g.</p>');
    expect(await version()).not.toBe(before);
    site.state.pages.clear();
  });

  it('tells what changed by the sitemap, days counted to their end', async () => {
    const changes = async (since: string) => {
      const source = { urls: [], sitemaps: at('/sitemap.xml') };
      const first = await web.changedSince(call(source), since, null);
      const second = await web.changedSince(call(source), since, first.next);
      return { paths: second.locators.map(({ url }) => url.replace(site.url, '')), until: second.until };
    };
    const later = await changes('2026-10-11T18:00:00Z');
    expect(later.paths).toContain('/tents/setting-up');
    expect(Date.parse(later.until ?? '')).toBeGreaterThan(Date.now() - 60_000);
    expect((await changes('2026-10-12T06:00:00Z')).paths).toEqual([]);
  });

  it('has no search of its own', async () => {
    expect(await web.search(call({}), Transient.of(['tent']), { locale: null, limit: 5 })).toEqual([]);
  });
});

describe('a polite guest', () => {
  it('reads robots.txt once, and nothing else when it cannot be had', async () => {
    await web.read(call({}), at('/tents/setting-up', '/coffee/brewing'));
    expect(site.requests.filter((line) => line.endsWith('/robots.txt')).length).toBe(1);
    web = createWebPages({ ...tools.dependencies, textExtractor });
    site.requests.length = 0;
    site.faults.add({ match: '/robots', kind: 'status', status: 503 });
    // Not gone: nobody knows, and what was read before stays.
    expect(await readOne('/tents/setting-up')).toMatchObject({
      state: 'failed',
      problem: 'site-unavailable',
    });
    expect((await listAll({ urls: at('/tents/setting-up') })).paths).toEqual(['/tents/setting-up']);
    expect(site.requests.every((line) => line.endsWith('/robots.txt'))).toBe(true);
  });

  it('may read everything where there is no robots.txt', async () => {
    site.faults.add({ match: '/robots', kind: 'status', status: 404 });
    expect(await readOne('/account/orders')).toMatchObject({ state: 'found' });
  });

  it('waits as long between two pages as the site wishes', async () => {
    site.state.robots = 'User-agent: InDeskBot\nCrawl-delay: 1\n';
    const before = performance.now();
    await web.read(call({}), at('/tents/setting-up', '/coffee/brewing', '/notes.txt'));
    expect(performance.now() - before).toBeGreaterThan(1_900);
    expect(site.requests.length).toBe(4);
  });

  it('heeds a page that is not for programs', async () => {
    expect(await readOne('/private-note')).toMatchObject({ state: 'failed', problem: 'site-refused' });
  });

  it('stops when it is asked to slow down, and says for how long', async () => {
    site.faults.add({ match: '/tents', kind: 'status', status: 429, retryAfterSeconds: 90 });
    await expect(readOne('/tents/setting-up')).rejects.toMatchObject({
      type: 'site-rate-limited',
      retryAfterSeconds: 90,
    });
  });

  it('stops waiting for its turn when the caller has gone', async () => {
    site.state.robots = 'User-agent: *\nCrawl-delay: 10\n';
    const gone = new AbortController();
    const reading = web.read(call({}, gone.signal), at('/tents/setting-up', '/coffee/brewing', '/notes.txt'));
    setTimeout(() => gone.abort(new Error('gone')), 200);
    await expect(reading).rejects.toThrow('gone');
  });
});

describe('sites that fail or mean harm', () => {
  it.each([
    ['/nowhere', { state: 'gone' }],
    ['/catalogue.pdf', { state: 'failed', problem: 'site-unreadable' }],
    ['/huge', { state: 'failed', problem: 'site-unreadable' }],
    ['/go/round', { state: 'failed', problem: 'site-refused' }],
    ['/go/account', { state: 'failed', problem: 'site-refused' }],
  ])('%s becomes %o', async (path, expected) => {
    expect(await readOne(path)).toMatchObject(expected);
  });

  it('follows a redirect inside of the site and gives the address it ends at', async () => {
    expect(await readOne('/go/tent')).toMatchObject({
      state: 'found',
      externalId: `${site.url}/go/tent`,
      url: `${site.url}/tents/setting-up`,
    });
  });

  it('S99: a redirect to another host, an internal address or another scheme is not followed', async () => {
    for (const target of [
      `${other.url}/tents/setting-up`,
      'http://169.254.169.254/latest/meta-data/',
      'https://10.0.0.1/',
      'file:///etc/passwd',
    ]) {
      site.state.elsewhere = target;
      expect(await readOne('/go/elsewhere')).toMatchObject({ state: 'failed', problem: 'site-refused' });
    }
    expect(other.requests).toEqual([]);
  });

  it('S97: a source that names a private address is refused, and what a private model may do does not count', async () => {
    const strict = siteTools({ allowedPrivate: [new URL(site.url).host], webHosts: [] });
    const guarded = createWebPages({ ...strict.dependencies, textExtractor });
    site.requests.length = 0;
    for (const url of [
      `${site.url}/`,
      'https://127.0.0.1/',
      'https://localhost/',
      'https://[::1]/',
      'https://2130706433/',
    ]) {
      const source = { urls: [url] };
      await expect(guarded.list(call(source), null)).rejects.toMatchObject({ type: 'egress-refused' });
      expect(await guarded.read(call(source), [new URL(url).href])).toMatchObject([
        { state: 'failed', problem: 'egress-refused' },
      ]);
    }
    expect(site.requests).toEqual([]);
    await strict.close();
  });

  it('S98: a name that resolves to a private address, or to one among others, is not connected to', async () => {
    for (const addresses of [['127.0.0.1'], ['93.184.216.34', '127.0.0.1']]) {
      const rebinding = siteTools({
        resolve: async () => addresses.map((address) => ({ address, family: 4 })),
      });
      const guarded = createWebPages({ ...rebinding.dependencies, textExtractor });
      const url = 'https://shop.example/';
      expect(await guarded.read(call({ urls: [url] }), [url])).toMatchObject([
        { state: 'failed', problem: 'egress-refused' },
      ]);
      await rebinding.close();
    }
  });

  it('S100: a page that unpacks without end is cut', async () => {
    const before = process.memoryUsage().rss;
    expect(await readOne('/bomb')).toMatchObject({ state: 'failed', problem: 'site-unreadable' });
    // The simulator packs it in this process: 256 MiB of its own are not the reader's.
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
  });

  it('S106: takes pages apart in a process of its own, whose end is not the end of the reading', async () => {
    const impatient = createTextExtractor({ limits: { ...readerLimits, wallSeconds: 0.001 } });
    const guarded = createWebPages({ ...tools.dependencies, textExtractor: impatient });
    expect(await guarded.read(call({}), at('/tents/setting-up', '/nowhere'))).toMatchObject([
      { state: 'failed', problem: 'site-unreadable' },
      { state: 'gone' },
    ]);
    await impatient.close();
  });

  it('names a page without a title after its address, whatever stands there', async () => {
    site.state.pages.set('/%E0%A4%A/guy%20lines.html', '<p>Knots.</p>');
    site.state.pages.set('/%E0%A4%A', '<p>Knots.</p>');
    // The simulator titles its pages; a text has none.
    expect(documentOf(await readOne('/notes.txt')).title).toBe('notes');
    for (const path of ['/%E0%A4%A/guy%20lines.html', '/%E0%A4%A'])
      expect(await readOne(path)).toMatchObject({ state: 'found' });
    site.state.pages.clear();
  });

  it.each([
    [{ kind: 'status', status: 500 }, 'site-unavailable'],
    [{ kind: 'status', status: 403 }, 'site-refused'],
    [{ kind: 'cut' }, 'site-unavailable'],
  ] as const)('%o becomes %s', async (fault, problem) => {
    site.faults.add({ match: '/tents', ...fault });
    expect(await readOne('/tents/setting-up')).toMatchObject({ state: 'failed', problem });
  });

  it('tries once more when a site is away for a moment', async () => {
    site.faults.add({ match: '/tents', kind: 'status', status: 503, times: 1 });
    expect(await readOne('/tents/setting-up')).toMatchObject({ state: 'found' });
  });

  it('writes no address and no text to log and metrics', async () => {
    site.faults.add({ match: '/tents', kind: 'status', status: 500 });
    await readOne('/tents/setting-up');
    const output = await tools.output();
    expect(output).toContain('web request failed');
    for (const secret of ['/tents', site.url, 'groundsheet']) expect(output).not.toContain(secret);
  });
});
