import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startZendeskSimulator, type ZendeskSimulator } from '../../../simulators/zendesk/start-zendesk-simulator.ts';
import { createEgress } from '../../../src/adapters/egress/create-egress.ts';
import { createZendeskHelpDesk } from '../../../src/adapters/zendesk/create-zendesk-help-desk.ts';
import { reveal } from '../../../src/kernel/reveal.ts';
import { Transient } from '../../../src/kernel/transient.ts';
import type { Egress } from '../../../src/ports/egress.ts';
import type { HelpDesk, HelpDeskCall, HelpDeskConnection } from '../../../src/ports/help-desk.ts';

const canary = 'CANARY-91c2';
const written: string[] = [];
const note = (...parts: unknown[]): void => void written.push(JSON.stringify(parts));
let simulator: ZendeskSimulator;
let egress: Egress;
let helpDesk: HelpDesk;
let connection: HelpDeskConnection;
let appId: number;
let publicKeyPem: string;

const call = (changes: Partial<HelpDeskCall> = {}): HelpDeskCall => ({ connection, signal: new AbortController().signal, ...changes });
const shown = <T>(content: Transient<T>): T => reveal(content, 'reply');
const words = (...list: string[]): Transient<readonly string[]> => Transient.of(list);

async function control(method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${simulator.url}/_sandbox/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}

async function addTicket(comments: readonly { html: string; public?: boolean; author?: number }[], more: Record<string, unknown> = {}): Promise<number> {
  const made = (await control('POST', 'tickets', { subject: 'A ticket', requester: 2001, comments, ...more })) as { ticket: { id: number } };
  return made.ticket.id;
}

beforeAll(async () => {
  simulator = await startZendeskSimulator({ port: 0, sidebarUrl: 'http://127.0.0.1:1/' });
  const known = (await control('GET', 'connection')) as { subdomain: string; clientId: string; clientSecret: string; appId: number; publicKeyPem: string };
  appId = known.appId;
  publicKeyPem = known.publicKeyPem;
  connection = {
    subscriptionId: 'sub',
    subdomain: known.subdomain,
    clientId: known.clientId,
    clientSecret: known.clientSecret,
    scopes: 'read tickets:write',
    brandIds: null,
  };
  egress = createEgress({ allowedPrivate: [], zendeskHosts: [new URL(simulator.url).host] });
  helpDesk = createZendeskHelpDesk({
    egress,
    originFor: () => simulator.url,
    logger: { info: note, warn: note, error: note },
    metrics: {
      requestFinished: note,
      featureFinished: note,
      firstToken: note,
      tokensUsed: note,
      helpDeskFinished: note,
      openStreams: note,
      render: async () => '',
    },
    clock: { now: () => new Date(), elapsed: () => performance.now() },
    random: () => 0,
  });
  await control('POST', 'settings', { searchLagMilliseconds: 0, limits: { requestsPerMinute: 100_000, helpCenterPerMinute: 100_000 } });
});

afterEach(() => control('DELETE', 'faults'));

afterAll(async () => {
  await egress.close();
  await simulator.close();
});

