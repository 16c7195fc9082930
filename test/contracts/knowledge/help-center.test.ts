import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  startZendeskSimulator,
  type ZendeskSimulator,
} from '../../../simulators/zendesk/start-zendesk-simulator.ts';
import { createHelpCenter } from '../../../src/adapters/zendesk/help-center.ts';
import { createZendeskRequests } from '../../../src/adapters/zendesk/request.ts';
import { Transient } from '../../../src/kernel/transient.ts';
import type { HelpCenterSource, KnowledgeBase, SiteCall } from '../../../src/ports/knowledge-base.ts';
import { documentOf, siteTools, textOf } from './site-tools.ts';

let simulator: ZendeskSimulator;
let tools: ReturnType<typeof siteTools>;
let helpCenter: KnowledgeBase<HelpCenterSource>;

beforeAll(async () => {
  simulator = await startZendeskSimulator({ port: 0, sidebarUrl: 'http://127.0.0.1:1/' });
  tools = siteTools({ zendeskHosts: [new URL(simulator.url).host] });
  helpCenter = createHelpCenter(
    createZendeskRequests({ ...tools.dependencies, originFor: () => simulator.url, deadlineMs: 2_000 }),
  );
});
afterAll(async () => {
  await tools.close();
  await simulator.close();
});
afterEach(() => simulator.faults.clear());

async function call(locales: readonly string[] = []): Promise<SiteCall<HelpCenterSource>> {
  const response = await fetch(`${simulator.url}/_sandbox/connection`);
  const { subdomain, clientId, clientSecret } = (await response.json()) as Record<string, string>;
  const connection = {
    subscriptionId: 'sub',
    subdomain: subdomain ?? '',
    clientId: clientId ?? '',
    clientSecret: clientSecret ?? '',
    scopes: 'read',
    brandIds: null,
  };
  return { source: { kind: 'help-center', connection, locales }, signal: new AbortController().signal };
}

async function listAll(locales: readonly string[] = []) {
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await helpCenter.list(await call(locales), cursor);
    found.push(...page.locators.map(({ externalId }) => externalId));
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

describe('Help Center as knowledge', () => {
  it('lists published articles of every language, or of those that are wanted', async () => {
    const all = await listAll();
    expect(new Set(all.map((id) => id.split('/')[0]))).toEqual(new Set(['en-us', 'de', 'es']));
    expect(all).toContain('de/616');
    // 613 is a draft.
    expect(all).not.toContain('en-us/613');
    expect((await listAll(['es'])).every((id) => id.startsWith('es/'))).toBe(true);
  });

  it('reads articles with their text, and says of each whether everybody may read it', async () => {
    const ids = ['en-us/601', 'es/621', 'en-us/614', 'en-us/613', 'de/601', 'en-us/999999', 'nonsense'];
    const fetched = await helpCenter.read(await call(), ids);
    expect(
      fetched.map((one) => `${one.externalId} ${one.state === 'found' ? `public ${one.public}` : one.state}`),
    ).toEqual([
      'en-us/601 public true',
      'es/621 public true',
      // For a segment of people only.
      'en-us/614 public false',
      'en-us/613 gone',
      'de/601 gone',
      'en-us/999999 gone',
      'nonsense gone',
    ]);
    const document = documentOf(fetched[0]);
    expect(document.title).toBe('Returns and refunds');
    expect(textOf(document)).toContain('30 days from the day of delivery');
    expect(fetched[0]).toMatchObject({ url: `${simulator.url}/hc/en-us/articles/601` });
    expect(textOf(documentOf(fetched[1]))).toContain('30 días después de la entrega');
    expect(await helpCenter.read(await call(['de']), ['en-us/601'])).toMatchObject([{ state: 'gone' }]);
  });

  it('tells what changed, what was unpublished, and another version when somebody may no longer read it', async () => {
    const { articles } = simulator.account;
    const since = new Date().toISOString();
    const [first, second] = [articles.get(608), articles.get(609)];
    if (first === undefined || second === undefined) throw new Error('The demo content lacks an article');
    articles.set(608, { ...first, userSegmentId: 360001, updatedAt: since });
    articles.set(609, { ...second, draft: true, updatedAt: since });
    const before = (await helpCenter.list(await call(['en-us']), null)).locators;
    const changes = await helpCenter.changedSince(await call(), since, null);
    expect(changes.locators.map(({ externalId }) => externalId)).toEqual(['en-us/608']);
    expect(changes.gone).toEqual(['en-us/609']);
    expect(changes.next).toBeNull();
    expect(Math.abs(Date.parse(changes.until ?? '') - Date.parse(since))).toBeLessThan(1_000);
    articles.set(608, { ...first, updatedAt: since });
    const after = (await helpCenter.list(await call(['en-us']), null)).locators;
    const versionOf = (list: typeof before) =>
      list.find(({ externalId }) => externalId === 'en-us/608')?.version;
    expect(versionOf(after)).not.toBe(versionOf(before));
    articles.set(608, first);
    articles.set(609, second);
  });

  it('finds articles by the Help Center’s own search, in the language that is asked for', async () => {
    const search = async (words: readonly string[], locale: string | null, locales: readonly string[] = []) =>
      (await helpCenter.search(await call(locales), Transient.of(words), { locale, limit: 5 })).map(
        ({ externalId }) => externalId,
      );
    expect((await search(['garantía', 'cremalleras'], 'es'))[0]).toBe('es/623');
    expect((await search(['gift', 'cards'], null, ['en-us']))[0]).toBe('en-us/609');
    expect(await search(['returns'], 'en-us', ['de'])).not.toContain('en-us/601');
  });

  it.each([
    [{ kind: 'status', status: 429, retryAfterSeconds: 30 }, 'zendesk-rate-limited'],
    [{ kind: 'status', status: 403 }, 'zendesk-forbidden'],
    [{ kind: 'status', status: 404 }, 'zendesk-forbidden'],
    [{ kind: 'status', status: 503 }, 'zendesk-unavailable'],
    [{ kind: 'malformed' }, 'zendesk-unavailable'],
  ] as const)('%o becomes %s', async (fault, type) => {
    const fresh = createHelpCenter(
      createZendeskRequests({ ...tools.dependencies, originFor: () => simulator.url, deadlineMs: 2_000 }),
    );
    simulator.faults.add({ match: '/help_center/en-us/articles', ...fault });
    await expect(fresh.list(await call(['en-us']), null)).rejects.toMatchObject({ type });
  });

  it('keeps the others when one article fails, and writes no text to the log', async () => {
    simulator.faults.add({ match: '/articles/602', kind: 'status', status: 503 });
    const fetched = await helpCenter.read(await call(), ['en-us/602', 'en-us/603']);
    expect(fetched).toMatchObject([{ state: 'failed', problem: 'zendesk-unavailable' }, { state: 'found' }]);
    const output = await tools.output();
    for (const secret of ['/602', 'us/602', 'refund', 'exchange']) expect(output).not.toContain(secret);
  });
});
