import { describe, expect, test } from 'vitest';
import { connectToZendesk, ZafError, zafParameters, type ZafMessage, type ZafWindow } from './zaf-client.ts';

const origin = 'https://acme.zendesk.com';
const parameters = { origin, appGuid: 'g1', colorScheme: null };

function hostPage() {
  const sent: { frame: Record<string, unknown>; target: string }[] = [];
  let listener: (event: ZafMessage) => void = () => {};
  const parent = {
    postMessage(data: string, target: string) {
      sent.push({ frame: JSON.parse(data) as Record<string, unknown>, target });
    },
  };
  const window: ZafWindow = { parent, addEventListener: (_, added) => void (listener = added) };
  const say = (frame: unknown, from: Partial<ZafMessage> = {}) =>
    listener({ origin, source: parent, data: JSON.stringify(frame), ...from });
  const registered = {
    key: 'zaf.app.registered',
    appGuid: 'g1',
    message: { context: { instanceGuid: 'i1', ticketId: 35 } },
  };
  return { window, sent, say, registered, last: () => sent.at(-1)?.frame ?? {} };
}

async function connected() {
  const host = hostPage();
  const opening = connectToZendesk(host.window, parameters);
  host.say(host.registered);
  return { ...host, client: await opening };
}

describe('connectToZendesk', () => {
  test('shakes hands with the exact origin and learns the ticket', async () => {
    const { sent, client } = await connected();
    expect(sent[0]).toMatchObject({ target: origin, frame: { key: 'iframe.handshake', appGuid: 'g1' } });
    expect(client.context.ticketId).toBe(35);
  });

  test('S94: ignores a registration from another origin or another window', async () => {
    const host = hostPage();
    let opened = false;
    const opening = connectToZendesk(host.window, parameters).then(() => (opened = true));
    host.say(host.registered, { origin: 'https://acme.zendesk.com.evil.test' });
    host.say(host.registered, { source: {} });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(opened).toBe(false);
    host.say(host.registered);
    await opening;
    expect(opened).toBe(true);
  });

  test('matches answers to requests by number', async () => {
    const { client, say, last } = await connected();
    const first = client.get(['ticket.id']);
    const firstId = last()['id'];
    const second = client.invoke('ticket.comment.appendText', 'hi');
    expect(last()).toMatchObject({
      request: 'invoke',
      params: { 'ticket.comment.appendText': ['hi'] },
      instanceGuid: 'i1',
    });
    say({ id: last()['id'], result: { errors: {}, 'ticket.comment.appendText': null } });
    say({ id: firstId, result: { errors: {}, 'ticket.id': 35 } });
    expect(await first).toMatchObject({ 'ticket.id': 35 });
    expect(await second).toBeNull();
  });

  test('rejects when the host answers with an error', async () => {
    const { client, say, last } = await connected();
    const whole = client.get(['ticket.id']);
    say({ id: last()['id'], error: { name: 'Error', message: 'no' } });
    await expect(whole).rejects.toEqual(new ZafError('no'));
    const single = client.set({ 'ticket.comment.text': 'x' });
    say({ id: last()['id'], result: { errors: { 'ticket.comment.text': { message: 'closed' } } } });
    await expect(single).rejects.toEqual(new ZafError('closed'));
  });

  test('delivers events until unsubscribed', async () => {
    const { client, say, last } = await connected();
    const seen: unknown[] = [];
    const off = client.on('colorScheme.changed', (message) => seen.push(message));
    expect(last()).toMatchObject({ key: 'iframe.on:colorScheme.changed', message: { subscriberCount: 1 } });
    say({ key: 'zaf.colorScheme.changed', message: 'dark' });
    off();
    say({ key: 'zaf.colorScheme.changed', message: 'light' });
    expect(seen).toEqual(['dark']);
    expect(last()).toMatchObject({ key: 'iframe.off:colorScheme.changed', message: { subscriberCount: 0 } });
  });

  test.each([
    ['a string', () => 'blocked', { msg: 'blocked' }],
    ['an error', () => Promise.reject(new Error('no')), { msg: 'no' }],
    ['true', () => true, undefined],
  ])('answers a save hook that gives %s', async (_, handler, error) => {
    const { client, say, last } = await connected();
    client.on('ticket.save', handler);
    say({ key: 'zaf.ticket.save', needsReply: true });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(last()['key']).toBe('iframe.reply:ticket.save');
    expect(last()['error']).toEqual(error);
  });
});