describe('a ticket with its comments', () => {
  it('has the ticket, who wrote what, and the name of the requester but no address', async () => {
    const content = shown(await helpDesk.ticketWithComments(call(), 1001));
    expect(content.ticket).toMatchObject({ id: 1001, status: 'open', priority: 'high', type: 'problem', requesterId: 2001, assigneeId: 9001, groupId: 702, brandId: 501 });
    expect(content.ticket.tags).toContain('refund_request');
    expect(content.comments[0]).toMatchObject({ author: 'customer', authorId: 2001, public: true, hiddenTextRemoved: false });
    expect(content.comments[0]?.text).toMatch(/^Hello,\n\nmy Ridgeline 3 tent/);
    expect(content.comments[1]).toMatchObject({ author: 'agent', authorId: 9001 });
    expect(content.requesterName).toBe('Daniel Whitmore');
    expect(content.commentsLeftOut).toBe(0);
    expect(JSON.stringify(content)).not.toMatch(/example\.com|202-555|ip_address|latitude|content_url|attachments/);
  });

  it('is Transient at once', async () => {
    const content = await helpDesk.ticketWithComments(call(), 1001);
    expect(content).toBeInstanceOf(Transient);
    expect(() => JSON.stringify(content)).toThrow('stay in memory');
  });

  it('does not exist for an unknown id', async () => {
    await expect(helpDesk.ticketWithComments(call(), 999_999)).rejects.toMatchObject({ type: 'ticket-not-found' });
  });

  it('may be empty', async () => {
    const id = await addTicket([{ html: '' }]);
    expect(shown(await helpDesk.ticketWithComments(call(), id)).comments.map((comment) => comment.text).join('')).toBe('');
  });

  it('has all of 500 comments in order', async () => {
    const id = await addTicket(Array.from({ length: 500 }, (_, index) => ({ html: `<p>number ${index}</p>` })));
    const { comments, commentsLeftOut } = shown(await helpDesk.ticketWithComments(call(), id));
    expect(comments.map((comment) => comment.text)).toEqual(Array.from({ length: 500 }, (_, index) => `number ${index}`));
    expect(commentsLeftOut).toBe(0);
  });

  it('keeps the first and the newest of 730 and counts the rest', async () => {
    const id = await addTicket(Array.from({ length: 730 }, (_, index) => ({ html: `<p>number ${index}</p>` })));
    let trips = 0;
    const { comments, commentsLeftOut } = shown(await helpDesk.ticketWithComments(call({ onRoundTrip: () => (trips += 1) }), id));
    expect(comments).toHaveLength(500);
    expect([comments[0]?.text, comments[99]?.text, comments[100]?.text, comments[499]?.text]).toEqual(['number 0', 'number 99', 'number 330', 'number 729']);
    expect(commentsLeftOut).toBe(230);
    expect(trips).toBeLessThanOrEqual(7);
  });

  it.each([100, 101, 199, 200, 201])('has all of %i comments', async (count) => {
    const id = await addTicket(Array.from({ length: count }, (_, index) => ({ html: `<p>number ${index}</p>` })));
    const { comments, commentsLeftOut } = shown(await helpDesk.ticketWithComments(call(), id));
    expect([comments.length, commentsLeftOut]).toEqual([count, 0]);
  });

  it('cuts a comment of 2 MB', async () => {
    const id = await addTicket([{ html: `<p>${'long '.repeat(400_000)}</p>` }]);
    expect(shown(await helpDesk.ticketWithComments(call(), id)).comments[0]?.text.length).toBeLessThanOrEqual(100_000);
  });

  it('reads broken HTML and leaves hidden text out', async () => {
    const id = await addTicket([{ html: '<p><b>open' }, { html: `<p>Seen</p><span style="display:none">${canary}</span>` }]);
    const { comments } = shown(await helpDesk.ticketWithComments(call(), id));
    expect(comments.map(({ text, hiddenTextRemoved }) => ({ text, hiddenTextRemoved }))).toEqual([
      { text: 'open', hiddenTextRemoved: false },
      { text: 'Seen', hiddenTextRemoved: true },
    ]);
  });

  it('tells internal notes and the author of a comment by role', async () => {
    const id = await addTicket([{ html: '<p>a</p>' }, { html: '<p>b</p>', public: false, author: 9001 }, { html: '<p>c</p>', author: 2002 }]);
    const { comments } = shown(await helpDesk.ticketWithComments(call(), id));
    expect(comments.map((comment) => [comment.author, comment.public])).toEqual([['customer', true], ['agent', false], ['customer', true]]);
  });
});

