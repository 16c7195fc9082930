import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHouse, type House } from '../support/house.ts';
import { openBrowser, screenshotFolder, takePicture, whyNoBrowser } from './visitor.ts';

/** A browser on a busy machine takes longer than the usual second. */
const patient = { timeout: 15_000 };
const email = 'lead@example.com';
const password = 'violet kettle seventeen';
const guide = `# Shipping

Parcels to Germany arrive within three working days. Express parcels arrive the next day.

# Returns

Lanterns can be returned free of charge within 30 days of delivery.
`;

const missing = whyNoBrowser();

// One lead from the invitation to the statistics, in a real browser.
describe.skipIf(missing !== undefined)('the console', () => {
  let house: House;
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  const collect = (of: Page): void => {
    of.on('console', (message) => {
      // The browser notes each refusal of the server; those of a sign-in are the point of a test.
      const isRefusal = /the server responded with a status of (?:401|409|422)/.test(message.text());
      if (message.type() === 'error' && !isRefusal) errors.push(message.text());
    });
    of.on('pageerror', (error) => errors.push(String(error)));
  };
  const faults = async (): Promise<unknown> => {
    // A colour on its way to another is nobody's to read yet.
    await page.evaluate(async () => {
      const changes = document.getAnimations().filter((one) => one instanceof CSSTransition);
      await Promise.all(changes.map(({ finished }) => finished.catch(() => undefined)));
    });
    const { violations } = await new AxeBuilder({ page }).analyze();
    return violations.map(({ id, nodes }) => [
      id,
      nodes.map(({ target, html }) => `${target.join(' ')}: ${html}`),
    ]);
  };
  /** The whole page, in every look, without faults. */
  const looked = async (name: string): Promise<void> => {
    await page.setViewportSize({ width: 1280, height: 900 });
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await takeWhole(`console-${name}-${scheme}`);
      expect(await faults(), `${name} ${scheme}`).toEqual([]);
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 390, height: 844 });
    await takeWhole(`console-${name}-narrow`);
    const [content, frame] = await page
      .locator('html')
      .evaluate((node) => [node.scrollWidth, node.clientWidth]);
    expect(content, `${name} is wider than a phone`).toBe(frame);
    await page.setViewportSize({ width: 1280, height: 900 });
  };
  const takeWhole = async (name: string): Promise<void> => {
    const { width } = page.viewportSize() ?? { width: 1280 };
    const height = await page.locator('html').evaluate((node) => node.scrollHeight);
    await page.setViewportSize({ width, height: Math.min(4_000, Math.max(844, height)) });
    await takePicture(page, name);
  };
  const tab = (name: string) =>
    page.getByRole('navigation', { name: 'Parts of the AI agent' }).getByRole('link', { name, exact: true });
  const button = (name: string | RegExp) => page.getByRole('button', { name });

  beforeAll(async () => {
    [house, browser] = await Promise.all([openHouse(), openBrowser()]);
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      locale: 'en-US',
      reducedMotion: 'reduce',
    });
    page = await context.newPage();
    collect(page);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([browser?.close(), house?.close()]);
    process.stdout.write(`\nScreenshots: ${screenshotFolder}\n`);
  });

  it('takes an invitation up, keeps its token out of the address, and signs in', async () => {
    const invited = await house.control('person-invite', { email, role: 'admin' });
    expect(invited.ok, invited.message).toBe(true);
    const link = /https?:\S+#invite=\S+/.exec((await house.mailTo(email)).text)?.[0] ?? '';
    await page.goto(link);
    await page.getByLabel('New password').fill(password);
    expect(page.url()).not.toContain('invite=');
    await button('Set password').click();
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await button('Sign in').click();
    await page.getByRole('alert').waitFor(patient);
    await looked('sign-in');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await button('Sign in').click();
    await page.getByRole('heading', { name: 'No AI agent yet' }).waitFor(patient);
    await looked('empty');
  });

  it('stays signed in when the page is loaded again, by a cookie that no script reads', async () => {
    await page.reload();
    await page.getByRole('heading', { name: 'No AI agent yet' }).waitFor(patient);
    expect(await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length])).toEqual([
      '',
      0,
      0,
    ]);
  });

  it('creates an AI agent, says which fields are wrong, saves a version and publishes it', async () => {
    await page.getByLabel('Name', { exact: true }).fill('Lantern helper');
    await button('Create').click();
    await page.getByRole('heading', { name: 'Lantern helper' }).waitFor(patient);
    await page.getByLabel('Pages that may show it').fill('www.example.com');
    await button('Save as a new version').click();
    await page.getByText('Each needs https://').waitFor(patient);
    await page.getByLabel('Pages that may show it').fill('https://www.example.com');
    await page.getByLabel('Greeting').fill('Hello, I am the lantern helper.');
    await page.getByLabel('Questions to begin with').fill('How long does shipping take?');
    await page.getByLabel('People are there at certain hours only').check();
    await page.getByLabel('Time zone').fill('Europe/Berlin');
    await button('Save as a new version').click();
    await page.getByText('Version 2 is saved.').first().waitFor(patient);
    await button('Publish version 2').click();
    await page.getByText('Answers', { exact: true }).first().waitFor(patient);
    await looked('settings');
  });

  it('shows that somebody else saved meanwhile, and loads their version', async () => {
    const other = await page.context().newPage();
    collect(other);
    await other.goto(page.url());
    await other.getByLabel('Greeting').fill('Hello from the other page.');
    await other.getByRole('button', { name: 'Save as a new version' }).click();
    await other.getByText('Version 3 is saved.').first().waitFor(patient);
    await other.close();
    await page.getByLabel('Greeting').fill('Mine.');
    await button('Save as a new version').click();
    await page.getByText('Somebody saved another version just now').first().waitFor(patient);
    await page.reload();
    await expect
      .poll(() => page.getByLabel('Greeting').inputValue(), patient)
      .toBe('Hello from the other page.');
  });

  it('uploads files with plain refusals, adds snippets, and names the sources there are', async () => {
    await tab('Knowledge').click();
    await page.getByRole('heading', { name: 'It knows nothing yet' }).waitFor(patient);
    await button('Add').click();
    await button('Upload files').waitFor(patient);
    await page.locator('input[type=file]').setInputFiles([
      { name: 'shipping.md', mimeType: 'text/markdown', buffer: Buffer.from(guide) },
      { name: 'picture.pdf', mimeType: 'application/pdf', buffer: Buffer.from('no pdf at all') },
    ]);
    await page.getByText('shipping.md').first().waitFor(patient);
    await page.getByText('picture.pdf').waitFor(patient);
    await page.getByRole('alert').first().waitFor(patient);
    await page.getByLabel('Kind').selectOption('snippets');
    await button('Add').click();
    await button('Add a snippet').click();
    await page.getByLabel('Title').fill('Gift cards');
    await page.getByLabel('Text', { exact: true }).fill('Gift cards are valid for three years.');
    await button('Save').click();
    await page.getByText('Gift cards are valid').waitFor(patient);
    await page.getByLabel('Kind').selectOption('web');
    await button('Add').click();
    await page.getByText('Name at least one page or sitemap').waitFor(patient);
    await looked('knowledge');
  });

  it('tries it with passages, scores and the prompt, and by keyboard', async () => {
    await tab('Try').click();
    await page.getByLabel('Message of a visitor').fill('How long do parcels to Germany take?');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Passages found' }).waitFor(patient);
    await page.getByText('Above the floor').waitFor(patient);
    await page.getByText('Cited, quote found').first().waitFor(patient);
    await page.getByText('Demo model').waitFor(patient);
    await page.getByText('Prompt', { exact: true }).click();
    await page.getByText('You are an AI agent that answers visitors').waitFor(patient);
    await page.locator('.passage summary').first().click();
    await page.getByText('Express parcels arrive the next day').first().waitFor(patient);
    await looked('try');
    await page.getByLabel('Message of a visitor').fill('Do you sell submarines?');
    await button('Send').click();
    await page.getByText('Does not know', { exact: true }).waitFor(patient);
  });

  it('saves questions and asks them all, with what failed and why', async () => {
    await tab('Questions').click();
    const save = async (question: string, contains: string) => {
      await page.getByLabel('Question', { exact: true }).fill(question);
      await page.getByLabel('Must contain', { exact: true }).fill(contains);
      await button('Save').click();
      await page.locator('li strong', { hasText: question }).waitFor(patient);
    };
    await save('How long do parcels to Germany take?', 'three working days');
    await save('Can lanterns be returned free of charge?', 'sixty years');
    await button('Ask all 2').click();
    await page.getByText('1 passed').waitFor({ timeout: 30_000 });
    await page.getByText('Words are missing.').waitFor(patient);
    await looked('questions');
  });

  it('shows numbers, and the snippet with the pages it works on', async () => {
    await tab('Statistics').click();
    await page.getByRole('heading', { name: 'No conversation yet' }).waitFor(patient);
    await tab('Your site').click();
    await page.getByText('data-agent').waitFor(patient);
    await page.getByText('https://www.example.com').waitFor(patient);
    await looked('site');
  });

  it('stops all AI agents and lets them go on', async () => {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').click();
    await button('Stop all AI agents').click();
    await page.getByText('All AI agents are stopped').waitFor(patient);
    await looked('stopped');
    await button('Let them go on').click();
    await button('Stop all AI agents').waitFor(patient);
  });

  it('speaks German, whole', async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'de-DE' });
    const german = await context.newPage();
    collect(german);
    await german.goto(`${house.serverUrl}/console`);
    await german.getByLabel('E-Mail-Adresse').fill(email);
    await german.getByLabel('Passwort', { exact: true }).fill(password);
    await german.getByRole('button', { name: 'Anmelden' }).click();
    await german.getByRole('link', { name: 'Lantern helper' }).click();
    await german.getByRole('button', { name: 'Als neue Version speichern' }).waitFor(patient);
    const before = page;
    page = german;
    await takeWhole('console-german-narrow');
    expect(await faults()).toEqual([]);
    page = before;
    await context.close();
  });

  it('ends the session', async () => {
    await button('Sign out').click();
    await page.getByLabel('E-mail address').waitFor(patient);
    await page.reload();
    await page.getByLabel('E-mail address').waitFor(patient);
    expect(errors).toEqual([]);
  });
});
