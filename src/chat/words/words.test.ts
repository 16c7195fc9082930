import { describe, expect, it } from 'vitest';
import { createPromiseGuard, withoutPromises } from './false-promises.ts';
import { fixedTexts, spokenLanguages } from './fixed-texts.ts';
import { plainWish } from './visitor-wishes.ts';

const never = (): boolean => false;

describe('promises nobody would keep', () => {
  const promising: readonly (readonly [language: string, sentence: string, promised: string])[] = [
    ['en', 'I’ll transfer you to a colleague now.', 'transfer'],
    ['en', 'A member of our team will get back to you shortly.', 'transfer'],
    ['en', 'I have issued a refund for your order.', 'refund'],
    ['en', 'We will call you back tomorrow.', 'callback'],
    ['en', "I've sent you an e-mail with the details.", 'email'],
    ['de', 'Ich verbinde Sie jetzt mit einem Kollegen.', 'transfer'],
    ['de', 'Ein Mitarbeiter meldet sich bei Ihnen.', 'transfer'],
    ['de', 'Ich habe Ihnen den Betrag zurückerstattet.', 'refund'],
    ['de', 'Wir rufen Sie morgen zurück, wir werden Sie anrufen.', 'callback'],
    ['fr', 'Je vais vous rembourser la commande.', 'refund'],
    ['fr', 'Je vous transfère à un conseiller.', 'transfer'],
    ['es', 'Voy a transferirle con un agente.', 'transfer'],
    ['es', 'He cancelado su pedido.', 'refund'],
    ['it', 'Ho rimborsato il Suo ordine.', 'refund'],
    ['nl', 'Ik heb uw bestelling geannuleerd en annuleer het.', 'refund'],
    ['pt', 'Vou encaminhar a sua conversa.', 'transfer'],
  ];
  it.each(promising)('%s: %s', (language, sentence, promised) => {
    const { text, promised: found } = withoutPromises(`Parcels take 3 days. ${sentence}`, language, never);
    expect([...found]).toContain(promised);
    expect(text).toBe('Parcels take 3 days.');
  });

  const honest: readonly (readonly [string, string])[] = [
    ['en', 'You can return the lamp within 30 days.'],
    ['en', 'Would you like to talk to a person?'],
    ['en', 'I can’t issue a refund.'],
    ['en', 'Hold the button for ten seconds.'],
    ['de', 'Möchten Sie mit einem Menschen sprechen?'],
    ['de', 'Das Paket kommt in drei Tagen.'],
    ['fr', 'Le retour est gratuit pendant 30 jours.'],
  ];
  it.each(honest)('%s: leaves alone: %s', (language, sentence) => {
    expect(withoutPromises(sentence, language, never)).toEqual({ text: sentence, promised: new Set() });
  });

  it('leaves what a source carries: it is the company that says so', () => {
    const policy = 'We will refund you within 14 days [1].';
    expect(withoutPromises(policy, 'en', (sentence) => sentence.includes('[1]')).text).toBe(policy);
    expect(withoutPromises(policy, 'en', never).text).toBe('');
  });

  it('are not shown while they arrive, nor what follows them', () => {
    const guard = createPromiseGuard();
    const said = 'Parcels take 3 days. I have refunded your order. Bye.'.split(/(?<= )/);
    const shown = said.map((delta) => guard.push(delta)).join('');
    expect(shown).toBe('Parcels take 3 days. I have ');
  });
});

describe('what takes no model to understand', () => {
  it.each([
    ['Hi there!', 'hello'],
    ['Guten Tag', 'hello'],
    ['Vielen Dank!', 'thanks'],
    ['bye', 'goodbye'],
    ['Can I talk to a human?', 'person'],
    ['I want to speak with a real agent now', 'person'],
    ['Ich möchte mit einem Menschen sprechen', 'person'],
    ['Je veux parler à une personne', 'person'],
    ['Quiero hablar con una persona', 'person'],
    ['I don’t want to talk to a human', undefined],
    ['Hello, where is my parcel?', undefined],
    ['Do your agents speak German?', undefined],
    ['', undefined],
  ])('%s', (text, wish) => expect(plainWish(text)).toBe(wish));
});

it('the product speaks every language in the same texts, and English to everybody else', () => {
  const names = Object.keys(fixedTexts('en'));
  for (const language of spokenLanguages) {
    const texts = fixedTexts(language);
    expect(Object.keys(texts)).toEqual(names);
    for (const text of Object.values(texts)) expect(text.length).toBeGreaterThan(5);
    // What it says itself is no promise of the kind it takes back from models, but for what it has done.
    for (const name of ['notKnown', 'cannotAnswer', 'turnLimit', 'offerPerson', 'hello'] as const)
      expect(withoutPromises(texts[name], language, never).promised.size, `${language} ${name}`).toBe(0);
  }
  expect(fixedTexts('de-AT')).toBe(fixedTexts('de'));
  expect(fixedTexts('zz')).toBe(fixedTexts('en'));
});