describe('people, history, macros, keys', () => {
  it('gives an agent with groups and restriction, and no contact data', async () => {
    const agent = shown(await helpDesk.user(call(), 9001));
    expect(agent).toMatchObject({ id: 9001, role: 'agent' });
    expect(agent.groupIds.length).toBeGreaterThan(0);
    expect(Object.keys(agent).toSorted()).toEqual(['groupIds', 'id', 'locale', 'name', 'organizationId', 'role', 'ticketRestriction']);
    await expect(helpDesk.user(call(), 424_242)).rejects.toMatchObject({ type: 'not-found' });
  });

  it('gives a customer as one', async () => {
    expect(shown(await helpDesk.user(call(), 2001))).toMatchObject({ role: 'end-user', ticketRestriction: 'requested' });
  });

  it('gives the changes of a ticket', async () => {
    const audits = shown(await helpDesk.audits(call(), 1001));
    expect(audits.length).toBeGreaterThan(0);
    expect(audits.every((audit) => audit.changes.every((change) => typeof change.field === 'string'))).toBe(true);
    await expect(helpDesk.audits(call(), 999_999)).rejects.toMatchObject({ type: 'ticket-not-found' });
  });

  it('gives the active macros with their actions', async () => {
    const macros = shown(await helpDesk.macros(call()));
    expect(macros.length).toBeGreaterThan(5);
    expect(macros.every((macro) => macro.active && macro.title !== '' && Array.isArray(macro.actions))).toBe(true);
  });

  it('gives the public key of the app', async () => {
    expect((await helpDesk.appPublicKey(call(), appId)).trim()).toBe(publicKeyPem.trim());
    await expect(helpDesk.appPublicKey(call(), 1)).rejects.toMatchObject({ type: 'not-found' });
  });

  it('says what a connection may do, and refuses a wrong secret although a token is at hand', async () => {
    expect(await helpDesk.checkConnection(call())).toMatchObject({ scopes: ['read', 'tickets:write'] });
    const wrong = { ...connection, clientSecret: 'wrong' };
    await expect(helpDesk.checkConnection(call({ connection: wrong }))).rejects.toMatchObject({ type: 'zendesk-reconnect-needed' });
  });

  it('reports missing rights', async () => {
    const narrow = { ...connection, scopes: 'hc:read' };
    await expect(helpDesk.ticketWithComments(call({ connection: narrow }), 1001)).rejects.toMatchObject({ type: 'zendesk-forbidden' });
  });
});

describe('searches', () => {
  it('find solved tickets for words that no ticket has all of', async () => {
    const id = await addTicket([{ html: '<p>The zorblatt of my quuxinator wobbles</p>' }], { status: 'solved' });
    const open = await addTicket([{ html: '<p>zorblatt quuxinator</p>' }], { status: 'open' });
    const found = shown(await helpDesk.searchSolvedTickets(call(), words('zorblatt', 'quuxinator', 'nowhere', 'never'), { brandId: null, limit: 10 }));
    expect(found.map((ticket) => ticket.id)).toContain(id);
    expect(found.map((ticket) => ticket.id)).not.toContain(open);
    expect(found.every((ticket) => ticket.status === 'solved' || ticket.status === 'closed')).toBe(true);
  });

  it('fall back to single words and keep to the brand', async () => {
    const id = await addTicket([{ html: '<p>flimsywhistle</p>' }], { status: 'solved', brand: 501 });
    const search = (brandId: number | null, brandIds: readonly number[] | null) =>
      helpDesk.searchSolvedTickets(call({ connection: { ...connection, brandIds } }), words('flimsywhistle', 'xqa', 'xqb', 'xqc'), { brandId, limit: 5 }).then(shown);
    expect((await search(null, null)).map((ticket) => ticket.id)).toEqual([id]);
    expect((await search(501, null)).map((ticket) => ticket.id)).toEqual([id]);
    expect(await search(502, null)).toEqual([]);
    expect(await search(null, [502])).toEqual([]);
    expect((await search(null, [501, 502])).map((ticket) => ticket.id)).toEqual([id]);
  });

  it('treat operators as words', async () => {
    const strange = words('status:open', '"quoted', '-minus', 'requester:me', '*', '', ' ', 'x'.repeat(500));
    expect(shown(await helpDesk.searchSolvedTickets(call(), strange, { brandId: null, limit: 5 })).every((ticket) => ticket.status !== 'open')).toBe(true);
    expect(shown(await helpDesk.searchSolvedTickets(call(), words('::', '""'), { brandId: null, limit: 5 }))).toEqual([]);
  });

  it('find articles and say which are public', async () => {
    const found = shown(await helpDesk.searchArticles(call(), words('refund', 'return', 'delivery'), { locale: 'en-us', limit: 10 }));
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((article) => article.locale === 'en-us' && article.url.includes('/hc/'))).toBe(true);
    expect(found.some((article) => article.public)).toBe(true);
    expect(found[0]?.text).not.toMatch(/<\w+>/);
    const all = shown(await helpDesk.searchArticles(call(), words('agents', 'internal', 'refund'), { locale: null, limit: 50 }));
    const open = [...simulator.account.articles.values()].filter((article) => !article.draft && article.userSegmentId === null).map((article) => article.id);
    expect(all.every((article) => article.public === open.includes(article.id))).toBe(true);
  });

  it('go on when one of them fails, and fail when all do', async () => {
    await control('POST', 'faults', { match: 'GET /api/v2/search', kind: 'status', status: 400, times: 1 });
    expect(shown(await helpDesk.searchSolvedTickets(call(), words('tent', 'refund', 'order'), { brandId: null, limit: 5 }))).toBeInstanceOf(Array);
    await control('POST', 'faults', { match: 'GET /api/v2/search', kind: 'status', status: 403 });
    await expect(helpDesk.searchSolvedTickets(call(), words('tent', 'refund'), { brandId: null, limit: 5 })).rejects.toMatchObject({ type: 'zendesk-forbidden' });
  });

  it('find no articles in an account without a Help Center', async () => {
    await control('POST', 'faults', { match: 'help_center', kind: 'status', status: 404 });
    expect(shown(await helpDesk.searchArticles(call(), words('refund'), { locale: null, limit: 5 }))).toEqual([]);
  });
});

