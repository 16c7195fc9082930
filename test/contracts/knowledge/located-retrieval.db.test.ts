import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  startConfluenceSimulator,
  type ConfluenceSimulator,
} from '../../../simulators/confluence/start-confluence-simulator.ts';
import { startWebSimulator, type WebSimulator } from '../../../simulators/web/start-web-simulator.ts';
import {
  startZendeskSimulator,
  type ZendeskSimulator,
} from '../../../simulators/zendesk/start-zendesk-simulator.ts';
import { createConfluence } from '../../../src/adapters/confluence/create-confluence.ts';
import { createTextExtractor } from '../../../src/adapters/extraction/create-text-extractor.ts';
import { createWebPages } from '../../../src/adapters/web/create-web-pages.ts';
import { createHelpCenter } from '../../../src/adapters/zendesk/help-center.ts';
import { createZendeskRequests } from '../../../src/adapters/zendesk/request.ts';
import type { KnowledgeSourceView } from '../../../src/contract/knowledge.ts';
import { reveal } from '../../../src/kernel/reveal.ts';
import { Transient } from '../../../src/kernel/transient.ts';
import type { HelpDeskConnection } from '../../../src/ports/help-desk.ts';
import type { KnowledgeSites } from '../../../src/services/knowledge/open-site.ts';
import { readLocatedSource } from '../../../src/services/knowledge/read-source.ts';
import { FetchedPages } from '../../../src/services/knowledge/retrieval/located-passages.ts';
import type { Scope } from '../../../src/services/knowledge/retrieval/retrieval-queries.ts';
import {
  retrievalServices,
  retrievePassages,
  type RetrievalServices,
} from '../../../src/services/knowledge/retrieval/retrieve-passages.ts';
import { readSource } from '../../../src/services/knowledge/source-queries.ts';
import { engines } from '../../support/database.ts';
import { openKnowledgeHouse, type KnowledgeHouse } from '../../support/knowledge-house.ts';
import { siteTools } from './site-tools.ts';

const returns = 'How many days do I have to send a return back?';
const articleId = 601;
const copilot = { copilot: true } as const;