describe('messages that are none of ours', () => {
  // What `JSON.parse` accepts can still throw when it is made into text or a number.
  const stubborn = { toString: 1, valueOf: 1 };
  const malformed: readonly unknown[] = [
    undefined,
    null,
    7,
    {},
    { key: 'zaf.colorScheme.changed', message: 'dark' },
    '',
    '{"',
    'null',
    '[]',
    '"zaf.app.registered"',
    JSON.stringify({ key: stubborn }),
    JSON.stringify({ key: ['zaf.app.registered'] }),
    JSON.stringify({ id: stubborn }),
    JSON.stringify({ id: [1], result: {} }),
    JSON.stringify({ id: '1', result: {} }),
    JSON.stringify({ id: 999, result: {} }),
  ];

  test('S94: malformed data is ignored and nothing throws', async () => {
    const { client, say } = await connected();
    const seen: unknown[] = [];
    client.on('colorScheme.changed', (message) => seen.push(message));
    let settled = false;
    const asked = client.get(['ticket.id']).finally(() => (settled = true));
    for (const data of malformed) expect(() => say({}, { data })).not.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect({ seen, settled }).toEqual({ seen: [], settled: false });
    say({ id: 1, result: { 'ticket.id': 35 } });
    expect(await asked).toEqual({ 'ticket.id': 35 });
  });

  test('S94: answers and events from a wrong origin, an opener or a frame inside are ignored', async () => {
    const { client, say } = await connected();
    const seen: unknown[] = [];
    client.on('colorScheme.changed', (message) => seen.push(message));
    let settled = false;
    const asked = client.get(['ticket.id']).finally(() => (settled = true));
    const foreign: readonly Partial<ZafMessage>[] = [
      { origin: 'https://acme.zendesk.com.evil.test' },
      { origin: 'http://acme.zendesk.com' },
      { origin: 'null' },
      { origin: '' },
      { source: {} },
      { source: null },
    ];
    for (const from of foreign) {
      say({ id: 1, result: { 'ticket.id': 666 } }, from);
      say({ key: 'zaf.colorScheme.changed', message: 'dark' }, from);
      say({ key: 'zaf.app.registered', message: { context: { ticketId: 666 } } }, from);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect({ seen, settled, ticketId: client.context.ticketId }).toEqual({
      seen: [],
      settled: false,
      ticketId: 35,
    });
    say({ id: 1, result: { 'ticket.id': 35 } });
    expect(await asked).toEqual({ 'ticket.id': 35 });
  });

  test('S94: an error without words is still a refusal', async () => {
    const { client, say, last } = await connected();
    for (const message of [stubborn, 7, null, undefined]) {
      const asked = client.get(['ticket.id']);
      say({ id: last()['id'], error: { message } });
      await expect(asked).rejects.toEqual(new ZafError('refused'));
    }
  });

  test.each([
    [35, 35],
    ['35', 35],
    ['', undefined],
    [0, undefined],
    [1.5, undefined],
    [true, undefined],
    [[35], undefined],
    [stubborn, undefined],
    [null, undefined],
  ])('takes %j for the ticket %s', async (ticketId, expected) => {
    const host = hostPage();
    const opening = connectToZendesk(host.window, parameters);
    host.say({ key: 'zaf.app.registered', message: { context: { ticketId } } });
    expect((await opening).context.ticketId).toBe(expected);
  });
});

describe('zafParameters', () => {
  const at = (search: string, hostname = 'indesk.example') => zafParameters({ search, hash: '', hostname });

  test('reads origin, guid and colour scheme', () => {
    expect(at('?origin=https%3A%2F%2Facme.zendesk.com&app_guid=g1&colorScheme=dark')).toEqual({
      origin,
      appGuid: 'g1',
      colorScheme: 'dark',
    });
  });

  test.each([
    'https://evil.test',
    'https://zendesk.com.evil.test',
    'http://acme.zendesk.com',
    'https://acme.zendesk.com/x',
    'nonsense',
  ])('refuses %s as a host', (bad) =>
    expect(at(`?origin=${encodeURIComponent(bad)}&app_guid=g1`)).toBeNull(),
  );

  test('allows a simulator on loopback', () => {
    expect(at('?origin=http%3A%2F%2Flocalhost%3A4801&app_guid=g')?.origin).toBe('http://localhost:4801');
  });
});
