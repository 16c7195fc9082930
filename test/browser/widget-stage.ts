import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { AiAgentSettings, type AiAgent } from '../../src/contract/ai-agents.ts';
import type { Lead } from './lead.ts';
import { collectErrors, takePicture } from './visitor.ts';

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

export const knowledge = [
  {
    title: 'Shipping',
    text: 'Parcels arrive within three working days. Express parcels arrive on the next working day and cost 9 euros.',
  },
  {
    title: 'Returns',
    text: 'You can return a lantern within 30 days. The return is free. Send it back in its box with the return label from your account.',
  },
] as const;

/** An AI agent that is published and knows two things. */
export async function seedAgent(
  lead: Lead,
  settings: Partial<AiAgentSettings>,
  name = 'Harbor assistant',
): Promise<AiAgent & { readonly snippet: string }> {
  const made = (await lead.send('POST', '/v1/ai-agents', {
    name,
    settings: AiAgentSettings.parse(settings),
  })) as unknown as AiAgent;
  const source = await lead.send('POST', '/v1/knowledge/sources', {
    aiAgentId: made.id,
    inCopilot: false,
    internal: false,
    name: 'Typed',
    settings: { kind: 'snippets' },
  });
  for (const snippet of knowledge)
    await lead.send('POST', `/v1/knowledge/sources/${String(source['id'])}/snippets`, snippet);
  const agent = (await lead.send(
    'POST',
    `/v1/ai-agents/${made.id}/versions/1/publish`,
  )) as unknown as AiAgent;
  const { html } = await lead.send('GET', `/v1/ai-agents/${made.id}/snippet`);
  return { ...agent, snippet: String(html) };
}

/** The snippet as the console gives it. */
export const snippetFor = (serverUrl: string, { widgetKey }: AiAgent, attributes = ''): string =>
  `<script async src="${serverUrl}/widget/loader.js" data-agent="${widgetKey}"${attributes}></script>`;

export interface GuestOptions {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  readonly locale?: string;
  /** Before the page is opened. */
  readonly prepare?: (context: BrowserContext) => Promise<unknown>;
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
  await options.prepare?.(context);
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
