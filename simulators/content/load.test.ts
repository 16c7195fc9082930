import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CONTENT_DIRECTORY, loadDemoContent } from './load.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'content-'));
  await cp(CONTENT_DIRECTORY, directory, { recursive: true, filter: (source) => !source.endsWith('.ts') });
});
afterEach(() => rm(directory, { recursive: true }));

it('reads the demo shop: people, groups, macros, articles in three languages, tickets in six', async () => {
  const content = await loadDemoContent();
  expect(content.tickets.length).toBeGreaterThan(60);
  expect(content.users.find((user) => user.id === 9001)).toMatchObject({ name: 'Mara Lind', role: 'agent' });
  expect(content.users.find((user) => user.id === 9002)?.role).toBe('admin');
  expect(new Set(content.articles.map((article) => article.locale))).toEqual(new Set(['en-us', 'de', 'es']));
  expect(content.brands).toHaveLength(2);
});

it('names the file that is missing', async () => {
  await rm(join(directory, 'macros.json'));
  await expect(loadDemoContent(directory)).rejects.toThrow(/macros\.json is missing/);
});

it('says that there are no tickets', async () => {
  const names = ['ar', 'bs', 'de', 'en', 'es', 'ja'];
  await Promise.all(names.map((name) => rm(join(directory, `tickets-${name}.json`), { force: true })));
  await expect(loadDemoContent(directory)).rejects.toThrow(/no tickets-\*\.json/);
  await expect(loadDemoContent(join(directory, 'nowhere'))).rejects.toThrow(/nowhere/);
});

it('names the file and the place of a wrong value', async () => {
  await writeFile(join(directory, 'groups.json'), '[{"id":1}]');
  await expect(loadDemoContent(directory)).rejects.toThrow(/groups\.json has the wrong shape[\s\S]*name/);
  await writeFile(join(directory, 'groups.json'), '[');
  await expect(loadDemoContent(directory)).rejects.toThrow(/groups\.json is not JSON/);
});

it('finds ids used twice and people who do not exist', async () => {
  const ticket = {
    id: 1,
    subject: 's',
    status: 'open',
    requester: 424242,
    created_at: '2026-01-01T00:00:00Z',
    comments: [{ author: 424242, public: true, html: '<p>x</p>', created_at: '2026-01-01T00:00:00Z' }],
  };
  await writeFile(join(directory, 'tickets-extra.json'), JSON.stringify([ticket]));
  await expect(loadDemoContent(directory)).rejects.toThrow(/Ticket 1 names user 424242/);
  await writeFile(join(directory, 'tickets-extra.json'), JSON.stringify([{ ...ticket, id: 1001 }]));
  await expect(loadDemoContent(directory)).rejects.toThrow(/id 1001 twice/);
});
