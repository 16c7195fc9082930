import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AiAgentSettings } from '../../src/contract/ai-agents.ts';
import type { TestAgent } from '../support/chat-house.ts';
import { screenshotFolder, whyNoBrowser } from './visitor.ts';
import { cited, openWidgetStage, type ComeOptions, type Guest, type WidgetStage } from './widget-stage.ts';

const missing = whyNoBrowser();
const patient = { timeout: 15_000 };

describe.skipIf(missing !== undefined)('a conversation in the widget', () => {
  let stage: WidgetStage;
  let house: WidgetStage['house'];

  beforeAll(async () => {
    stage = await openWidgetStage();
    ({ house } = stage);
  });
  afterEach(() => stage.reset());
  afterAll(async () => {
    await stage?.close();
    process.stdout.write(`\nScreenshots: ${screenshotFolder}\n`);
  });
  const publish = (settings?: Partial<AiAgentSettings>): Promise<TestAgent> => stage.publish(settings);
  const come = async (agent: TestAgent, options?: ComeOptions): Promise<Guest> => {
    const guest = await stage.come(agent, options);
    onTestFinished(() => guest.context.close());
    return guest;
  };
  const open = async (settings?: Partial<AiAgentSettings>, options?: ComeOptions): Promise<Guest> => {
    const guest = await come(await publish(settings), options);
    await guest.open();
    return guest;
  };

  // In a frame of another site, some browsers and every private window block what the frame keeps.
  it.each([
    { keeps: 'the page', host: 'shop.localhost' },
    { keeps: 'the frame', host: '127.0.0.1' },
  ])(
    'goes on after a reload in the middle of an answer, without cookies: $keeps keeps it',
    async ({ keeps, host }) => {
      const origin = stage.site.origin.replace('shop.localhost', host);
      const guest = await come(await publish({ allowedOrigins: [origin] }), { origin });
      await guest.open();
      house.provider.answerWith(cited('Parcels arrive within three days [1].'));
      await guest.say('When does my parcel arrive?');
      await guest.answer(1);
      house.provider.setFault('itl=150');
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
      house.provider.reset();
      house.provider.answerWith(cited('Parcels arrive within three days [1].'));
      await guest.say('And parcels?');
      expect(await guest.answer(3)).toContain('three days');
      expect(await guest.context.cookies()).toEqual([]);
      expect(await guest.page.evaluate(() => localStorage.length)).toBe(0);
      const kept = await guest.page.evaluate(() => JSON.stringify({ ...sessionStorage }));
      expect(kept.includes('lantern')).toBe(keeps === 'the page');
    },
  );

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
      expect(await guest.chat.locator('.of-visitor').first().innerText()).toContain('When does my parcel');
      await guest.chat.getByRole('button', { name: 'More' }).click();
      await guest.chat.getByRole('button', { name: way }).click();
      await guest.picture(way === 'Start over' ? 'start-over' : 'end');
      expect(await guest.faults()).toEqual([]);
      await sure.getByRole('button', { name: way === 'Start over' ? way : 'End', exact: true }).click();
      if (way === 'Start over')
        await expect.poll(() => guest.chat.locator('.of-visitor').count(), patient).toBe(0);
      else await guest.chat.getByText('This conversation has ended.').waitFor();
      const kept = await guest.page.evaluate(() => JSON.stringify({ ...sessionStorage }));
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
    house.provider.setFault('itl=300');
    house.provider.answerWith(cited('Parcels arrive within three days [1].'));
    await guest.chat.getByRole('button', { name: 'Try again' }).click();
    await guest.chat.getByRole('button', { name: 'Stop' }).click();
    await guest.chat.getByText('You stopped the answer.').waitFor();
    house.provider.reset();
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
    expect(await guest.chat.locator('.of-visitor').first().innerText()).toContain('When does my parcel');
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
