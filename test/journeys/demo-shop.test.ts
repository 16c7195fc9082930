import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newChatVisitor } from '../support/chat-visitor.ts';
import { shopFurnished } from '../support/demo-shop.ts';
import { openHouse, type House } from '../support/house.ts';

// What `npm start` shows: the shop's agent and the sidebar, fed from the same knowledge.
describe('the demo shop', () => {
  let house: House;
  let key: string;

  beforeAll(async () => {
    house = await openHouse({ shop: true });
    key = await shopFurnished(house);
  }, 90_000);
  afterAll(() => house?.close());

  /** By language: a file, a Confluence page, an article; each with a fact that stands nowhere else. */
  const asked: readonly (readonly [locale: string, question: string, fact: string, title: string])[] = [
    [
      'en',
      'What are the opening hours of the store in Hamburg?',
      'Thursdays until 21:00',
      'store-hamburg.html',
    ],
    ['en', 'What does waterproofing a tent cost?', '€39', 'Repair workshop'],
    ['en', 'How long can I return something?', '30 days', 'Returns and refunds'],
    ['de', 'Wann verfallen meine Clubpunkte?', '24 Monate', 'brookline-club.md'],
    ['de', 'Was kostet die Geschenkverpackung?', '4,50 €', 'Geschenkverpackung'],
    ['de', 'Wann kommt mein Geld bei einer Rückgabe?', '5-7 Werktagen', 'Rückgabe und Erstattung'],
    ['es', '¿Cuántas horas alumbra la linterna Ember 300?', '9 horas', 'ember-300-manual.docx'],
    ['es', '¿Cuánto cuesta lavar un saco de dormir?', '29 €', 'Taller de reparación'],
    ['es', '¿Cuánto tiempo tengo para devolver un artículo?', '30 días', 'Devoluciones y reembolsos'],
  ];
  it.each(asked)('answers in %s: %s', async (locale, question, fact, title) => {
    const visitor = await newChatVisitor(house.serverUrl, { key, origin: house.shopUrl, locale });
    const { answer } = await visitor.say(house.serverUrl, question);
    expect(answer).toMatchObject({ action: 'answer', language: locale, reason: null });
    expect(answer?.text).toContain(fact);
    expect(answer?.sources.map((source) => source.title)).toEqual([title]);
  });

  it.each([
    ['en', 'Do you sell kayaks in Australia?'],
    ['de', 'Verkauft ihr Kajaks?'],
    ['es', '¿Venden kayaks?'],
    // Of the copilot alone: no visitor is told what is for the company's own eyes.
    ['en', 'When is the shipping label printed at the warehouse, at which time UTC?'],
  ])('in %s it knows nothing of this, and offers a person: %s', async (locale, question) => {
    const visitor = await newChatVisitor(house.serverUrl, { key, origin: house.shopUrl, locale });
    const { answer } = await visitor.say(house.serverUrl, question);
    expect(answer?.text).not.toContain('14:40');
    if (question.includes('label')) return;
    expect(answer).toMatchObject({ reason: 'not-known', offersPerson: true, sources: [], language: locale });
  });

  it('the sidebar cites the same knowledge, and the notes that visitors never see', async () => {
    const ticketAbout = async (subject: string, text: string): Promise<number> =>
      (
        (await house.sandbox('zendesk', 'POST', 'tickets', {
          subject,
          requester: { name: 'Nora Lind', email: 'nora.lind@example.com' },
          comments: [{ html: `<p>${text}</p>` }],
        })) as { id: number }
      ).id;
    const cited = async (
      feature: 'suggest-reply' | 'ask',
      ticketId: number,
      more: object,
    ): Promise<string> => {
      const token = await house.signIn(ticketId);
      const { status, events } = await house.run(feature, { ticketId, ...more }, { token });
      expect(status).toBe(200);
      return JSON.stringify(events.filter(({ type }) => ['sources', 'citation', 'output'].includes(type)));
    };
    const points = await ticketAbout('Club points', 'When do my club points expire?');
    expect(await cited('suggest-reply', points, {})).toMatch(/brookline-club\.md.*24 months/s);
    const address = await ticketAbout(
      'Label printed?',
      'Until when can an address be changed after the order?',
    );
    expect(await cited('ask', address, { question: 'Until when can an address be changed?' })).toMatch(
      /warehouse-notes\.txt.*"internal":true.*14:40/s,
    );
    // What is asked counts, also when the ticket is about something else.
    expect(await cited('ask', points, { question: 'Until when can an address be changed?' })).toMatch(
      /warehouse-notes\.txt.*14:40/s,
    );
  });
});
