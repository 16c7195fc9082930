import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { featureNames } from '../../src/contract/copilot.ts';
import { openHouse, type House } from '../support/house.ts';
import {
  openBrowser,
  screenshotFolder,
  visit,
  whyNoBrowser,
  type VisitOptions,
  type Visitor,
} from './visitor.ts';

/** A browser on a busy machine takes longer than the usual second. */
const patient = { timeout: 10_000 };

const missing = whyNoBrowser();

// The whole product in a real browser: the desk, the sidebar in its frame, the server, the demo model.
describe.skipIf(missing !== undefined)('a visitor at the desk', () => {
  let house: House;
  let browser: Browser;

  beforeAll(async () => {
    [house, browser] = await Promise.all([openHouse(), openBrowser()]);
  });
  afterEach(() => house.sandbox('zendesk', 'DELETE', 'faults'));
  afterAll(async () => {
    await Promise.all([browser?.close(), house?.close()]);
    process.stdout.write(`\nScreenshots: ${screenshotFolder}\n`);
  });

  const come = async (options: VisitOptions = {}): Promise<Visitor> => {
    const visitor = await visit(browser, house.zendeskUrl, options);
    onTestFinished(() => visitor.leave());
    return visitor;
  };

  it('reads the summary, inserts a cited reply, improves it and goes over to dark', async () => {
    const visitor = await come();
    const { page, sidebar, composer, card } = visitor;
    await page.goto(`${house.zendeskUrl}/agent`);
    await page.locator('.tickets a').first().waitFor();
    await page.goto(`${house.zendeskUrl}/agent/tickets/1001`);
    await visitor.summaryDone();
    expect(await card('Summary').innerText()).toContain('BL-10437');
    await visitor.picture('summary');
    const all = sidebar.getByRole('button', { name: 'Show all' });
    await all.click();
    await expect.poll(() => all.count(), patient).toBe(0);
    await visitor.picture('summary-whole');
    await sidebar.getByRole('button', { name: 'Show less' }).click();

    await sidebar.getByRole('button', { name: 'Draft a reply' }).click();
    await sidebar.locator('.draft-text').waitFor();
    await visitor.picture('reply-streaming');
    const insert = sidebar.getByRole('button', { name: 'Insert' });
    await insert.waitFor({ timeout: 30_000 });
    const citation = sidebar.locator('.cite').first();
    await citation.hover();
    const quote = sidebar.locator('.quote:visible');
    await expect.poll(() => quote.innerText(), patient).not.toBe('');
    await visitor.picture('citation');
    await page.mouse.move(10, 10);
    await citation.focus();
    expect(await quote.count()).toBe(1);
    await page.keyboard.press('Escape');
    await expect.poll(() => quote.count(), patient).toBe(0);
    await insert.click();
    const confirm = sidebar.getByRole('button', { name: 'Use it anyway' });
    await sidebar.locator('.applied, .notice-warning').first().waitFor();
    if (await confirm.isVisible()) await confirm.click();
    await expect.poll(() => composer.innerText(), patient).not.toBe('');
    const reply = await composer.innerText();
    expect(reply).not.toMatch(/\[\d+\]/);
    expect(reply.length).toBeGreaterThan(80);
    await visitor.picture('reply-inserted');

    await sidebar.getByRole('button', { name: 'Improve my text' }).click();
    const own = sidebar.getByLabel('Your text');
    await expect.poll(() => own.inputValue(), patient).toContain(reply.slice(0, 30));
    await composer.fill(
      'hi ana ,  i have recieve your parcel and we sends the new lamp tomorow. sorry for that!!',
    );
    await sidebar.getByRole('button', { name: 'Take the reply' }).click();
    await expect.poll(() => own.inputValue(), patient).toContain('recieve');
    await sidebar.getByRole('button', { name: 'Fix grammar' }).click();
    const apply = sidebar.getByRole('button', { name: 'Apply', exact: true });
    await apply.waitFor({ timeout: 30_000 });
    await apply.scrollIntoViewIfNeeded();
    await visitor.picture('improve');
    await apply.click();
    await expect.poll(() => composer.innerText(), patient).not.toContain('recieve');
    expect(await visitor.accessibilityFaults()).toEqual([]);

    await page.getByLabel('Theme').selectOption('dark');
    await expect
      .poll(() => sidebar.locator('body').evaluate((node) => getComputedStyle(node).backgroundColor), patient)
      .toBe('rgb(21, 26, 30)');
    await visitor.picture('dark');
    expect(await visitor.accessibilityFaults()).toEqual([]);
    expect(visitor.errors).toEqual([]);
  });

  it('does not move what stands below the summary while it streams', async () => {
    const visitor = await come();
    await visitor.page.goto(`${house.zendeskUrl}/agent`);
    await visitor.page.getByLabel('Faults').selectOption('provider-slow');
    await visitor.page.locator('.toast').first().waitFor();
    await visitor.openTicket(1001);
    const fold = visitor.sidebar.getByRole('button', { name: 'Improve my text' });
    const summary = visitor.card('Summary');
    await fold.waitFor();
    const seen = fold.evaluate(async (node) => {
      const body = document.querySelector('section.card');
      const places = { tops: new Set<number>(), frames: 0 };
      while (body?.getAttribute('aria-busy') === 'true') {
        places.tops.add(node.getBoundingClientRect().top);
        places.frames += 1;
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      places.tops.add(node.getBoundingClientRect().top);
      return { tops: [...places.tops], frames: places.frames };
    });
    await fold.click();
    expect(await fold.getAttribute('aria-expanded')).toBe('true');
    const { tops, frames } = await seen;
    expect(frames).toBeGreaterThan(5);
    expect(tops).toHaveLength(1);
    expect(await summary.getByRole('button', { name: 'Show all' }).count()).toBe(1);
    expect(visitor.errors).toEqual([]);
  });

  it('keeps every card in its place while the others arrive', async () => {
    const visitor = await come();
    await visitor.page.addInitScript(() => {
      const places: Record<string, number[]> = {};
      Object.assign(window, { places });
      const look = (): void => {
        for (const name of ['.summary-body', '.lists', '.line-tags', '.tool-row']) {
          const top = document.querySelector(name)?.getBoundingClientRect().top;
          if (top !== undefined && places[name]?.at(-1) !== top) (places[name] ??= []).push(top);
        }
        requestAnimationFrame(look);
      };
      look();
    });
    await visitor.openTicket(1001);
    await visitor.summaryDone();
    await visitor.sidebar.locator('.macro').nth(2).waitFor(patient);
    const places = await visitor.sidebar
      .locator('body')
      .evaluate(() => (window as unknown as { places: Record<string, number[]> }).places);
    const moves = Object.entries(places).map(([name, tops]) => [name, tops.length]);
    expect(moves).toEqual([
      ['.summary-body', 1],
      ['.lists', 1],
      ['.line-tags', 1],
      ['.tool-row', 1],
    ]);
  });

  it('answers an Arabic customer from right to left', async () => {
    const visitor = await come();
    await visitor.openTicket(1081);
    await visitor.summaryDone();
    await visitor.sidebar.getByRole('button', { name: 'Draft a reply' }).click();
    await visitor.sidebar
      .getByRole('button', { name: 'Insert' })
      .or(visitor.sidebar.locator('.missing'))
      .first()
      .waitFor({ timeout: 30_000 });
    await visitor.picture('arabic-ticket');
    const texts = visitor.sidebar
      .locator('.rows dd, .draft-text')
      .filter({ hasText: /\p{Script=Arabic}{3}/u });
    expect(await texts.count()).toBeGreaterThan(0);
    expect(await texts.first().evaluate((node) => getComputedStyle(node).direction)).toBe('rtl');
    expect(visitor.errors).toEqual([]);
  });

  it('speaks German, also in a panel of 320 pixels', async () => {
    const visitor = await come({ width: 1180, preferences: { language: 'de', appWidth: 320 } });
    const { sidebar } = visitor;
    await visitor.openTicket(1001);
    await visitor.summaryDone();
    await sidebar.getByRole('button', { name: 'Antwort entwerfen' }).click();
    await sidebar.getByRole('button', { name: 'Einfügen' }).waitFor({ timeout: 30_000 });
    await visitor.picture('german-narrow');
    await sidebar.getByRole('button', { name: 'Text verbessern' }).click();
    await sidebar.locator('.modes button').last().scrollIntoViewIfNeeded();
    await visitor.picture('german-narrow-improve');
    expect(await sidebar.locator('html').getAttribute('lang')).toMatch(/^de/);
    const [content, frame] = await sidebar
      .locator('html')
      .evaluate((node) => [node.scrollWidth, node.clientWidth]);
    expect(content).toBe(frame);
    expect(frame).toBeLessThanOrEqual(320);
    expect(await visitor.accessibilityFaults()).toEqual([]);
    expect(visitor.errors).toEqual([]);
  });

  it('is told that the AI provider is down, and goes on when it is back', async () => {
    const visitor = await come();
    const { page, sidebar } = visitor;
    await page.goto(`${house.zendeskUrl}/agent`);
    await page.getByLabel('Faults').selectOption('provider-down');
    await page.locator('.toast').first().waitFor();
    await visitor.openTicket(1002);
    const notice = sidebar.locator('.notice').first();
    await notice.waitFor({ timeout: 45_000 });
    const again = notice.getByRole('button');
    await visitor.picture('provider-down');
    expect(await notice.innerText()).toMatch(/AI provider/);
    expect(await visitor.accessibilityFaults()).toEqual([]);
    await page.getByLabel('Faults').selectOption('off');
    await expect.poll(() => again.isEnabled(), { timeout: 20_000 }).toBe(true);
    await again.click();
    await visitor.summaryDone();
    expect(visitor.errors).toEqual([]);
  });

  it('sees one sentence where every feature is switched off', async () => {
    const switchAll = async (enabled: boolean): Promise<void> => {
      for (const feature of featureNames)
        expect((await house.control('feature-switch', { feature, enabled })).ok).toBe(true);
    };
    await switchAll(false);
    onTestFinished(() => switchAll(true));
    const visitor = await come({ scheme: 'dark' });
    await visitor.openTicket(1001);
    await visitor.sidebar.getByText('Every feature is switched off').waitFor();
    await visitor.picture('nothing-on-dark');
    expect(await visitor.accessibilityFaults()).toEqual([]);
    expect(visitor.errors).toEqual([]);
  });
});