describe('when Zendesk misbehaves', () => {
  it.each([
    [{ kind: 'status', status: 403 }, 'zendesk-forbidden'],
    [{ kind: 'status', status: 404 }, 'ticket-not-found'],
    [{ kind: 'status', status: 409 }, 'ticket-changed'],
    [{ kind: 'status', status: 422 }, 'ticket-refused-change'],
    [{ kind: 'status', status: 429, retryAfterSeconds: 5 }, 'zendesk-rate-limited'],
    [{ kind: 'status', status: 503 }, 'zendesk-unavailable'],
    [{ kind: 'cut' }, 'zendesk-unavailable'],
    [{ kind: 'malformed' }, 'zendesk-unavailable'],
  ])('turns %o into %s', async (fault, type) => {
    await control('POST', 'faults', { match: '/api/v2/tickets/1001', ...fault });
    // An account of its own, because a long pause holds for the next call too.
    const own = { ...connection, subdomain: `own-${type}` };
    await expect(helpDesk.ticketWithComments(call({ connection: own }), 1001)).rejects.toMatchObject({ type });
  });

  it('goes on after tokens expire in the middle of a session', async () => {
    await helpDesk.audits(call(), 1001);
    await control('POST', 'expire-tokens');
    expect(shown(await helpDesk.audits(call(), 1001)).length).toBeGreaterThan(0);
  });

  it('waits for a slow Zendesk and recovers from a short outage', async () => {
    await control('POST', 'faults', { match: '/api/v2/tickets/1001', kind: 'delay', delayMs: 300, times: 2 });
    await control('POST', 'faults', { match: '/api/v2/tickets/1001', kind: 'status', status: 503, times: 1 });
    expect(shown(await helpDesk.ticketWithComments(call(), 1001)).ticket.id).toBe(1001);
  });
});

describe('what was written to logs and metrics meanwhile', () => {
  it('holds no content, search word, token or secret', async () => {
    await helpDesk.searchSolvedTickets(call(), words(canary, 'other'), { brandId: null, limit: 5 });
    await control('POST', 'faults', { match: 'GET /api/v2/search', kind: 'status', status: 500 });
    await expect(helpDesk.searchSolvedTickets(call(), words(canary), { brandId: null, limit: 5 })).rejects.toMatchObject({ type: 'zendesk-unavailable' });
    const all = written.join('\n');
    expect(written.length).toBeGreaterThan(50);
    expect(all.toLowerCase()).not.toContain(canary.toLowerCase());
    expect(all).not.toMatch(/zorblatt|Bearer|access_token|127\.0\.0\.1/);
    expect(all).not.toContain(connection.clientSecret);
  });
});
