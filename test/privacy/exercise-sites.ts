import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, fetch as undiciFetch } from 'undici';
import type { House } from '../support/house.ts';
import type { Canaries } from './canaries.ts';
import type { Readers } from './exercise-console.ts';

const patienceMs = 60_000;
/** What features ask about later, so that these are fetched again for their answers. */
const asked = 'How to reset the lamp:';

/** Marked pages of Confluence and the web and articles of the Help Center, read as knowledge and read again after a change; the tokens they are read with are marked too. */
export async function exerciseSites(house: House, canaries: Canaries, { admin }: Readers): Promise<void> {
  const { confluenceUrl } = house;
  const believing = new Agent({ connect: { ca: house.web.certificate } });
  const post = async (path: string, body: object): Promise<void> => {
    const response = await fetch(`${confluenceUrl}/_sandbox/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
  };
  const connection = (await (await fetch(`${confluenceUrl}/_sandbox/connection`)).json()) as {
    readonly token: string;
  };
  canaries.mark('Confluence API token', connection.token);
  const page = (text: string) => ({
    id: '99900',
    spaceId: '65538',
    title: `Guide ${canaries.plant('site: title of a page')}`,
    body: `<h2>${canaries.plant('site: heading of a page')}</h2><p>${asked} ${text} is text.</p>`,
  });
  await post('pages', page(canaries.plant('site: page')));
  await house.sandbox('zendesk', 'POST', 'articles', {
    title: `Guide ${canaries.plant('site: title of an article')}`,
    body: `<p>${asked} ${canaries.plant('site: article')} is text.</p>`,
    locale: 'en-us',
    draft: false,
  });
  const must = async (method: 'GET' | 'POST', path: string, body: object = {}) => {
    const answer = await admin.send(
      method,
      `/v1/knowledge/sources${path}`,
      method === 'GET' ? undefined : body,
    );
    if (answer.status !== 200)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as {
      readonly id: string;
      readonly reading: { readonly state: string; readonly problem: string | null } | null;
      readonly documents: number;
    };
  };
  const read = async (name: string, settings: object): Promise<string> => {
    const owned = { aiAgentId: null, inCopilot: true, internal: true, name, settings };
    const { id } = await must('POST', '', owned);
    await readingOf(id);
    return id;
  };
  const readingOf = async (id: string): Promise<void> => {
    await must('POST', `/${id}/reading`);
    for (const until = Date.now() + patienceMs; ; await sleep(250)) {
      const { reading, documents } = await must('GET', `/${id}`);
      if (reading?.state === 'done' && documents > 0) return;
      if (reading?.state === 'failed' || Date.now() > until)
        throw new Error(`reading ${reading?.state ?? 'nothing'}: ${reading?.problem ?? 'too slow'}`);
    }
  };
  const space = await read('Handbook', { kind: 'confluence', spaces: [{ id: '65538', key: 'KB' }] });
  await read('Help Center', { kind: 'help-center', locales: [] });
  // What failed on the way is another path than what went well.
  await post('pages', page(canaries.plant('site: second version of a page')));
  await fetch(`${confluenceUrl}/_sandbox/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ match: '/pages', kind: 'malformed', times: 1 }),
  });
  await readingOf(space);

  const putPage = async (main: string): Promise<void> => {
    const answer = await undiciFetch(`${house.web.url}/_sandbox/pages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ path: '/marked', main }),
      dispatcher: believing,
    });
    if (!answer.ok) throw new Error(`web page: ${answer.status}`);
  };
  const marked = (channel: string): string =>
    `<h2>${canaries.plant(`site: heading of a web page, ${channel}`)}</h2><p>${asked} ${canaries.plant(`site: web page, ${channel}`)} is text.</p>`;
  await putPage(marked('first'));
  const web = await read('Shop', {
    kind: 'web',
    urls: [`${house.web.url}/marked`],
    sitemaps: [`${house.web.url}/sitemap.xml`],
  });
  await putPage(marked('second version'));
  await readingOf(web);
  // More than there may be of one page: refused after it was read.
  await putPage(marked('too large') + 'x'.repeat(900_000));
  await readingOf(web);
  await believing.close();

  await authorizeConfluence(house, canaries, admin);
  await post('pages', page(canaries.plant('site: page read by an authorisation')));
  await readingOf(space);
  await post('settings', { expireAccess: true });
  await readingOf(space);
  const { issued } = await oauthOf(house);
  if (!['code', 'access', 'refresh'].every((kind) => issued.some((one) => one.kind === kind)))
    throw new Error('Atlassian gave no tokens');
  for (const { kind, value } of issued) canaries.mark(`Confluence ${kind} token`, value);
}

interface AtlassianOAuth {
  readonly app: { readonly id: string; readonly secret: string };
  readonly issued: readonly { readonly kind: string; readonly value: string }[];
}

const oauthOf = async ({ confluenceUrl }: House): Promise<AtlassianOAuth> =>
  (await (await fetch(`${confluenceUrl}/_sandbox/oauth`)).json()) as AtlassianOAuth;

/** Connects the same site by an app of its own and a person's consent. */
async function authorizeConfluence(house: House, canaries: Canaries, admin: Readers['admin']): Promise<void> {
  await fetch(`${house.confluenceUrl}/_sandbox/settings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ consent: 'allow' }),
  });
  const { app } = await oauthOf(house);
  canaries.mark('Confluence client secret', app.secret);
  const site = 'brookline-demo.atlassian.net';
  const begun = await admin.send('POST', '/v1/integrations/confluence/authorize', {
    site,
    clientId: app.id,
    clientSecret: app.secret,
  });
  if (begun.status !== 200) throw new Error(`authorize: ${begun.status} ${JSON.stringify(begun.body)}`);
  // Atlassian's own host is the simulator here.
  const atlassian = new URL(String(begun.body['url']));
  const answer = await fetch(`${house.confluenceUrl}${atlassian.pathname}${atlassian.search}`, {
    redirect: 'manual',
  });
  const back = new URL(answer.headers.get('location') ?? '');
  canaries.mark('state of an authorisation', back.searchParams.get('state') ?? '');
  const page = await fetch(back, { headers: { cookie: admin.cookie } });
  if (page.status !== 200) throw new Error(`return from Atlassian: ${page.status}`);
  const tested = await admin.send('POST', '/v1/integrations/confluence/test');
  if (tested.status !== 200) throw new Error(`Confluence: ${tested.status}`);
}
