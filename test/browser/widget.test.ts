import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AiAgentSettings } from '../../src/contract/ai-agents.ts';
import type { HandOffState } from '../../src/contract/chat.ts';
import {
  modelAnswer,
  openChatHouse,
  passage,
  type ChatHouse,
  type TestAgent,
} from '../support/chat-house.ts';
import { engines } from '../support/database.ts';
import { openBrowser, screenshotFolder, whyNoBrowser } from './visitor.ts';
import {
  comeToSite,
  openSite,
  shopPage,
  snippetFor,
  type CustomerSite,
  type Guest,
  type GuestOptions,
} from './widget-stage.ts';

const missing = whyNoBrowser();
const [engine] = engines;
const patient = { timeout: 15_000 };

const shipping = passage(
  'Parcels arrive within three days. Express parcels arrive on the next working day and cost 9 euros.',
  { title: 'Shipping and delivery times', url: 'https://help.harbor.example/articles/shipping' },
);
const returns = passage('You can return a lantern within 30 days, and the return is free.', {
  title: 'returns-policy-2026-final.pdf',
});
const cited = (answer: string): string =>
  modelAnswer({
    citations: [
      { source: 1, quote: 'Parcels arrive within three days' },
      { source: 2, quote: 'return a lantern within 30 days' },
    ],
    answer,
  });
const shopSettings = {
  greeting: 'Hello! Ask me about orders, shipping and returns.',
  starters: ['When does my parcel arrive?', 'Can I return a lantern?', 'What does express cost?'],
} satisfies Partial<AiAgentSettings>;

