import { setTimeout as sleep } from 'node:timers/promises';
import type { House } from '../support/house.ts';
import type { Canaries } from './canaries.ts';
import type { Readers } from './exercise-console.ts';

const patienceMs = 60_000;

/** Marked pages of Confluence and articles of the Help Center, read as knowledge and read again after a change; the token they are read with is marked too. */
export async function exerciseSites(house: House, canaries: Canaries, { admin }: Readers): Promise<void> {
  const { confluenceUrl } = house;
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
    body: `<h2>${canaries.plant('site: heading of a page')}</h2><p>${text} is text.</p>`,
  });
  await post('pages', page(canaries.plant('site: page')));
  await house.sandbox('zendesk', 'POST', 'articles', {
    title: `Guide ${canaries.plant('site: title of an article')}`,
    body: `<p>${canaries.plant('site: article')} is text.</p>`,
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
}
