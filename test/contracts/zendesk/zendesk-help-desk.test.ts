import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Transient } from '../../../src/kernel/transient.ts';
import { shown, startSimulatedAccount, type SimulatedAccount } from './simulated-account.ts';

const canary = 'CANARY-91c2';
const words = (...list: string[]): Transient<readonly string[]> => Transient.of(list);
let account: SimulatedAccount;

beforeAll(async () => {
  account = await startSimulatedAccount();
});

afterEach(() => account.control('DELETE', 'faults'));

afterAll(() => account.close());

describe('people, history, macros, keys', () => {
  it('gives an agent with groups and restriction, and no contact data', async () => {
    const agent = shown(await account.helpDesk.user(account.call(), 9001));
    expect(agent).toMatchObject({ id: 9001, role: 'agent' });
    expect(agent.groupIds.length).toBeGreaterThan(0);
    expect(Object.keys(agent).toSorted()).toEqual([
      'groupIds',
      'id',
      'locale',
      'name',
      'organizationId',
      'role',
      'ticketRestriction',
    ]);
    await expect(account.helpDesk.user(account.call(), 424_242)).rejects.toMatchObject({ type: 'not-found' });
  });

  it('gives a customer as one', async () => {
    expect(shown(await account.helpDesk.user(account.call(), 2001))).toMatchObject({
      role: 'end-user',
      ticketRestriction: 'requested',
    });
  });

  it('gives the changes of a ticket', async () => {
    const audits = shown(await account.helpDesk.audits(account.call(), 1001));
    expect(audits.length).toBeGreaterThan(0);
    expect(audits.every((audit) => audit.changes.every((change) => typeof change.field === 'string'))).toBe(
      true,
    );
    await expect(account.helpDesk.audits(account.call(), 999_999)).rejects.toMatchObject({
      type: 'ticket-not-found',
    });
  });

  it('gives the active macros with their actions', async () => {
    const macros = shown(await account.helpDesk.macros(account.call()));
    expect(macros.length).toBeGreaterThan(5);
    expect(macros.every((macro) => macro.active && macro.title !== '' && Array.isArray(macro.actions))).toBe(
      true,
    );
  });

  it('gives the public key of the app', async () => {
    expect((await account.helpDesk.appPublicKey(account.call(), account.appId)).trim()).toBe(
      account.publicKeyPem.trim(),
    );
    await expect(account.helpDesk.appPublicKey(account.call(), 1)).rejects.toMatchObject({
      type: 'not-found',
    });
  });

  it('says what a connection may do, and refuses a wrong secret although a token is at hand', async () => {
    expect(await account.helpDesk.checkConnection(account.call())).toMatchObject({
      scopes: ['read', 'tickets:write'],
    });
    const wrong = { ...account.connection, clientSecret: 'wrong' };
    await expect(account.helpDesk.checkConnection(account.call({ connection: wrong }))).rejects.toMatchObject(
      {
        type: 'zendesk-reconnect-needed',
      },
    );
  });

  it('reports missing rights', async () => {
    const narrow = { ...account.connection, scopes: 'hc:read' };
    await expect(
      account.helpDesk.ticketWithComments(account.call({ connection: narrow }), 1001),
    ).rejects.toMatchObject({
      type: 'zendesk-forbidden',
    });
  });
});

