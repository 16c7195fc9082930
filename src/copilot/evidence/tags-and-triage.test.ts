import { describe, expect, it } from 'vitest';
import { detectLanguage } from './language.ts';
import { trainTagger } from './tags.ts';
import { trainTriage } from './triage.ts';

const invoices = [
  'the invoice is wrong',
  'I need my invoice again',
  'invoice with another address',
  'no invoice came',
];
const parcels = [
  'the parcel is late',
  'where is my parcel',
  'the parcel was damaged',
  'parcel without content',
];
const texts = [
  ...invoices.map((text) => ({ text, tags: ['billing'] })),
  ...parcels.map((text) => ({ text, tags: ['shipping'] })),
  { text: 'the invoice in the parcel is wrong', tags: ['billing', 'shipping'] },
  { text: 'the parcel and the invoice are missing', tags: ['billing', 'shipping'] },
  { text: 'a singular question on the moon', tags: ['moon'] },
];

describe('tags from tagged texts', () => {
  const tagger = trainTagger(texts);

  it('suggests each tag that fits, with the texts that carry it', () => {
    const billing = tagger.suggest('my invoice is not right');
    expect(billing.map(({ tag }) => tag)).toEqual(['billing']);
    for (const index of billing[0]?.carriers ?? []) expect(texts[index]?.tags).toContain('billing');
    expect(billing[0]?.carriers).toHaveLength(3);
    expect(
      tagger
        .suggest('the invoice and the parcel')
        .map(({ tag }) => tag)
        .toSorted(),
    ).toEqual(['billing', 'shipping']);
  });

  it('suggests nothing that one text alone carries, and nothing without a reason', () => {
    expect(tagger.suggest('a singular question on the moon').map(({ tag }) => tag)).not.toContain('moon');
    expect(tagger.suggest('')).toEqual([]);
    expect(trainTagger([]).suggest('the invoice')).toEqual([]);
  });
});

describe('fields from triaged tickets', () => {
  const tickets = [
    ...invoices.map((text) => ({ subject: 'Invoice', text, fields: { group: 'Accounts', priority: 'low' } })),
    ...parcels.map((text) => ({
      subject: 'Parcel',
      text,
      fields: { group: 'Logistics', priority: 'high', carrier: 'post' },
    })),
  ];
  const triage = trainTriage(tickets);

  it('predicts every field the tickets have, each with a certainty, a band and tickets of that value', () => {
    const found = triage.predict({ subject: 'Invoice', text: 'I cannot find the invoice' });
    expect(found.map(({ field, value }) => [field, value])).toEqual([
      ['carrier', 'post'],
      ['group', 'Accounts'],
      ['priority', 'low'],
    ]);
    for (const { field, value, certainty, band, evidence } of found) {
      expect(band).toBe(certainty >= 0.8 ? 'sure' : certainty >= 0.5 ? 'likely' : 'unsure');
      expect(certainty).toBeGreaterThan(0);
      expect(certainty).toBeLessThan(1);
      for (const index of evidence) expect(tickets[index]?.fields).toMatchObject({ [field]: value });
    }
    expect(found[1]?.evidence).toHaveLength(3);
  });

  it('names the values between which it cannot tell, and none where it can', () => {
    const open = trainTriage(
      [...parcels, ...parcels, ...parcels, ...parcels].map((text, at) => ({
        subject: 'Parcel',
        text,
        fields: { priority: Math.floor(at / parcels.length) % 2 === 0 ? 'high' : 'low', group: 'Logistics' },
      })),
    );
    const found = open.predict({ subject: 'Parcel', text: 'my parcel is lost' });
    const candidates = found.map(({ field, value, candidates: all }) => [
      field,
      all.map((one) => one.value),
      value,
    ]);
    const [priority] = found.filter(({ field }) => field === 'priority');
    expect(candidates).toEqual([
      ['group', [], 'Logistics'],
      ['priority', expect.arrayContaining(['high', 'low']), priority?.candidates[0]?.value],
    ]);
    for (const { evidence } of priority?.candidates ?? []) expect(evidence.length).toBeGreaterThan(0);
  });

  it('is less certain of a ticket that is like none, and predicts nothing from nothing', () => {
    const known = triage.predict({ subject: 'Parcel', text: 'the parcel is late' })[1]?.certainty ?? 0;
    const unknown = triage.predict({ subject: '', text: 'zebra' })[1]?.certainty ?? 1;
    expect(unknown).toBeLessThan(known);
    expect(trainTriage([]).predict({ subject: 'Parcel', text: '' })).toEqual([]);
  });
});

describe('the language of a text', () => {
  it.each([
    ['en', 'My order has not arrived yet, can you please help me?'],
    ['de', 'Meine Bestellung ist noch nicht da, können Sie mir bitte helfen?'],
    ['es', 'Mi pedido todavía no ha llegado, ¿me pueden ayudar?'],
    ['fr', 'Ma commande n’est pas encore arrivée, pouvez-vous m’aider ?'],
    ['hr', 'Moja narudžba još nije stigla, možete li mi pomoći?'],
    ['ja', '注文した商品がまだ届きません。助けてください。'],
    ['ar', 'لم يصل طلبي بعد، هل يمكنكم مساعدتي؟'],
  ])('%s', (language, text) => {
    expect(detectLanguage(text)).toEqual({ language, sure: true });
    expect(detectLanguage(text, ['en', 'de', 'es', 'fr', 'hr', 'ja', 'ar']).language).toBe(language);
  });

  it('chooses among the languages asked for and says nothing of numbers and links', () => {
    expect(detectLanguage('Moja narudžba još nije stigla', ['en', 'de']).sure).toBe(false);
    expect(detectLanguage('4711 https://shop.example/bestellung').language).toBeNull();
    expect(detectLanguage('', ['en']).language).toBeNull();
  });
});
