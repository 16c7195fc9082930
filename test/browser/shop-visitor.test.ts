import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { chatTickets, deskUser, shopFurnished } from '../support/demo-shop.ts';
import { openHouse, type House } from '../support/house.ts';
import { openBrowser, takePicture, whyNoBrowser } from './visitor.ts';
import { comeToSite, type Guest, type GuestOptions } from './widget-stage.ts';

const patient = { timeout: 15_000 };
const missing = whyNoBrowser();

/** What is asked in one language: of a file, a Confluence page and an article, each with a fact that stands nowhere else. */
interface Questions {
  readonly language: 'en' | 'de' | 'es';
  readonly path: string;
  readonly file: readonly [question: string, fact: string, title: string];
  readonly page: readonly [question: string, fact: string, title: string];
  readonly article: readonly [question: string, fact: string, title: string];
  readonly guest: GuestOptions;
}

const conversations: readonly Questions[] = [
  {
    language: 'en',
    path: '/en/',
    file: ['When do my club points expire?', '24 months', 'brookline-club.md'],
    page: ['How much does gift wrapping cost?', '€4.50', 'Gift wrapping'],
    article: ['How long can I return something?', '30 days', 'Returns and refunds'],
    guest: { width: 1280, height: 860 },
  },
  {
    language: 'de',
    path: '/de/ember-300',
    file: ['Wie lange leuchtet die Laterne Ember 300?', '9 Stunden', 'ember-300-manual.docx'],
    page: ['Was kostet das Imprägnieren eines Zelts?', '39 €', 'Reparaturwerkstatt'],
    article: ['Wann kommt mein Geld bei einer Rückgabe?', '5-7 Werktagen', 'Rückgabe und Erstattung'],
    guest: { width: 1280, height: 860, scheme: 'dark', locale: 'de-DE' },
  },
  {
    language: 'es',
    path: '/es/delivery',
    file: ['¿Puedo lavar la tienda en la lavadora?', 'nunca en la lavadora', 'ridgeline-2-manual.pdf'],
    page: ['¿Cuánto cuesta alquilar una tienda?', '12 €', 'Alquilar una tienda'],
    article: ['¿La garantía cubre las cremalleras?', 'dos años', 'Garantía de dos años'],
    guest: { width: 390, height: 780, locale: 'es-ES' },
  },
];

