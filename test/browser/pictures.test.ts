import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openHouse, type House } from '../support/house.ts';
import { seedShop, type Seeded } from './seed-shop.ts';
import {
  openBrowser,
  screenshotFolder,
  visit,
  whyNoBrowser,
  type VisitOptions,
  type Visitor,
} from './visitor.ts';

/** A browser on a busy machine takes longer than the usual second. */
const patient = { timeout: 15_000 };
const streamed = { timeout: 30_000 };

const missing = whyNoBrowser();

const looks = [
  { name: 'light', options: { scheme: 'light' } },
  { name: 'dark', options: { scheme: 'dark' } },
  { name: 'narrow', options: { width: 1180, preferences: { appWidth: 320 } } },
  { name: 'german', options: { width: 1180, preferences: { appWidth: 320, language: 'de' } } },
  { name: 'arabic', options: { preferences: { language: 'ar' } } },
] as const satisfies readonly { name: string; options: VisitOptions }[];

// Every card in every look, for eyes and for axe.
describe.skipIf(missing !== undefined)('the cards of the sidebar', () => {
  let house: House;
  let browser: Browser;
  let seeded: Seeded;

  beforeAll(async () => {
    [house, browser] = await Promise.all([openHouse(), openBrowser()]);
    seeded = await seedShop(house);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), house?.close()]);
    process.stdout.write(`\nScreenshots: ${screenshotFolder}\n`);
  });

  const come = async (options: VisitOptions): Promise<Visitor> => {
    const visitor = await visit(browser, house.zendeskUrl, { height: 1000, ...options });
    onTestFinished(() => visitor.leave());
    return visitor;
  };
  const opened = async (visitor: Visitor, ticketId: number): Promise<void> => {
    await visitor.openTicket(ticketId);
    await visitor.summaryDone();
    await visitor.sidebar.locator('.lists').waitFor(patient);
  };
  /** The panel at its whole height. */
  const wholePicture = async (visitor: Visitor, name: string): Promise<void> => {
    const height = await visitor.sidebar.locator('.sidebar').evaluate((node) => node.scrollHeight);
    await visitor.page.setViewportSize({
      width: visitor.page.viewportSize()?.width ?? 1440,
      height: Math.max(1000, Math.ceil(height) + 120),
    });
    await visitor.picture(name);
  };

  for (const { name, options } of looks) {
    it(`are readable and without faults: ${name}`, async () => {
      const language =
        'preferences' in options && 'language' in options.preferences ? options.preferences.language : 'en';
      const visitor = await come(options);
      const { sidebar } = visitor;
      await opened(visitor, seeded.ticketId);
      await visitor.picture(`cards-${name}`);
      expect(await visitor.accessibilityFaults()).toEqual([]);
      await sidebar.locator('.risk').click();
      for (const line of await sidebar.locator('button.line').all()) await line.click();
      await sidebar.locator('.macro-name').first().click();
      await sidebar.locator('.macros .preview').waitFor(patient);
      await sidebar.locator('.evidence .answer').first().waitFor(patient);
      await sidebar.locator('.evidence .link').last().click();
      await sidebar.locator('.rehearsal').waitFor(patient);
      await sidebar.locator('.instruction textarea').first().fill('We swap the battery pack');
      await sidebar.locator('.instruction textarea').first().press('Enter');
      await sidebar.locator('.reply-body .actions').waitFor(streamed);
      await visitor
        .card(language === 'de' ? 'Antwort' : 'Reply')
        .locator('[aria-pressed]')
        .last()
        .click();
      await sidebar.locator('.feedback-why').waitFor(patient);
      await visitor.composer.fill('Thank you for your mail. We swap the battery pack within 5 days.');
      await sidebar.locator('.tool-row button').last().click();
      await sidebar.locator('.tools .actions button').first().click();
      await sidebar.locator('.tools .review').waitFor(streamed);
      await wholePicture(visitor, `cards-${name}-unfolded`);
      expect(await visitor.accessibilityFaults()).toEqual([]);
      const [content, frame] = await sidebar
        .locator('html')
        .evaluate((node) => [node.scrollWidth, node.clientWidth]);
      expect(content).toBe(frame);
      expect(visitor.errors).toEqual([]);
    });
  }

  it('say so where there is nothing', async () => {
    const visitor = await come({});
    const ticket = { subject: 'Hm', comments: [{ html: '<p>Qwzrt?</p>' }] };
    const { id } = (await house.sandbox('zendesk', 'POST', 'tickets', ticket)) as { id: number };
    await visitor.openTicket(id);
    const lists = visitor.sidebar.locator('.lists');
    for (const words of ['No macro fits.', 'None to add.', 'Nothing to change.', 'Nothing like it.', 'None.'])
      await expect.poll(() => lists.innerText(), streamed).toContain(words);
    await visitor.picture('cards-empty');
    expect(await visitor.accessibilityFaults()).toEqual([]);
    expect(visitor.errors).toEqual([]);
  });

  it('say so where our server does not answer, and go on when it does', async () => {
    const visitor = await come({});
    await visitor.page.route('**/v1/copilot/open', (route) => route.abort());
    await visitor.openTicket(seeded.ticketId);
    const notice = visitor.sidebar.locator('.notice');
    await expect.poll(() => notice.innerText(), streamed).toContain('InDesk does not answer');
    // The lists keep their places, and neither the place of the risk nor the foot of the summary stays empty.
    const lists = visitor.sidebar.locator('.lists');
    await expect.poll(() => lists.getByText('Not read.').count(), patient).toBe(5);
    expect(await lists.getByRole('button').count()).toBe(0);
    expect(await visitor.sidebar.locator('.risk-slot').count()).toBe(0);
    expect(await visitor.sidebar.locator('.summary-body').count()).toBe(0);
    await visitor.picture('cards-error');
    expect(await visitor.accessibilityFaults()).toEqual([]);
    await visitor.page.unroute('**/v1/copilot/open');
    await notice.getByRole('button').click();
    await visitor.summaryDone();
    await expect.poll(() => lists.getByText('Not read.').count(), patient).toBe(0);
    expect(await visitor.sidebar.locator('.risk-slot').count()).toBe(1);
  });
});
