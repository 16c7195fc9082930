import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type FrameLocator,
  type Locator,
  type Page,
} from 'playwright-core';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const sidebarPath = '/sidebar';
const longestStreamMs = 30_000;

/** Where the pictures of a run are kept. */
export const screenshotFolder = join(import.meta.dirname, '../../dist/screenshots');

/** Why no visitor can come, or undefined; on a build server a missing browser is an error. */
export function whyNoBrowser(): string | undefined {
  if (existsSync(executablePath)) return undefined;
  const reason = `there is no Chromium at ${executablePath} (CHROMIUM_PATH names another place)`;
  if (process.env['CI'] === 'true') throw new Error(`The browser tests cannot run: ${reason}`);
  process.stderr.write(`\nSkipped: the scripted visitor, because ${reason}.\n\n`);
  return reason;
}

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });

// The desk frames the app as Zendesk does; Chromium warns of that pair of sandbox words each time.
const harmless = /allow-scripts and allow-same-origin for its sandbox attribute/;

export interface VisitOptions {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  /** What the desk remembers of an earlier visit. */
  readonly preferences?: { readonly language?: 'en' | 'de' | 'ar'; readonly appWidth?: number };
}

/** One person at the desk, with a browser profile of their own. */
export interface Visitor {
  readonly page: Page;
  /** The sidebar in its frame. */
  readonly sidebar: FrameLocator;
  /** Where the customer's answer is written. */
  readonly composer: Locator;
  openTicket(ticketId: number): Promise<void>;
  /** Waits for the end of the summary. */
  summaryDone(): Promise<void>;
  /** A part of the sidebar by its heading. */
  card(title: string): Locator;
  picture(name: string): Promise<void>;
  /** What axe finds in the whole page, the sidebar's frame with it: the rule and the elements. */
  accessibilityFaults(): Promise<readonly (readonly [string, readonly string[]])[]>;
  /** Errors of the console, content security violations with them, and of scripts. */
  readonly errors: string[];
  leave(): Promise<void>;
}

/** Lets a visitor come to the desk at `deskUrl`. */
export async function visit(browser: Browser, deskUrl: string, options: VisitOptions = {}): Promise<Visitor> {
  const { width = 1440, height = 1000, scheme = 'light', preferences = {} } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  await context.addInitScript((stored) => {
    if (localStorage.getItem('brookline-desk') === null) localStorage.setItem('brookline-desk', stored);
  }, JSON.stringify(preferences));
  const page = await context.newPage();
  const errors = collectErrors(page);
  const sidebar = page.frameLocator('.app-frame');
  const card = (title: string): Locator =>
    sidebar.locator('section.card').filter({ has: page.getByRole('heading', { name: title, exact: true }) });
  return {
    page,
    sidebar,
    errors,
    card,
    composer: page.locator('.editor'),
    openTicket: async (ticketId) => {
      await page.goto(`${deskUrl}/agent/tickets/${ticketId}`);
      await sidebar.locator('h1').waitFor();
    },
    summaryDone: async () => {
      await sidebar.locator('.row').first().waitFor({ timeout: longestStreamMs });
      await sidebar
        .locator('section.card[aria-busy=false] .summary-body dl')
        .waitFor({ timeout: longestStreamMs });
    },
    picture: (name) => takePicture(page, name),
    accessibilityFaults: () => findFaults(page),
    leave: () => leave(context),
  };
}

/** Errors of the console, content security violations with them, and of scripts. */
export function collectErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('console', (message) => {
    const text = message.text();
    const isRefusal = /content security policy|refused to/i.test(text);
    if ((message.type() === 'error' || isRefusal) && !harmless.test(text))
      errors.push(`${text} (${message.location().url})`);
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  return errors;
}

/** Keeps a picture of what is seen now. */
export async function takePicture(page: Page, name: string): Promise<void> {
  // A frame of another origin paints by itself; its latest change has to be on the screen first.
  for (const frame of page.frames())
    await frame.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50))),
    );
  mkdirSync(screenshotFolder, { recursive: true });
  await page.screenshot({ path: join(screenshotFolder, `${name}.png`), animations: 'disabled' });
}

async function findFaults(page: Page): Promise<readonly (readonly [string, readonly string[]])[]> {
  const frame = page.frames().find((one) => new URL(one.url()).pathname.startsWith(sidebarPath));
  if (frame === undefined) throw new Error('The sidebar has no frame to look into');
  const { violations, passes } = await new AxeBuilder({ page }).analyze();
  // An unreachable frame would pass every rule, so a target inside it has to be among those looked at.
  if (!passes.some(({ nodes }) => nodes.some(({ target }) => target.length > 1)))
    throw new Error('axe did not look into the sidebar');
  return violations.map(
    ({ id, nodes }) => [id, nodes.map(({ target, html }) => `${target.join(' > ')}: ${html}`)] as const,
  );
}

async function leave(context: BrowserContext): Promise<void> {
  await context.close();
}