// The demo as `npm start` serves it: the shop's own site, the widget in it, the server, the demo model, the help desk.
describe.skipIf(missing !== undefined)('a visitor of the demo shop', () => {
  let house: House;
  let browser: Browser;

  beforeAll(async () => {
    [house, browser] = await Promise.all([openHouse({ shop: true }), openBrowser()]);
    await shopFurnished(house);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await house?.close();
  });

  const come = async (path: string, options: GuestOptions = {}): Promise<Guest> => {
    const guest = await comeToSite(browser, `${house.shopUrl}${path}`, options);
    onTestFinished(() => guest.context.close());
    return guest;
  };
  /** The titles of the sources under the newest answer, and the hosts of those that are pages. */
  const newestSources = (guest: Guest): Promise<string> =>
    guest.chat.locator('.messages > .of-agent:not([hidden])').last().locator('.sources').innerText(patient);

  it.each(conversations)(
    'gets cited answers from a file, a page and an article in $language',
    async (asked) => {
      const guest = await come(asked.path, asked.guest);
      await guest.launcher.waitFor(patient);
      await takePicture(guest.page, `shop-${asked.language}`);
      expect(await guest.faults()).toEqual([]);
      await guest.open();
      const { file, page, article } = asked;
      for (const [at, [question, fact, title]] of [file, page, article].entries()) {
        await guest.say(question);
        expect(await guest.answer(at + 1), question).toContain(fact);
        expect(await newestSources(guest), question).toContain(title);
      }
      await guest.chat.locator('.source summary').last().click();
      expect(await guest.chat.locator('.source blockquote').last().innerText()).not.toBe('');
      expect(await guest.faults()).toEqual([]);
      await takePicture(guest.page, `shop-chat-${asked.language}`);
      expect(guest.errors).toEqual([]);
    },
  );

  it('goes on after a reload, is offered a person for what nobody knows, and reaches the desk', async () => {
    const before = (await chatTickets(house)).map(({ id }) => id);
    const guest = await come('/en/ridgeline-2', { width: 1280, height: 860 });
    await guest.open();
    await guest.say('Can I rent a tent?');
    expect(await guest.answer(1)).toContain('€12');

    await guest.say('How much is a new pole for my tent?');
    // In the middle: the page goes while the answer is on its way.
    await guest.page.reload();
    await guest.launcher.waitFor(patient);
    if ((await guest.launcher.getAttribute('aria-expanded')) !== 'true') await guest.launcher.click();
    expect(await guest.answer(2)).toContain('$19');
    expect(await guest.chat.locator('.messages').innerText()).toContain('Can I rent a tent?');

    await guest.page.goto(`${house.shopUrl}/en/contact`);
    await guest.launcher.waitFor(patient);
    if ((await guest.launcher.getAttribute('aria-expanded')) !== 'true') await guest.launcher.click();
    await guest.say('Do you sell kayaks in Australia?');
    expect(await guest.answer(3)).toContain('I don’t know that');
    const person = guest.chat.getByRole('button', { name: 'Talk to a person' });
    await expect.poll(() => person.isEnabled(), patient).toBe(true);
    await takePicture(guest.page, 'shop-not-known');

    await person.click();
    const form = guest.chat.locator('form.contact');
    await form.waitFor(patient);
    await takePicture(guest.page, 'shop-contact');
    await form.getByLabel('Name').fill('Ines Marin');
    await form.getByLabel('E-mail address').fill('ines.marin@example.com');
    await form.getByRole('button', { name: 'Ask a person to reply' }).click();
    await guest.chat.locator('.state.done').waitFor(patient);
    await takePicture(guest.page, 'shop-handed-off');
    expect(await guest.faults()).toEqual([]);

    const made = (await chatTickets(house)).filter(({ id }) => !before.includes(id));
    expect(made).toHaveLength(1);
    const [ticket] = made;
    if (ticket === undefined) return;
    expect(ticket.external_id).toMatch(/^indesk-chat:/);
    expect(ticket.group_id).toBe(701);
    expect(ticket.tags).toEqual(expect.arrayContaining(['indesk_ai_agent', 'indesk_handed_off']));
    expect(await deskUser(house, ticket.requester_id)).toMatchObject({
      name: 'Ines Marin',
      email: 'ines.marin@example.com',
    });
    const written = ticket.comments.map(({ html_body }) => html_body).join('\n');
    const asked = [
      'Can I rent a tent?',
      'How much is a new pole for my tent?',
      'Do you sell kayaks in Australia?',
    ];
    // The transcript: every turn once, although one was sent twice.
    for (const said of asked) expect(written.split(`<br>${said}</p>`).length - 1, said).toBe(1);
    expect(written).toContain('[1] spare-parts.csv');
    // The summary: what was answered and what is open.
    const [summary = ''] = /<strong>Summary<\/strong>.*?<\/p>/s.exec(written) ?? [];
    expect(summary).toContain('How much is a new pole for my tent? → A single pole section');
    expect(summary).toContain('Do you sell kayaks in Australia? → ?');

    await guest.say('I would need two of them.');
    await guest.answer(5);
    await expect
      .poll(async () => {
        const [now] = (await chatTickets(house)).filter(({ id }) => id === ticket.id);
        return now?.comments.at(-1)?.html_body ?? '';
      }, patient)
      .toContain('two of them');
    expect((await chatTickets(house)).filter(({ id }) => !before.includes(id))).toHaveLength(1);
    // The browser notes the refusal of what was sent again while the turn of the page before was still being ended.
    const isBusy = (text: string): boolean => /status of 409 .*\/turns\)$/.test(text);
    expect(guest.errors.filter((text) => !isBusy(text))).toEqual([]);
    await guest.page.goto(`${house.zendeskUrl}/agent/tickets/${ticket.id}`);
    await guest.page.getByText('A visitor waits for a person.').first().waitFor(patient);
    await takePicture(guest.page, 'shop-ticket');
  });
});