// The widget's real pages in a real browser, on a page of another site; the simulated provider says what each test needs.
describe.skipIf(missing !== undefined)('the widget', () => {
  let house: ChatHouse;
  let browser: Browser;
  let site: CustomerSite;
  /** What becomes of the next calls for a person. */
  const outcomes: HandOffState[] = [];

  beforeAll(async () => {
    if (engine === undefined) throw new Error('There is no database to test with');
    [house, browser, site] = await Promise.all([
      openChatHouse(engine, {
        change: () =>
          ({
            handOver: async () => ({ state: outcomes.shift() ?? 'unavailable', ticketId: null }),
          }) as never,
      }),
      openBrowser(),
      openSite(),
    ]);
  });
  afterEach(() => {
    house.provider.reset();
    outcomes.length = 0;
    site.policy = undefined;
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), house?.close(), site?.close()]);
    process.stdout.write(`\nScreenshots: ${screenshotFolder}\n`);
  });

  const publish = async (settings: Partial<AiAgentSettings> = {}): Promise<TestAgent> => {
    const made = await house.newAgent({ ...shopSettings, allowedOrigins: [site.origin], ...settings });
    house.passages.set(made.agent.id, [shipping, returns]);
    return made;
  };
  const come = async (
    { agent }: TestAgent,
    {
      language = 'en',
      attributes = '',
      ...options
    }: GuestOptions & { language?: string; attributes?: string } = {},
  ): Promise<Guest> => {
    site.html = shopPage(snippetFor(house.urls[0] ?? '', agent, attributes), language);
    const guest = await comeToSite(browser, site.origin, options);
    onTestFinished(() => guest.context.close());
    return guest;
  };
  const open = async (
    settings?: Partial<AiAgentSettings>,
    options?: Parameters<typeof come>[1],
  ): Promise<Guest> => {
    const guest = await come(await publish(settings), options);
    await guest.open();
    return guest;
  };

  it('opens by a click, answers sentence by sentence and shows its sources', async () => {
    const guest = await come(await publish());
    await guest.launcher.waitFor();
    await guest.picture('launcher');
    await guest.open();
    await guest.picture('empty');
    expect(await guest.chat.locator('header').innerText()).toContain('AI assistant');
    house.provider.setFault('gap=120');
    house.provider.answerWith(
      cited(
        'Parcels arrive **within three days** [1]. With express they come on the next working day.\n\n- Returns are free [2].\n- You have 30 days [2].',
      ),
    );
    await guest.say('When does my parcel arrive?');
    const growing = guest.chat.locator('.messages > .of-agent:not([hidden]) .bubble').nth(1);
    await growing.waitFor(patient);
    // Whole sentences only: never a word of the next one.
    expect(await growing.innerText()).toMatch(/[.\d]\s*$/);
    await guest.picture('streaming');
    const text = await guest.answer(1);
    expect(text).toContain('on the next working day');
    expect(await guest.chat.locator('.of-agent strong').innerText()).toBe('within three days');
    const chips = guest.chat.locator('.source summary');
    expect(await chips.allInnerTexts()).toEqual([
      expect.stringContaining('help.harbor.example'),
      expect.stringContaining('returns-policy-2026-final.pdf'),
    ]);
    await chips.first().click();
    const link = guest.chat.getByRole('link', { name: /Open page/ });
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow');
    expect(await link.getAttribute('target')).toBe('_blank');
    await guest.picture('answer');
    expect(await guest.faults()).toEqual([]);
    await guest.chat.getByRole('button', { name: 'This helped' }).click();
    await guest.chat.getByText('Thank you for telling us.').waitFor();
    expect(guest.errors).toEqual([]);
  });

  it('asks how a person can answer, keeps what was typed on an error, and says truly what became of it', async () => {
    const guest = await open();
    house.provider.answerWith(cited('Parcels arrive within three days [1].'));
    await guest.say('When does my parcel arrive?');
    await guest.answer(1);
    outcomes.push('contact-needed', 'done');
    await guest.chat.getByRole('button', { name: 'Talk to a person' }).click();
    await guest.answer(2);
    const name = guest.chat.getByLabel('Name');
    const email = guest.chat.getByLabel('E-mail address');
    await name.fill('Ana Lind');
    await email.fill('ana@');
    await guest.chat.getByRole('button', { name: 'Ask a person to reply' }).click();
    await guest.chat.getByText('Please write an e-mail address').waitFor();
    expect(await email.evaluate((node) => node === document.activeElement)).toBe(true);
    await guest.picture('contact');
    expect(await guest.faults()).toEqual([]);
    await email.fill('ana@example.com');
    await guest.page.route('**/hand-off', (route) => route.abort());
    await guest.chat.getByRole('button', { name: 'Ask a person to reply' }).click();
    await guest.chat.getByRole('alert').getByText('does not answer right now').waitFor();
    expect(await name.inputValue()).toBe('Ana Lind');
    await guest.page.unroute('**/hand-off');
    await guest.chat.getByRole('button', { name: 'Try again' }).click();
    await guest.chat.getByText('Passed on to the team').waitFor();
    expect(await guest.chat.locator('.contact').count()).toBe(0);
    expect(await guest.chat.getByRole('button', { name: 'Talk to a person' }).isVisible()).toBe(false);
    await guest.picture('handed-off');
    expect(await guest.faults()).toEqual([]);
  });

  for (const [state, words] of [
    ['pending', 'Being passed on to the team'],
    ['unavailable', 'Nobody could be reached from here'],
  ] as const)
    it(`says so when a person is ${state}`, async () => {
      const guest = await open();
      outcomes.push(state);
      await guest.chat.getByRole('button', { name: 'Talk to a person' }).click();
      await guest.chat.getByText(words).waitFor();
      await guest.picture(`person-${state}`);
      expect(await guest.faults()).toEqual([]);
    });

  it('goes on after a reload in the middle of an answer, without cookies', async () => {
    const guest = await open();
    house.provider.answerWith(cited('Parcels arrive within three days [1].'));
    await guest.say('When does my parcel arrive?');
    await guest.answer(1);
    house.provider.setFault('gap=400');
    house.provider.answerWith(
      cited('Returns are free [2]. Send the lantern back in its box within 30 days [2].'),
    );
    await guest.say('Can I return a lantern?');
    await guest.chat.locator('.messages > .of-agent:not([hidden]) .bubble').nth(2).waitFor(patient);
    await guest.page.reload();
    house.provider.setFault('');
    house.provider.answerWith(
      cited('Returns are free [2]. Send the lantern back in its box within 30 days [2].'),
    );
    // Open again by itself, with everything that stood in it, and the answer that was cut off.
    expect(await guest.answer(2)).toContain('Send the lantern back');
    const said = await guest.chat.locator('.bubble:visible').allInnerTexts();
    expect(said).toHaveLength(5);
    expect(said[3]).toBe('Can I return a lantern?');
    house.provider.answerWith(cited('Parcels arrive within three days [1].'));
    await guest.say('And parcels?');
    expect(await guest.answer(3)).toContain('three days');
    expect(await guest.context.cookies()).toEqual([]);
    expect(await guest.page.evaluate(() => localStorage.length)).toBe(0);
    expect(JSON.stringify(await guest.page.evaluate(() => ({ ...sessionStorage })))).not.toContain('lantern');
  });

  it('keeps the conversation in the page’s storage where the frame’s is blocked', async () => {
    const made = await publish();
    site.html = shopPage(snippetFor(house.urls[0] ?? '', made.agent));
    const guest = await come(made, {
      prepare: (context) =>
        context.addInitScript(() => {
          if (window !== window.parent)
            Object.defineProperty(window, 'sessionStorage', {
              get: () => {
                throw new DOMException('blocked', 'SecurityError');
              },
            });
        }),
    });
    await guest.open();
    house.provider.answerWith(cited('Parcels arrive within three days [1].'));
    await guest.say('When does my parcel arrive?');
    await guest.answer(1);
    await guest.page.reload();
    expect(await guest.answer(1)).toContain('three days');
    house.provider.answerWith(cited('Returns are free [2].'));
    await guest.say('And returns?');
    expect(await guest.answer(2)).toContain('free');
  });

  it('forgets everything when the visitor starts over, and when the conversation ends', async () => {
    const guest = await open();
    for (const way of ['Start over', 'End conversation'] as const) {
      house.provider.answerWith(cited('Parcels arrive within three days [1].'));
      await guest.say('When does my parcel arrive?');
      await guest.answer(1);
      await guest.chat.getByRole('button', { name: 'More' }).click();
      await guest.chat.getByRole('button', { name: way }).click();
      const sure = guest.chat.getByRole('dialog');
      await sure.getByRole('button', { name: 'Cancel' }).click();
      expect(await guest.chat.getByText('When does my parcel arrive?').count()).toBe(1);
      await guest.chat.getByRole('button', { name: 'More' }).click();
      await guest.chat.getByRole('button', { name: way }).click();
      await guest.picture(way === 'Start over' ? 'start-over' : 'end');
      expect(await guest.faults()).toEqual([]);
      await sure.getByRole('button', { name: way === 'Start over' ? way : 'End', exact: true }).click();
      if (way === 'Start over')
        await expect.poll(() => guest.chat.locator('.of-visitor').count(), patient).toBe(0);
      else await guest.chat.getByText('This conversation has ended.').waitFor();
      const kept = await guest.chat.locator('body').evaluate(() => JSON.stringify({ ...sessionStorage }));
      expect(kept).not.toContain('three days');
    }
    await guest.picture('ended');
    await guest.page.reload();
    await guest.chat.locator('textarea').waitFor();
    expect(await guest.chat.locator('.of-visitor').count()).toBe(0);
  });

  it('a goodbye ends the conversation, and a new one can be begun', async () => {
    const guest = await open();
    await guest.say('Goodbye!');
    await guest.chat.getByText('This conversation has ended.').waitFor();
    await guest.chat.getByRole('button', { name: 'Start a new conversation' }).click();
    house.provider.answerWith(cited('Parcels arrive within three days [1].'));
    await guest.say('When does my parcel arrive?');
    expect(await guest.answer(1)).toContain('three days');
  });

  it('says that the connection broke, and continues with the same message and history', async () => {
    const guest = await open();
    const histories: string[] = [];
    let cuts = 1;
    await guest.page.route('**/turns', async (route) => {
      histories.push((route.request().postDataJSON() as { history: string }).history);
      if (cuts-- > 0)
        return route.fulfill({
          contentType: 'text/event-stream',
          body: 'data: {"type":"started","requestId":"1","demo":false}\n\ndata: {"type":"text-delta","text":"Parcels arrive. With ex"}\n\n',
        });
      return route.continue();
    });
    house.provider.answerWith(cited('Parcels arrive within three days [1].'));
    await guest.say('When does my parcel arrive?');
    await guest.chat.getByRole('alert').getByText('The connection broke.').waitFor();
    await guest.picture('broken');
    expect(await guest.faults()).toEqual([]);
    await guest.chat.getByRole('button', { name: 'Continue' }).click();
    expect(await guest.answer(1)).toContain('three days');
    expect(histories).toHaveLength(2);
    expect(histories[0]).toBe(histories[1]);
    expect(await guest.chat.locator('.of-visitor').count()).toBe(1);
  });

  it('says that it is offline, waits out a limit, stops, and goes on each time', async () => {
    const guest = await open();
    await guest.context.setOffline(true);
    await guest.say('When does my parcel arrive?');
    await guest.chat.getByText('You are offline. Your message is kept here.').waitFor();
    await guest.picture('offline');
    await guest.context.setOffline(false);
    house.provider.setFault('gap=600');
    house.provider.answerWith(cited('Parcels arrive within three days [1].'));
    await guest.chat.getByRole('button', { name: 'Try again' }).click();
    await guest.chat.getByRole('button', { name: 'Stop' }).click();
    await guest.chat.getByText('You stopped the answer.').waitFor();
    house.provider.setFault('');
    let limited = true;
    await guest.page.route('**/turns', (route) => {
      if (!limited) return route.continue();
      limited = false;
      return route.fulfill({
        status: 429,
        contentType: 'application/problem+json',
        body: JSON.stringify({ type: '/problems/rate-limited', status: 429, retryAfterSeconds: 2 }),
      });
    });
    await guest.say('And returns?');
    await guest.chat.getByText('That was a lot at once. Please wait 2 s.').waitFor();
    const again = guest.chat.getByRole('button', { name: 'Try again' });
    expect(await again.isDisabled()).toBe(true);
    await guest.picture('limited');
    house.provider.answerWith(cited('Returns are free [2].'));
    await again.click({ timeout: 10_000 });
    expect(await guest.answer(1)).toContain('free');
  });

  it('renews a session that is over, and begins anew under the old words when the history is refused', async () => {
    const guest = await open();
    house.provider.answerWith(cited('Parcels arrive within three days [1].'));
    await guest.say('When does my parcel arrive?');
    await guest.answer(1);
    let over = true;
    await guest.page.route('**/turns', (route) => {
      const problem = over ? 'chat-session-over' : 'chat-history-refused';
      const status = over ? 401 : 409;
      over = false;
      return route.fulfill({
        status,
        contentType: 'application/problem+json',
        body: JSON.stringify({ type: `/problems/${problem}`, status }),
      });
    });
    await guest.say('And returns?');
    await guest.chat.getByText('went on in another window').waitFor();
    expect(over).toBe(false);
    await guest.page.unroute('**/turns');
    house.provider.answerWith(cited('Returns are free [2].'));
    await guest.chat.getByRole('button', { name: 'Start a new conversation' }).click();
    expect(await guest.answer(2)).toContain('free');
    await guest.chat.getByText('A new conversation begins here.').waitFor();
    expect(await guest.chat.getByText('When does my parcel arrive?').count()).toBe(1);
    await guest.picture('anew');
    expect(await guest.faults()).toEqual([]);
  });

  it('S109: shows the limits of a message and of a conversation, and takes no more than they allow', async () => {
    const guest = await open({ turnLimit: 2 });
    const field = guest.chat.locator('textarea');
    await field.fill('lantern '.repeat(501));
    await guest.chat.getByText('4,007 of 4,000 characters').waitFor();
    expect(await guest.chat.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
    await field.press('Enter');
    expect(await guest.chat.locator('.of-visitor').count()).toBe(0);
    await guest.picture('too-long');
    for (const turn of [1, 2]) {
      house.provider.answerWith(cited('Parcels arrive within three days [1].'));
      await guest.say('When does my parcel arrive?');
      await guest.answer(turn);
    }
    await guest.chat.getByText('This conversation has reached its limit.').waitFor();
    expect(await field.isVisible()).toBe(false);
    expect(await guest.chat.getByRole('button', { name: 'Talk to a person' }).isVisible()).toBe(true);
    await guest.picture('turn-limit');
    expect(await guest.faults()).toEqual([]);
  });

  it('refuses files kindly, pasted or dropped', async () => {
    const guest = await open();
    for (const kind of ['paste', 'drop'] as const) {
      await guest.chat.locator('textarea').evaluate((node, type) => {
        const data = new DataTransfer();
        data.items.add(new File(['x'], 'receipt.png', { type: 'image/png' }));
        const init = { bubbles: true, cancelable: true };
        const event =
          type === 'paste'
            ? new ClipboardEvent('paste', { ...init, clipboardData: data })
            : new DragEvent('drop', { ...init, dataTransfer: data });
        if (node.dispatchEvent(event)) throw new Error(`the ${type} was let through`);
      }, kind);
      await guest.chat.getByText('Files can’t be sent here.').waitFor();
    }
    await guest.picture('files');
  });
});