describe('searches', () => {
  it('find solved tickets for words that no ticket has all of', async () => {
    const id = await account.addTicket([{ html: '<p>The zorblatt of my quuxinator wobbles</p>' }], {
      status: 'solved',
    });
    const open = await account.addTicket([{ html: '<p>zorblatt quuxinator</p>' }], { status: 'open' });
    const found = shown(
      await account.helpDesk.searchTickets(
        account.call(),
        words('zorblatt', 'quuxinator', 'nowhere', 'never'),
        {
          state: 'solved',
          brandId: null,
          limit: 10,
        },
      ),
    );
    expect(found.map((ticket) => ticket.id)).toContain(id);
    expect(found.map((ticket) => ticket.id)).not.toContain(open);
    expect(found.every((ticket) => ticket.status === 'solved' || ticket.status === 'closed')).toBe(true);
  });

  it('fall back to single words and keep to the brand', async () => {
    const id = await account.addTicket([{ html: '<p>flimsywhistle</p>' }], { status: 'solved', brand: 501 });
    const search = (brandId: number | null, brandIds: readonly number[] | null) =>
      account.helpDesk
        .searchTickets(
          account.call({ connection: { ...account.connection, brandIds } }),
          words('flimsywhistle', 'xqa', 'xqb', 'xqc'),
          { state: 'solved', brandId, limit: 5 },
        )
        .then(shown);
    expect((await search(null, null)).map((ticket) => ticket.id)).toEqual([id]);
    expect((await search(501, null)).map((ticket) => ticket.id)).toEqual([id]);
    expect(await search(502, null)).toEqual([]);
    expect(await search(null, [502])).toEqual([]);
    expect((await search(null, [501, 502])).map((ticket) => ticket.id)).toEqual([id]);
  });

  it('treat operators as words', async () => {
    const strange = words('status:open', '"quoted', '-minus', 'requester:me', '*', '', ' ', 'x'.repeat(500));
    expect(
      shown(
        await account.helpDesk.searchTickets(account.call(), strange, {
          state: 'solved',
          brandId: null,
          limit: 5,
        }),
      ).every((ticket) => ticket.status !== 'open'),
    ).toBe(true);
    expect(
      shown(
        await account.helpDesk.searchTickets(account.call(), words('::', '""'), {
          state: 'solved',
          brandId: null,
          limit: 5,
        }),
      ),
    ).toEqual([]);
  });

  it('find articles and say which are public', async () => {
    const found = shown(
      await account.helpDesk.searchArticles(account.call(), words('refund', 'return', 'delivery'), {
        locale: 'en-us',
        limit: 10,
      }),
    );
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((article) => article.locale === 'en-us' && article.url.includes('/hc/'))).toBe(true);
    expect(found.some((article) => article.public)).toBe(true);
    expect(found[0]?.text).not.toMatch(/<\w+>/);
    const all = shown(
      await account.helpDesk.searchArticles(account.call(), words('agents', 'internal', 'refund'), {
        locale: null,
        limit: 50,
      }),
    );
    const open = account.publicArticleIds;
    expect(all.every((article) => article.public === open.includes(article.id))).toBe(true);
  });

  it('go on when one of them fails, and fail when all do', async () => {
    await account.control('POST', 'faults', {
      match: 'GET /api/v2/search',
      kind: 'status',
      status: 400,
      times: 1,
    });
    expect(
      shown(
        await account.helpDesk.searchTickets(account.call(), words('tent', 'refund', 'order'), {
          state: 'solved',
          brandId: null,
          limit: 5,
        }),
      ),
    ).toBeInstanceOf(Array);
    await account.control('POST', 'faults', { match: 'GET /api/v2/search', kind: 'status', status: 403 });
    await expect(
      account.helpDesk.searchTickets(account.call(), words('tent', 'refund'), {
        state: 'solved',
        brandId: null,
        limit: 5,
      }),
    ).rejects.toMatchObject({ type: 'zendesk-forbidden' });
  });

  it('find no articles in an account without a Help Center', async () => {
    await account.control('POST', 'faults', { match: 'help_center', kind: 'status', status: 404 });
    expect(
      shown(
        await account.helpDesk.searchArticles(account.call(), words('refund'), { locale: null, limit: 5 }),
      ),
    ).toEqual([]);
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
    await account.control('POST', 'faults', { match: '/api/v2/tickets/1001', ...fault });
    // An account of its own, because a long pause holds for the next call too.
    const own = { ...account.connection, subdomain: `own-${type}` };
    await expect(
      account.helpDesk.ticketWithComments(account.call({ connection: own }), 1001),
    ).rejects.toMatchObject({
      type,
    });
  });

  it('goes on after tokens expire in the middle of a session', async () => {
    await account.helpDesk.audits(account.call(), 1001);
    await account.control('POST', 'expire-tokens');
    expect(shown(await account.helpDesk.audits(account.call(), 1001)).length).toBeGreaterThan(0);
  });

  it('waits for a slow Zendesk and recovers from a short outage', async () => {
    await account.control('POST', 'faults', {
      match: '/api/v2/tickets/1001',
      kind: 'delay',
      delayMs: 300,
      times: 2,
    });
    await account.control('POST', 'faults', {
      match: '/api/v2/tickets/1001',
      kind: 'status',
      status: 503,
      times: 1,
    });
    expect(shown(await account.helpDesk.ticketWithComments(account.call(), 1001)).ticket.id).toBe(1001);
  });
});

describe('what was written to logs and metrics meanwhile', () => {
  it('holds no content, search word, token or secret', async () => {
    await account.helpDesk.searchTickets(account.call(), words(canary, 'other'), {
      state: 'solved',
      brandId: null,
      limit: 5,
    });
    await account.control('POST', 'faults', { match: 'GET /api/v2/search', kind: 'status', status: 500 });
    await expect(
      account.helpDesk.searchTickets(account.call(), words(canary), {
        state: 'solved',
        brandId: null,
        limit: 5,
      }),
    ).rejects.toMatchObject({ type: 'zendesk-unavailable' });
    const all = account.written.join('\n');
    expect(account.written.length).toBeGreaterThan(50);
    expect(all.toLowerCase()).not.toContain(canary.toLowerCase());
    expect(all).not.toMatch(/zorblatt|Bearer|access_token|127\.0\.0\.1/);
    expect(all).not.toContain(account.connection.clientSecret);
  });
});
