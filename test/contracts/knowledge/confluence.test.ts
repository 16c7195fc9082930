import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  CLOUD_ID,
  startConfluenceSimulator,
  type ConfluenceSimulator,
} from '../../../simulators/confluence/start-confluence-simulator.ts';
import { createConfluence } from '../../../src/adapters/confluence/create-confluence.ts';
import { Transient } from '../../../src/kernel/transient.ts';
import type { ConfluenceSource, SiteCall } from '../../../src/ports/knowledge-base.ts';
import { documentOf, siteTools, textOf } from './site-tools.ts';

let simulator: ConfluenceSimulator;
let tools: ReturnType<typeof siteTools>;
let confluence: ReturnType<typeof createConfluence>;
let source: ConfluenceSource;
const spaces = [
  { id: '65538', key: 'KB' },
  { id: '65539', key: 'KBDE' },
];

beforeAll(async () => {
  simulator = await startConfluenceSimulator({ port: 0 });
  tools = siteTools({ confluenceHosts: [new URL(simulator.url).host] });
  const { siteUrl, email, apiToken } = simulator.simulation;
  source = {
    kind: 'confluence',
    spaces,
    access: { subscriptionId: 'sub', siteUrl, grant: 'api-token', email, token: apiToken, cloudId: null },
  };
});
afterAll(async () => {
  await tools.close();
  await simulator.close();
});
beforeAll(() => fresh());
afterEach(() => {
  simulator.faults.clear();
  simulator.simulation.limits.largestPart = 250;
  simulator.simulation.limits.pointsLeft = 65_000;
  fresh();
});

/** A client that remembers no limits of earlier tests. */
function fresh(deadlineMs = 5_000): void {
  confluence = createConfluence({
    ...tools.dependencies,
    originFor: () => simulator.url,
    apiOrigin: simulator.url,
    deadlineMs,
  });
}

const call = (changes: Partial<SiteCall<ConfluenceSource>> = {}): SiteCall<ConfluenceSource> => ({
  source,
  signal: new AbortController().signal,
  ...changes,
});
const search = (words: readonly string[], changes: Partial<SiteCall<ConfluenceSource>> = {}) =>
  confluence.pages.search(call(changes), Transient.of(words), { locale: null, limit: 5 });

