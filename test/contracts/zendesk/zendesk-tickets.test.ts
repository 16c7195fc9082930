import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Transient } from '../../../src/kernel/transient.ts';
import { shown, startSimulatedAccount, type SimulatedAccount } from './simulated-account.ts';

const canary = 'CANARY-91c2';
let account: SimulatedAccount;

beforeAll(async () => {
  account = await startSimulatedAccount();
});

afterEach(() => account.control('DELETE', 'faults'));

afterAll(() => account.close());

describe('a ticket with its comments', () => {
  it('has the ticket, who wrote what, and the name of the requester but no address', async () => {
    const content = shown(await account.helpDesk.ticketWithComments(account.call(), 1001));
    expect(content.ticket).toMatchObject({
      id: 1001,
      status: 'open',
      priority: 'high',
      type: 'problem',
      requesterId: 2001,
      assigneeId: 9001,
      groupId: 702,
      brandId: 501,
    });
    expect(content.ticket.tags).toContain('refund_request');
    expect(content.comments[0]).toMatchObject({
      author: 'customer',
      authorId: 2001,
      public: true,
      hiddenTextRemoved: false,
    });
    expect(content.comments[0]?.text).toMatch(/^Hello,\n\nmy Ridgeline 3 tent/);
    expect(content.comments[1]).toMatchObject({ author: 'agent', authorId: 9001 });
    expect(content.requesterName).toBe('Daniel Whitmore');
    expect(content.commentsLeftOut).toBe(0);
    expect(JSON.stringify(content)).not.toMatch(
      /example\.com|202-555|ip_address|latitude|content_url|attachments/,
    );
  });

  it('is Transient at once', async () => {
    const content = await account.helpDesk.ticketWithComments(account.call(), 1001);
    expect(content).toBeInstanceOf(Transient);
    expect(() => JSON.stringify(content)).toThrow('stay in memory');
  });

  it('does not exist for an unknown id', async () => {
    await expect(account.helpDesk.ticketWithComments(account.call(), 999_999)).rejects.toMatchObject({
      type: 'ticket-not-found',
    });
  });

  it('may be empty', async () => {
    const id = await account.addTicket([{ html: '' }]);
    expect(
      shown(await account.helpDesk.ticketWithComments(account.call(), id))
        .comments.map((comment) => comment.text)
        .join(''),
    ).toBe('');
  });

  it('has all of 500 comments in order', async () => {
    const id = await account.addTicket(
      Array.from({ length: 500 }, (_, index) => ({ html: `<p>number ${index}</p>` })),
    );
    const { comments, commentsLeftOut } = shown(
      await account.helpDesk.ticketWithComments(account.call(), id),
    );
    expect(comments.map((comment) => comment.text)).toEqual(
      Array.from({ length: 500 }, (_, index) => `number ${index}`),
    );
    expect(commentsLeftOut).toBe(0);
  });

  it('keeps the first and the newest of 730 and counts the rest', async () => {
    const id = await account.addTicket(
      Array.from({ length: 730 }, (_, index) => ({ html: `<p>number ${index}</p>` })),
    );
    let trips = 0;
    const { comments, commentsLeftOut } = shown(
      await account.helpDesk.ticketWithComments(account.call({ onRoundTrip: () => (trips += 1) }), id),
    );
    expect(comments).toHaveLength(500);
    expect([comments[0]?.text, comments[99]?.text, comments[100]?.text, comments[499]?.text]).toEqual([
      'number 0',
      'number 99',
      'number 330',
      'number 729',
    ]);
    expect(commentsLeftOut).toBe(230);
    expect(trips).toBeLessThanOrEqual(7);
  });

  it.each([100, 101, 199, 200, 201])('has all of %i comments', async (count) => {
    const id = await account.addTicket(
      Array.from({ length: count }, (_, index) => ({ html: `<p>number ${index}</p>` })),
    );
    const { comments, commentsLeftOut } = shown(
      await account.helpDesk.ticketWithComments(account.call(), id),
    );
    expect([comments.length, commentsLeftOut]).toEqual([count, 0]);
  });

  it('cuts a comment of 2 MB', async () => {
    const id = await account.addTicket([{ html: `<p>${'long '.repeat(400_000)}</p>` }]);
    expect(
      shown(await account.helpDesk.ticketWithComments(account.call(), id)).comments[0]?.text.length,
    ).toBeLessThanOrEqual(100_000);
  });

  it('reads broken HTML and leaves hidden text out', async () => {
    const id = await account.addTicket([
      { html: '<p><b>open' },
      { html: `<p>Seen</p><span style="display:none">${canary}</span>` },
    ]);
    const { comments } = shown(await account.helpDesk.ticketWithComments(account.call(), id));
    expect(comments.map(({ text, hiddenTextRemoved }) => ({ text, hiddenTextRemoved }))).toEqual([
      { text: 'open', hiddenTextRemoved: false },
      { text: 'Seen', hiddenTextRemoved: true },
    ]);
  });

  it('tells internal notes and the author of a comment by role', async () => {
    const id = await account.addTicket([
      { html: '<p>a</p>' },
      { html: '<p>b</p>', public: false, author: 9001 },
      { html: '<p>c</p>', author: 2002 },
    ]);
    const { comments } = shown(await account.helpDesk.ticketWithComments(account.call(), id));
    expect(comments.map((comment) => [comment.author, comment.public])).toEqual([
      ['customer', true],
      ['agent', false],
      ['customer', true],
    ]);
  });
});
