import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import type { AiAgent, AiAgentSettings } from '../../src/contract/ai-agents.ts';
import type { HandOffState } from '../../src/contract/chat.ts';
import {
  modelAnswer,
  openChatHouse,
  passage,
  type ChatHouse,
  type TestAgent,
} from '../support/chat-house.ts';
import { engines } from '../support/database.ts';
import { collectErrors, openBrowser, takePicture } from './visitor.ts';

/** A customer's site: another site than ours to the browser, though on the same machine. */
export interface CustomerSite {
  readonly origin: string;
  /** What stands in the page; the snippet unless told. */
  html: string;
  /** Of its own, as strict as a careful customer's. */
  policy: string | undefined;
  close(): Promise<void>;
}

export async function openSite(host = 'shop.localhost'): Promise<CustomerSite> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    if (site.policy !== undefined) response.setHeader('content-security-policy', site.policy);
    response.end(site.html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  const site: CustomerSite = {
    origin: `http://${host}:${port}`,
    html: '',
    policy: undefined,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return site;
}

/** A page of a shop with the snippet in it. */
export const shopPage = (snippet: string, language = 'en'): string =>
  `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Harbor Lanterns</title></head>
<body><main><h1>Harbor Lanterns</h1><p>Lanterns for boats and porches, made to be repaired.</p><p><a href="/next">Next page</a> <button type="button">Add to basket</button></p></main>
${snippet}</body></html>`;

/** The snippet as the console gives it. */
export const snippetFor = (serverUrl: string, { widgetKey }: AiAgent, attributes = ''): string =>
  `<script async src="${serverUrl}/widget/loader.js" data-agent="${widgetKey}"${attributes}></script>`;

export interface GuestOptions {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  readonly locale?: string;
}

/** Somebody on the customer's site. */
export interface Guest {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly launcher: Locator;
  readonly panel: Locator;
  /** The conversation. */
  readonly chat: FrameLocator;
  readonly errors: string[];
  open(): Promise<void>;
  say(text: string): Promise<void>;
  /** The newest answer's bubble, once there are as many answers. */
  answer(count: number): Promise<string>;
  picture(name: string): Promise<void>;
  faults(): Promise<readonly (readonly [string, readonly string[]])[]>;
}

export async function comeToSite(browser: Browser, url: string, options: GuestOptions = {}): Promise<Guest> {
  const { width = 1100, height = 800, scheme = 'light', locale = 'en-GB' } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    locale,
  });
  const page = await context.newPage();
  const errors = collectErrors(page);
  await page.goto(url);
  const launcher = page.locator('[data-indesk] .launcher');
  const panel = page.locator('[data-indesk] .panel');
  const chat = panel.frameLocator('iframe');
  const guest: Guest = {
    context,
    page,
    launcher,
    panel,
    chat,
    errors,
    open: async () => {
      await launcher.click();
      await chat.locator('textarea').waitFor();
    },
    say: async (text) => {
      await chat.locator('textarea').fill(text);
      await chat.locator('textarea').press('Enter');
    },
    answer: async (count) => {
      // The greeting is the first.
      const bubble = chat.locator('.messages > .of-agent:not([hidden]) .bubble').nth(count);
      await bubble.waitFor({ timeout: 20_000 });
      await chat.locator('.scroller[aria-busy=false]').waitFor({ timeout: 30_000 });
      return bubble.innerText();
    },
    picture: (name) => takePicture(page, `widget-${name}`),
    faults: async () => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      return violations.map(
        ({ id, nodes }) => [id, nodes.map(({ target, html }) => `${target.join(' > ')}: ${html}`)] as const,
      );
    },
  };
  return guest;
}

// PostgreSQL is there sooner than the embedded database.
const engine = engines.findLast(({ available }) => available);

export const shipping = passage(
  'Parcels arrive within three days. Express parcels arrive on the next working day and cost 9 euros.',
  { title: 'Shipping and delivery times', url: 'https://help.harbor.example/articles/shipping' },
);
export const returns = passage('You can return a lantern within 30 days, and the return is free.', {
  title: 'returns-policy-2026-final.pdf',
});

/** What a model answers that cites both passages. */
export const cited = (answer: string): string =>
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

export interface ComeOptions extends GuestOptions {
  /** Another name of the same site. */
  readonly origin?: string;
  /** Of the page. */
  readonly language?: string;
  /** On the script tag. */
  readonly attributes?: string;
}

/** The widget's real pages on a page of another site; the simulated provider says what each test needs. */
export interface WidgetStage {
  readonly house: ChatHouse;
  readonly site: CustomerSite;
  /** What becomes of the next calls for a person. */
  readonly outcomes: HandOffState[];
  /** Of each call for a person: whether the company has said who the visitor is. */
  readonly named: boolean[];
  publish(settings?: Partial<AiAgentSettings>): Promise<TestAgent>;
  /** Somebody comes to the page; the test lets them go. */
  come(agent: TestAgent, options?: ComeOptions): Promise<Guest>;
  reset(): void;
  close(): Promise<void>;
}

export async function openWidgetStage(): Promise<WidgetStage> {
  if (engine === undefined) throw new Error('There is no database to test with');
  const outcomes: HandOffState[] = [];
  const named: boolean[] = [];
  const [house, browser, site] = await Promise.all([
    openChatHouse(engine, {
      change: () => ({
        handOver: async (_call, { conversation }) => {
          named.push(conversation.measure(({ visitor }) => visitor?.subject === 'customer-7'));
          return { state: outcomes.shift() ?? 'unavailable', ticketId: null };
        },
      }),
    }),
    openBrowser(),
    openSite(),
  ]);
  return {
    house,
    site,
    outcomes,
    named,
    async publish(settings = {}) {
      const made = await house.newAgent({ ...shopSettings, allowedOrigins: [site.origin], ...settings });
      house.passages.set(made.agent.id, [shipping, returns]);
      return made;
    },
    come({ agent }, { language = 'en', attributes = '', origin = site.origin, ...options } = {}) {
      site.html = shopPage(snippetFor(house.urls[0] ?? '', agent, attributes), language);
      return comeToSite(browser, origin, options);
    },
    reset() {
      house.provider.reset();
      outcomes.length = 0;
      named.length = 0;
      site.policy = undefined;
    },
    close: async () => {
      await Promise.all([browser.close(), house.close(), site.close()]);
    },
  };
}