describe('Confluence as knowledge', () => {
  it('lists the current pages of the chosen spaces and no others', async () => {
    const { locators, next } = await confluence.pages.list(call(), null);
    expect(next).toBeNull();
    expect(locators.map(({ externalId }) => externalId)).toEqual([
      '98319',
      '98320',
      '98321',
      '98322',
      '98323',
      '98401',
      '98402',
    ]);
    expect(locators[0]).toEqual({
      externalId: '98319',
      // Without the title that Confluence writes at the end of its own links.
      url: `${simulator.url}/wiki/spaces/KB/pages/98319`,
      version: '3',
      updatedAt: '2026-10-02T09:12:44.000Z',
    });
  });

  it('reads pages with their text, and tells which are gone or were moved out of the spaces', async () => {
    const fetched = await confluence.pages.read(call(), ['98320', '77', '98501', '98402', '98390', 'no-id']);
    expect(fetched.map(({ externalId, state }) => `${externalId} ${state}`)).toEqual([
      '98320 found',
      '77 gone',
      '98501 gone',
      '98402 found',
      '98390 gone',
      'no-id gone',
    ]);
    const warranty = documentOf(fetched[0]);
    expect(warranty.title).toBe('Two-year warranty in detail');
    expect(textOf(warranty)).toContain('Batch: Ember 300, serial numbers E3-2401 to E3-2418');
    expect(textOf(warranty)).toContain('Spare part numbers\nPole kit BP-77');
    expect(fetched[0]).toMatchObject({ version: '3', public: false });
    expect(textOf(documentOf(fetched[3]))).toContain('flackert unter 20 % Ladung');
  });

  it('finds what changed since a time with five minutes of overlap, newest first', async () => {
    const page = simulator.simulation.site.write({
      id: '98322',
      title: 'Identity check',
      body: '<p>New.</p>',
    });
    const since = new Date(Date.parse(page.modifiedAt) + 4 * 60_000).toISOString();
    const changes = await confluence.pages.changedSince(call(), since, null);
    expect(changes.locators).toEqual([
      expect.objectContaining({ externalId: '98322', version: '4', updatedAt: page.modifiedAt }),
    ]);
    expect(changes).toMatchObject({ next: null, until: page.modifiedAt });
    const later = new Date(Date.parse(page.modifiedAt) + 6 * 60_000).toISOString();
    expect((await confluence.pages.changedSince(call(), later, null)).locators).toEqual([]);
  });

  it('searches in the chosen spaces only, whatever the words try to be', async () => {
    expect((await search(['Garantie', 'Steuerplatine']))[0]).toMatchObject({ externalId: '98402', score: 1 });
    expect(await search(['pay', 'bands'])).not.toContainEqual(
      expect.objectContaining({ externalId: '98501' }),
    );
    const attempts = ['") or space = "HR', 'a" or type = page or text ~ "bands', '\\', '*', ''];
    for (const attempt of attempts)
      expect(await search([attempt])).not.toContainEqual(expect.objectContaining({ externalId: '98501' }));
  });

  it('asks for half as much when a part is too much work, down to single pages', async () => {
    simulator.simulation.limits.largestPart = 2;
    const first = await confluence.pages.read(call(), ['98319', '98320', '98321', '98322']);
    expect(first.map(({ state }) => state)).toEqual(['found', 'found', 'found', 'found']);
    simulator.simulation.limits.largestPart = 60;
    expect((await confluence.pages.list(call(), null)).locators).toHaveLength(7);
  });

  it('goes on from a stored place, and believes an empty part more than its link', async () => {
    // Seven pages are listed seven at a time: Confluence names a next part, which is empty.
    const place = JSON.stringify({ cursor: null, limit: 7, newest: null });
    const first = await confluence.pages.list(call(), place);
    expect(first.locators).toHaveLength(7);
    expect(first.next).not.toBeNull();
    expect(await confluence.pages.list(call(), first.next)).toMatchObject({ locators: [], next: null });
    await expect(confluence.pages.list(call(), 'nonsense')).rejects.toMatchObject({
      type: 'invalid-request',
    });
  });

  it('lists spaces for the console, and knows the id of the site', async () => {
    const { access } = source;
    const { signal } = new AbortController();
    const listed = await confluence.site.spaces({ access, signal }, null);
    expect(listed.spaces.map(({ key, name }) => `${key} ${name}`)).toEqual([
      'KB Support handbook',
      'KBDE Handbuch Kundenservice',
      'HR People and pay',
      'SHOP Services for customers',
    ]);
    expect(await confluence.site.cloudIdOf({ access, signal })).toBe(CLOUD_ID);
  });

  it('uses a token with scopes at Atlassian’s API, because the site does not take it', async () => {
    const token = simulator.simulation.scopedToken;
    const scoped = (cloudId: string | null): SiteCall<ConfluenceSource> =>
      call({
        source: { ...source, access: { ...source.access, token, cloudId } as ConfluenceSource['access'] },
      });
    await expect(confluence.pages.list(scoped(null), null)).rejects.toMatchObject({
      type: 'confluence-reconnect-needed',
    });
    expect((await confluence.pages.list(scoped(CLOUD_ID), null)).locators).toHaveLength(7);
  });
});

