import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryKeyValueStore } from '../../../src/adapters/memory/key-value-store.ts';
import { toHistoryText, newConversation, Conversation } from '../../../src/chat/conversation.ts';
import { longestHistory } from '../../../src/contract/chat.ts';
import { Transient } from '../../../src/kernel/transient.ts';
import type { KeyValueStore } from '../../../src/ports/key-value-store.ts';
import { engines } from '../../support/database.ts';
import {
  modelAnswer,
  openChatHouse,
  type ChatHouse,
  type TestAgent,
  type TestVisitor,
} from '../../support/chat-house.ts';

describe('a conversation too long for its history', () => {
  const long = (messages: number, letters: string): Conversation => ({
    ...newConversation(1, null),
    turn: messages / 2,
    messages: Array.from({ length: messages }, (_, at) => ({
      from: at % 2 === 0 ? ('visitor' as const) : ('agent' as const),
      text: `${at} ${letters}`,
    })),
  });

  it('S7: keeps the newest messages whole, condenses older ones, and stays under 64 KiB when sealed', () => {
    for (const letters of ['w'.repeat(3_990), '語'.repeat(3_990), '😀'.repeat(1_990), '"\n'.repeat(1_990)]) {
      const text = toHistoryText(long(100, letters));
      expect(Math.ceil((Buffer.byteLength(text) + 45) / 3) * 4 + 4).toBeLessThanOrEqual(longestHistory);
      const { messages, leftOut } = Conversation.parse(JSON.parse(text));
      expect(messages.at(-1)?.text).toBe(`99 ${letters}`);
      expect(messages.length + leftOut).toBe(100);
      expect(messages[0]?.text.length).toBeLessThan(700);
    }
    expect(JSON.parse(toHistoryText(long(4, 'short')))).toMatchObject({ leftOut: 0 });
  });
});