describe.each(engines.filter(({ available }) => available))(
  'finding what stands elsewhere on $name',
  (engine) => {
    let zendesk: ZendeskSimulator;
    let confluence: ConfluenceSimulator;
    let web: WebSimulator;
    let tools: ReturnType<typeof siteTools>;
    let house: KnowledgeHouse;
    let sites: KnowledgeSites;
    let services: RetrievalServices;
    let agentId: string;
    const textExtractor = createTextExtractor();
    const restore: (() => void)[] = [];

    beforeAll(async () => {
      [zendesk, confluence, web] = await Promise.all([
        startZendeskSimulator({ port: 0, sidebarUrl: 'http://127.0.0.1:1/' }),
        startConfluenceSimulator({ port: 0 }),
        startWebSimulator({ port: 0 }),
      ]);
      tools = siteTools({
        zendeskHosts: [new URL(zendesk.url).host],
        confluenceHosts: [new URL(confluence.url).host],
        webHosts: [new URL(web.url).host],
        webCertificate: web.certificate,
      });
      house = await openKnowledgeHouse(engine);
      const pages = new Map(
        [...confluence.simulation.site.pages].map(([id, page]) => [id, structuredClone(page)]),
      );
      const articles = new Map(zendesk.account.articles);
      restore.push(() => {
        confluence.simulation.site.pages.clear();
        for (const [id, page] of pages) confluence.simulation.site.pages.set(id, structuredClone(page));
        zendesk.account.articles.clear();
        for (const [id, article] of articles) zendesk.account.articles.set(id, article);
      });
    });
    beforeEach(async () => {
      const { dependencies } = tools;
      const connected = await fetch(`${zendesk.url}/_sandbox/connection`);
      const {
        subdomain = '',
        clientId = '',
        clientSecret = '',
      } = (await connected.json()) as Record<string, string>;
      const { siteUrl, email, apiToken } = confluence.simulation;
      const { pages } = createConfluence({
        ...dependencies,
        originFor: () => confluence.url,
        apiOrigin: confluence.url,
        deadlineMs: 3_000,
      });
      const requests = createZendeskRequests({
        ...dependencies,
        originFor: () => zendesk.url,
        deadlineMs: 3_000,
      });
      sites = {
        settings: {
          get: async (subscriptionId) => {
            const connection: HelpDeskConnection = {
              subscriptionId,
              subdomain,
              clientId,
              clientSecret,
              scopes: 'read',
              brandIds: null,
            };
            return { zendesk: connection } as never;
          },
        },
        confluence: {
          pages,
          access: async ({ subscriptionId }) => ({
            subscriptionId,
            siteUrl,
            grant: 'api-token',
            email,
            token: apiToken,
            cloudId: null,
          }),
        },
        helpCenter: createHelpCenter(requests),
        web: createWebPages({ ...dependencies, textExtractor }),
      };
      services = retrievalServices(sites);
      house.embedder.use(undefined);
      await house.newLead();
      agentId = await house.newAgent();
    });
    afterEach(() => {
      for (const { faults } of [zendesk, confluence, web]) faults.clear();
      for (const undo of restore) undo();
    });
    afterAll(async () => {
      await house?.close();
      await textExtractor.close();
      await tools.close();
      await Promise.all([zendesk.close(), confluence.close(), web.close()]);
    });

    const add = async (settings: object, wanted: object = {}): Promise<KnowledgeSourceView> => {
      const source = await house.newSource({ aiAgentId: agentId, inCopilot: false, settings, ...wanted });
      for (let parts = 0; parts < 50; parts += 1) {
        const call = house.call();
        const row = await house.routes.database.read(call, (tx) => readSource(tx, source.id));
        if (row?.reading !== 'running') break;
        await readLocatedSource(
          { ...call, attempt: 1 },
          { sites, jobs: call.ports.jobs },
          { sourceId: source.id, step: row.step },
        );
      }
      return source;
    };
    const articles = (wanted?: object) => add({ kind: 'help-center', locales: ['en-us'] }, wanted);
    const pages = (wanted?: object) =>
      add({ kind: 'confluence', spaces: [{ id: '65538', key: 'KB' }] }, wanted);
    const site = (...paths: readonly string[]) =>
      add({ kind: 'web', urls: paths.map((path) => `${web.url}${path}`), sitemaps: [] });

    const find = async (question: string, scope: Scope = { aiAgentId: agentId }) => {
      const found = await retrievePassages(house.call(), services, {
        scope,
        query: Transient.of([question]),
        limit: 8,
      });
      const list = reveal(found.passages, 'reply');
      return {
        ...found,
        list,
        text: list.map(({ text }) => text).join('\n'),
        urls: list.map(({ url }) => url),
      };
    };
    const change = (change: object): void => {
      const article = zendesk.account.articles.get(articleId);
      if (article === undefined) throw new Error('The demo content lacks the article');
      zendesk.account.articles.set(articleId, { ...article, ...change });
    };
    const ofArticle = `/articles/${articleId}`;

    it('cites an article, a page and a page of the web by their addresses, without a model', async () => {
      await articles();
      await pages();
      await site('/tents/setting-up');
      const found = await find(returns);
      expect(found.text).toContain('30 days');
      expect(found.urls.some((url) => url?.endsWith(ofArticle))).toBe(true);
      expect(found).toMatchObject({ mode: 'lexical', sure: true });
      expect(found.missing).toBeUndefined();
      expect((await find('How do I set up a tent in the wind?')).urls).toContain(
        `${web.url}/tents/setting-up`,
      );
      const page = await find('identity check before a refund');
      expect(page.list.some(({ kind }) => kind === 'confluence')).toBe(true);
    });

    it.each([
      ['for a segment of people', { userSegmentId: 360001 }],
      ['a draft', { draft: true }],
    ])('never shows a visitor an article that is %s, nor one that became it since', async (_, closed) => {
      await articles();
      expect((await find(returns)).urls.some((url) => url?.endsWith(ofArticle))).toBe(true);
      change(closed);
      // Nothing was read again meanwhile: the question itself finds out.
      expect((await find(returns)).urls.some((url) => url?.endsWith(ofArticle))).toBe(false);
      house.embedder.use('model');
      const { id } = await articles();
      expect(id).not.toBe('');
      expect((await find(returns)).urls.some((url) => url?.endsWith(ofArticle))).toBe(false);
    });

    it('shows colleagues an article for a segment, and the public none', async () => {
      change({ userSegmentId: 360001 });
      await articles({ aiAgentId: null, inCopilot: true });
      expect((await find(returns, copilot)).urls.some((url) => url?.endsWith(ofArticle))).toBe(true);
      expect((await find(returns)).urls).toEqual([]);
    });

    it('no longer cites a page that the connection may not read any more', async () => {
      await pages();
      const before = await find('identity check before a refund');
      const cited = before.list.find(({ kind }) => kind === 'confluence')?.url ?? '';
      const id = [...confluence.simulation.site.pages.keys()].find((one) => cited.includes(one)) ?? '';
      expect(id).not.toBe('');
      confluence.simulation.site.pages.delete(id);
      expect((await find('identity check before a refund')).urls).not.toContain(cited);
    });

    it('answers from the other sources when one fails, and says which', async () => {
      await articles();
      const failing = await pages();
      confluence.faults.add({ match: '/wiki/', kind: 'status', status: 403, times: 50 });
      const found = await find(returns);
      expect(found.text).toContain('30 days');
      expect(found.missing).toEqual([{ sourceId: failing.id, problem: 'confluence-forbidden' }]);
      expect(tools.written.join()).not.toContain('return back');
      confluence.faults.clear();
      expect((await find(returns)).missing).toBeUndefined();
    });

    it('quotes what an article says now, and no vector of what it said before', async () => {
      house.embedder.use('model');
      await articles();
      change({ body: '<p>Returns are accepted within 14 days of delivery.</p>' });
      const found = await find(returns);
      expect(found.text).toContain('within 14 days');
      expect(
        found.list.filter(({ url }) => url?.endsWith(ofArticle)).map(({ found: by }) => by?.vector),
      ).toEqual(found.list.filter(({ url }) => url?.endsWith(ofArticle)).map(() => null));
    });

    it('keeps a page of the web for ten minutes and no longer', async () => {
      await site('/tents/setting-up');
      const asked = () =>
        web.requests.filter((one) => JSON.stringify(one).includes('/tents/setting-up')).length;
      let later = 0;
      services = { ...services, pages: new FetchedPages({ now: () => performance.now() + later }) };
      await find('How do I set up a tent in the wind?');
      const once = asked();
      await find('How do I set up a tent in the wind?');
      expect(asked()).toBe(once);
      later = 600_001;
      await find('How do I set up a tent in the wind?');
      expect(asked()).toBe(once + 1);
    });
  },
);
