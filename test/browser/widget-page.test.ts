import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
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

describe.skipIf(missing !== undefined)('the widget and the page it stands on', () => {
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
  const address = (): string => stage.house.urls[0] ?? '';

  it('keeps the keyboard inside while it is open, and gives the focus back', async () => {
    const guest = await come();
    const { page, chat, launcher, panel } = guest;
    await launcher.waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const field = chat.locator('textarea');
    await expect.poll(() => field.evaluate((node) => node === document.activeElement), patient).toBe(true);
    const seen = new Set<string>();
    for (let step = 0; step < 12; step += 1) {
      await page.keyboard.press('Tab');
      seen.add(
        await chat
          .locator('body')
          .evaluate(
            () =>
              document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
          ),
      );
      expect(await page.evaluate(() => document.activeElement?.hasAttribute('data-indesk'))).toBe(true);
    }
    expect([...seen]).toEqual(
      expect.arrayContaining([
        'Close chat',
        'Write a message',
        'Can I return a lantern?',
        'Talk to a person',
      ]),
    );
    stage.house.provider.answerWith(cited('Parcels arrive within three days [1].'));
    await guest.say('When does my parcel arrive?');
    await guest.answer(1);
    await chat.getByRole('button', { name: 'More' }).click();
    await page.keyboard.press('Escape');
    expect(await panel.isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'hidden' });
    expect(await page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.className)).toContain(
      'launcher',
    );
  });

  it('tells a screen reader whole sentences, once each', async () => {
    const guest = await come();
    await guest.open();
    stage.house.provider.setFault('itl=40');
    stage.house.provider.answerWith(cited('Parcels arrive **within three days** [1]. Returns are free [2].'));
    await guest.say('When does my parcel arrive?');
    await guest.answer(1);
    const live = guest.chat.locator('[aria-live=polite]');
    expect(await live.locator('p').allTextContents()).toEqual([
      'Parcels arrive within three days.',
      'Returns are free.',
    ]);
  });

  it('fills the screen of a phone and leaves the page as it was', async () => {
    const guest = await come({ width: 360, height: 640 });
    await guest.open();
    expect(await guest.panel.boundingBox()).toEqual({ x: 0, y: 0, width: 360, height: 640 });
    expect(await guest.launcher.isVisible()).toBe(false);
    const overflow = (): Promise<string> =>
      guest.page.evaluate(() => document.documentElement.style.overflow);
    expect(await overflow()).toBe('hidden');
    await guest.chat.getByRole('button', { name: 'Close chat' }).click();
    await guest.launcher.waitFor();
    expect(await overflow()).toBe('');
  });

  it('does what the page asks of it', async () => {
    const guest = await come();
    await guest.launcher.waitFor();
    await guest.page.evaluate(() => window.InDesk?.open());
    await guest.chat.locator('textarea').waitFor();
    await guest.page.evaluate(() => window.InDesk?.close());
    await guest.panel.waitFor({ state: 'hidden' });
    await talk(guest);
    await guest.page.evaluate(() => window.InDesk?.identify(null));
    await expect.poll(() => guest.chat.locator('.of-visitor').count(), patient).toBe(0);
    expect(await guest.page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain(
      '"talking":true',
    );
  });

  it('works under a policy that allows the three things it needs and nothing inline', async () => {
    const host = address();
    stage.site.policy = `default-src 'none'; script-src ${host}; connect-src ${host}; frame-src ${host}; style-src 'self'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'`;
    const guest = await come();
    await talk(guest);
    expect(guest.errors).toEqual([]);
  });

  it('stays away from a page that is not on the list', async () => {
    const warnings: string[] = [];
    const guest = await come();
    await guest.launcher.waitFor();
    guest.page.on('console', (message) => warnings.push(message.text()));
    stranger.html = stage.site.html;
    await guest.page.goto(stranger.origin);
    await expect.poll(() => warnings.join('\n'), patient).toContain('its origin is not on the list');
    expect(await guest.page.locator('[data-indesk]').count()).toBe(0);
  });

  it('knows the visitor whom the company names, and nobody by a token that was used', async () => {
    const agent = await stage.publish();
    const { widgetKey } = agent.agent;
    const response = await fetch(`${address()}/v1/ai-agents/${agent.agent.id}/identity-secret`, {
      method: 'PUT',
      headers: { 'x-subscription': agent.call.subscriptionId, 'content-type': 'application/json' },
      body: '{}',
    });
    const { secret } = (await response.json()) as { secret: string };
    const token = await new SignJWT({
      jti: randomUUID(),
      sub: 'customer-7',
      name: 'Ana',
      email: 'ana@example.com',
    })
      .setProtectedHeader({ alg: 'HS256' })
      .setAudience(widgetKey)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(Buffer.from(secret));
    const guest = await stage.come(agent, { attributes: ` data-identity="${token}"` });
    onTestFinished(() => guest.context.close());
    const warnings: string[] = [];
    guest.page.on('console', (message) => warnings.push(message.text()));
    await guest.open();
    stage.outcomes.push('done', 'done');
    await guest.chat.getByRole('button', { name: 'Talk to a person' }).click();
    await guest.answer(1);
    await guest.chat.getByRole('button', { name: 'More' }).click();
    await guest.chat.getByRole('button', { name: 'Start over' }).click();
    await guest.chat.getByRole('dialog').getByRole('button', { name: 'Start over' }).click();
    await expect.poll(() => warnings.join('\n'), patient).toContain('The identity token was refused');
    await guest.chat.getByRole('button', { name: 'Talk to a person' }).click();
    await guest.answer(1);
    expect(stage.named).toEqual([true, false]);
  });
});