for (const engine of engines) {
  describe.skipIf(!engine.available)(`the history a visitor keeps, on ${engine.name}`, () => {
    let house: ChatHouse;
    let shared: KeyValueStore;
    let agent: TestAgent;
    beforeAll(async () => {
      shared = createMemoryKeyValueStore();
      house = await openChatHouse(engine, { replicas: 2, keyValues: shared });
      agent = await house.newAgent({}, { key: 'sk-demo' });
    });
    afterAll(() => house?.close());

    const turn = async (visitor: TestVisitor, more: { history?: string; replica?: number } = {}) => {
      const { status, answer, problem } = await visitor.say('When do parcels arrive?', more);
      return status === 200 ? answer?.turn : problem?.type.split('/').at(-1);
    };
    const markerOf = (visitor: TestVisitor): string => {
      const { sid } = JSON.parse(
        Buffer.from(visitor.token.split('.')[0] ?? '', 'base64url').toString('utf8'),
      ) as { sid: string };
      return `chat-turn:${agent.call.subscriptionId}:${sid}`;
    };
    const forgetMarker = (visitor: TestVisitor) => shared.delete(markerOf(visitor));
    /** As if the shared memory had been away while the newest turn was noted. */
    const missTurn = async (visitor: TestVisitor) => {
      const before = Number(await shared.get(markerOf(visitor))) - 1;
      await shared.set(markerOf(visitor), String(before), { ttlSeconds: 60 });
    };

    it('S7: twenty turns across two replicas keep the thread', async () => {
      const visitor = await house.visit(agent);
      for (let at = 1; at <= 20; at += 1) expect(await turn(visitor, { replica: at % 2 })).toBe(at);
    }, 60_000);

    it('S7: the model reads what was said before, out of the history alone', async () => {
      const visitor = await house.visit(agent);
      await visitor.say('My boat is called Petunia. When do parcels arrive?');
      house.provider.reset();
      await visitor.say('And where to?', { replica: 1 });
      const sent = house.provider.requests.find(({ method }) => method === 'POST');
      expect(JSON.stringify(sent)).toContain('Petunia');
    });

    it('S7: the history before the newest is taken once, for an answer that was lost; older ones never', async () => {
      const visitor = await house.visit(agent);
      const histories = [visitor.history];
      for (let at = 0; at < 3; at += 1) {
        await turn(visitor);
        histories.push(visitor.history);
      }
      expect(await turn(visitor, { history: histories[1] ?? '' })).toBe('chat-history-refused');
      expect(await turn(visitor, { history: histories[2] ?? '', replica: 1 })).toBe(3);
      expect(await turn(visitor, { history: histories[2] ?? '' })).toBe('chat-history-refused');
      expect(await turn(visitor, { history: histories[0] ?? '' })).toBe('chat-history-refused');
      expect(await turn(visitor)).toBe(4);
    });

    it('S7: a broken connection costs nothing: the same history is still the newest', async () => {
      const slow = await house.newAgent({}, { key: 'sk-sim.ttft=600' });
      const visitor = await house.visit(slow);
      const abort = new AbortController();
      const lost = visitor.say('When do parcels arrive?', { signal: abort.signal });
      setTimeout(() => abort.abort(), 150);
      await expect(lost).rejects.toThrow('aborted');
      await expect
        .poll(async () => (await visitor.say('When do parcels arrive?')).answer?.turn, { timeout: 5_000 })
        .toBe(1);
      expect((await visitor.say('And then?')).answer?.turn).toBe(2);
    });

    it('S7: without the marker an authentic history is believed and sets it', async () => {
      const visitor = await house.visit(agent);
      const first = visitor.history;
      await turn(visitor);
      await turn(visitor);
      await forgetMarker(visitor);
      expect(await turn(visitor)).toBe(3);
      expect(await turn(visitor, { history: first })).toBe('chat-history-refused');
    });

    it('S7: a marker that missed a turn does not cost the conversation', async () => {
      const visitor = await house.visit(agent);
      const first = visitor.history;
      await turn(visitor);
      const second = visitor.history;
      await turn(visitor);
      await missTurn(visitor);
      expect(await turn(visitor)).toBe(3);
      expect(await turn(visitor, { history: first })).toBe('chat-history-refused');
      expect(await turn(visitor, { history: second })).toBe('chat-history-refused');
    });

    it('S7: forged, edited and foreign histories are refused, with and without the marker', async () => {
      const visitor = await house.visit(agent);
      await turn(visitor);
      const own = visitor.history;
      const [number = '', sealed = ''] = own.split('.');
      const other = await house.visit(agent);
      await turn(other);
      const ofOtherAgent = await house.visit(await house.newAgent({}, { call: agent.call }));
      await ofOtherAgent.say('Hello');
      const ofOtherCompany = await house.visit(await house.newAgent());
      await ofOtherCompany.say('Hello');
      const flipped = [0, 1, 17, 20, 29, 30, Math.floor(sealed.length / 2), sealed.length - 2].map((at) => {
        const letter = sealed[at] === 'A' ? 'B' : 'A';
        return `${number}.${sealed.slice(0, at)}${letter}${sealed.slice(at + 1)}`;
      });
      const bad = [
        'x',
        '.',
        '1.',
        `0.${sealed}`,
        `2.${sealed}`,
        `01.${sealed}`,
        `-1.${sealed}`,
        `1e0.${sealed}`,
        sealed,
        `${own}A`,
        own.slice(0, -4),
        `${number}.${Buffer.from(JSON.stringify(newConversation(1, null))).toString('base64url')}`,
        other.history,
        ofOtherAgent.history,
        ofOtherCompany.history,
        ...flipped,
      ];
      for (const withMarker of [true, false]) {
        if (!withMarker) await forgetMarker(visitor);
        for (const history of bad)
          expect(await turn(visitor, { history }), history.slice(0, 40)).toBe('chat-history-refused');
      }
      expect(await turn(visitor, { history: own })).toBe(2);
    }, 30_000);

    it('S7, S128: what is sealed opens for its own subscription, agent, session and turn alone, and never twice the same', async () => {
      const box = house.services[0]?.conversations;
      const place = {
        subscriptionId: agent.call.subscriptionId,
        aiAgentId: agent.agent.id,
        sessionId: 'one',
        turn: 3,
      };
      const seal = () => box?.seal(Transient.of('words'), place);
      const [sealed, again] = [await seal(), await seal()];
      if (box === undefined || sealed === undefined || again === undefined) throw new Error('no box');
      const opens = (one: Partial<typeof place>): Promise<boolean> =>
        box.open(sealed, { ...place, ...one }).then(
          (text) => text.measure((words) => words === 'words'),
          () => false,
        );
      expect(await opens({})).toBe(true);
      const other = await house.newAgent();
      for (const wrong of [
        { subscriptionId: other.call.subscriptionId },
        { aiAgentId: other.agent.id },
        { sessionId: 'two' },
        { turn: 2 },
      ])
        expect(await opens(wrong), JSON.stringify(wrong)).toBe(false);
      expect(Transient.all([sealed, again]).measure(([one, two]) => one === two)).toBe(false);
    });

    it('S7: a conversation ends when the visitor ends it, whatever history is sent afterwards', async () => {
      const visitor = await house.visit(agent);
      await turn(visitor);
      const before = visitor.history;
      expect(await visitor.post('end', { history: before })).toMatchObject({ status: 200 });
      expect(await turn(visitor)).toBe('chat-history-refused');
    });

    it('S7: no word of a conversation, and nothing sealed of it, is in the shared memory or the log', async () => {
      const stored = new Map<string, string>();
      const watched: KeyValueStore = {
        ...shared,
        get: (key) => shared.get(key),
        set: (key, value, options) => (stored.set(key, value), shared.set(key, value, options)),
        setIfAbsent: (key, value, options) => (
          stored.set(key, value),
          shared.setIfAbsent(key, value, options)
        ),
      };
      const own = await openChatHouse(engine, { keyValues: watched });
      try {
        const visitor = await own.visit(await own.newAgent());
        own.provider.answerWith(modelAnswer({ answer: 'Parcels arrive within three days, KANARIE-2 [1].' }));
        await visitor.say('KANARIE-1 asks: when do parcels arrive?');
        await visitor.say('Can I talk to a human about KANARIE-3?');
        await own.ledger.flush();
        expect([...stored.entries()].map(([key, value]) => `${key}=${value}`).join('\n')).not.toMatch(
          /KANARIE/,
        );
        for (const [key, value] of stored) expect(value, key).toMatch(/^(?:1|\d{1,3}r?|ended)$/);
        const log = own.log.join('\n');
        expect(log).not.toContain('KANARIE');
        const sealed = visitor.history.split('.')[1] ?? '';
        expect(log).not.toContain(sealed.slice(40, 80));
      } finally {
        await own.close();
      }
    });
  });
}