describe('Confluence that fails', () => {
  it('waits as long as it is asked to when that is short, and says how long when it is not', async () => {
    simulator.faults.add({ match: '/pages', kind: 'status', status: 429, retryAfterSeconds: 1, times: 1 });
    expect((await confluence.pages.list(call(), null)).locators).toHaveLength(7);
    simulator.faults.add({ match: '/pages', kind: 'status', status: 429, retryAfterSeconds: 60, times: 1 });
    const refused = { type: 'confluence-rate-limited', retryAfterSeconds: 60 };
    await expect(confluence.pages.list(call(), null)).rejects.toMatchObject(refused);
    const before = simulator.requests.length;
    await expect(confluence.pages.list(call(), null)).rejects.toMatchObject({
      type: 'confluence-rate-limited',
    });
    expect(simulator.requests.length).toBe(before);
  });

  it('leaves an app whose points are used up alone until they are back', async () => {
    const access = { ...source.access, token: simulator.simulation.scopedToken, cloudId: CLOUD_ID };
    const scoped = call({ source: { ...source, access: access as ConfluenceSource['access'] } });
    simulator.simulation.limits.pointsLeft = 1;
    expect((await confluence.pages.list(scoped, null)).locators).toHaveLength(7);
    simulator.simulation.limits.pointsLeft = 100;
    const before = performance.now();
    expect((await confluence.pages.list(scoped, null)).locators).toHaveLength(7);
    expect(performance.now() - before).toBeGreaterThan(900);
  });

  it.each([
    [{ kind: 'status', status: 401 }, 'confluence-reconnect-needed'],
    [{ kind: 'status', status: 403 }, 'confluence-forbidden'],
    [{ kind: 'status', status: 404 }, 'confluence-forbidden'],
    [{ kind: 'status', status: 503 }, 'confluence-unavailable'],
    [{ kind: 'cut' }, 'confluence-unavailable'],
    [{ kind: 'malformed' }, 'confluence-unavailable'],
    [{ kind: 'delay', delayMs: 1_500 }, 'confluence-unavailable'],
  ] as const)('%o becomes %s', async (fault, type) => {
    fresh(1_000);
    simulator.faults.add({ match: '/(pages|search)', ...fault });
    await expect(search(['garantie'])).rejects.toMatchObject({ type });
  });

  it('gives up one page that is too much and keeps the others', async () => {
    fresh(1_000);
    simulator.faults.add({ match: 'id=98320', kind: 'status', status: 504 });
    const fetched = await confluence.pages.read(call(), ['98319', '98320']);
    expect(fetched).toMatchObject([
      { externalId: '98319', state: 'found' },
      { externalId: '98320', state: 'failed', problem: 'confluence-unavailable' },
    ]);
  });

  it('stops when the caller has gone', async () => {
    simulator.faults.add({ match: '/pages', kind: 'delay', delayMs: 2_000 });
    const gone = new AbortController();
    const reading = confluence.pages.list(call({ signal: gone.signal }), null);
    setTimeout(() => gone.abort(new Error('gone')), 50);
    await expect(reading).rejects.toThrow('gone');
  });

  it('S99: a redirect is not followed, so that the token goes nowhere else', async () => {
    const { site } = confluence;
    const { access } = source;
    // The simulator redirects from its consent page.
    simulator.simulation.consent.answer = 'allow';
    const elsewhere = createConfluence({
      ...tools.dependencies,
      originFor: () =>
        `${simulator.url}/authorize?audience=api.atlassian.com&client_id=${simulator.simulation.oauth.app.id}&response_type=code&redirect_uri=${encodeURIComponent(simulator.url)}&x=`,
    });
    const signal = new AbortController().signal;
    const before = simulator.requests.length;
    await expect(elsewhere.site.checkConnection({ access, signal })).rejects.toMatchObject({
      type: 'egress-refused',
    });
    expect(simulator.requests.length).toBe(before + 1);
    simulator.simulation.consent.answer = 'ask';
    await site.checkConnection({ access, signal });
  });

  it('S97: only Confluence Cloud is called', async () => {
    const real = createConfluence(tools.dependencies);
    for (const siteUrl of [
      'https://127.0.0.1',
      'https://atlassian.net.example.com',
      'https://acme.atlassian.net:8443',
    ])
      await expect(
        real.site.checkConnection({
          access: { ...source.access, siteUrl },
          signal: new AbortController().signal,
        }),
      ).rejects.toMatchObject({ type: 'egress-refused' });
  });

  it('writes no text, search word, token or address to log and metrics', async () => {
    simulator.faults.add({ match: '/wiki/', kind: 'status', status: 500 });
    await search(['canaryword']).catch(() => undefined);
    await confluence.pages.read(call(), ['98319']).catch(() => undefined);
    const output = await tools.output();
    expect(output).toContain('confluence request failed');
    for (const secret of ['canaryword', 'id=98319', simulator.simulation.apiToken, 'Return', '/wiki/'])
      expect(output).not.toContain(secret);
  });
});
