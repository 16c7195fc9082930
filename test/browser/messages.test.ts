import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openHouse, type House } from '../support/house.ts';
import { openBrowser, visit, whyNoBrowser, type Visitor } from './visitor.ts';

/** A browser on a busy machine takes longer than the usual second. */
const patient = { timeout: 10_000 };
/** Long enough for a message to arrive and be acted on. */
const settleMs = 300;

// `JSON.parse` takes the last ones, and making text or a number of them throws.
const malformed = [
  null,
  7,
  {},
  '',
  '{"',
  'null',
  '[]',
  '{"key":{"toString":1,"valueOf":1}}',
  '{"id":{"toString":1,"valueOf":1}}',
  '{"id":1,"request":{"toString":1,"valueOf":1},"params":null}',
];

const missing = whyNoBrowser();

// Messages between the desk and the sidebar in a real browser, with a stranger's page that wants to have a say.
describe.skipIf(missing !== undefined)('a page that sends messages it has no right to', () => {
  let house: House;
  let browser: Browser;
  let stranger: Server;
  let strangerUrl: string;

  beforeAll(async () => {
    stranger = createServer((_request, response) =>
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(
          '<!doctype html><title>Stranger</title><script>window.heard = []; addEventListener("message", (event) => heard.push(event.data))</script>',
        ),
    );
    await new Promise<void>((done) => stranger.listen(0, '127.0.0.1', done));
    strangerUrl = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/`;
    [house, browser] = await Promise.all([openHouse(), openBrowser()]);
  });
  afterAll(async () => {
    stranger.close();
    await Promise.all([browser?.close(), house?.close()]);
  });

  const come = async (): Promise<Visitor> => {
    const visitor = await visit(browser, house.zendeskUrl);
    onTestFinished(() => visitor.leave());
    return visitor;
  };
  const sidebarFrame = (page: Page) =>
    page.frames().find((frame) => new URL(frame.url()).pathname.startsWith('/sidebar'));
  const guidOf = (page: Page): string =>
    new URL(sidebarFrame(page)?.url() ?? '').searchParams.get('app_guid') ?? '';
  const write = (appGuid: string): string =>
    JSON.stringify({ id: 1, request: 'set', params: { 'ticket.comment.text': 'forged' }, appGuid });
  const darken = (appGuid: string): string =>
    JSON.stringify({ key: 'zaf.colorScheme.changed', message: 'dark', appGuid });
  const schemeOf = (page: Page): Promise<string | undefined> =>
    page
      .frameLocator('.app-frame')
      .locator('html')
      .evaluate((node) => node.dataset['scheme']);
  const errorsOf = (page: Page): string[] => {
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    return errors;
  };

  it('S94: an opener of another origin is heard neither by the desk nor by the sidebar', async () => {
    const { page: opener } = await come();
    await opener.goto(strangerUrl);
    const [desk] = await Promise.all([
      opener.waitForEvent('popup'),
      opener.evaluate(
        (url) => void Object.assign(window, { victim: open(url) }),
        `${house.zendeskUrl}/agent/tickets/1001`,
      ),
    ]);
    const errors = errorsOf(desk);
    await desk.frameLocator('.app-frame').locator('h1').waitFor();
    await expect.poll(() => schemeOf(desk), patient).toBe('light');
    const appGuid = guidOf(desk);
    expect(appGuid).not.toBe('');
    const sent = await opener.evaluate(
      (frames) => {
        const { victim } = window as unknown as { victim: Window };
        for (const frame of frames) {
          victim.postMessage(frame, '*');
          for (let index = 0; index < victim.length; index += 1) victim[index]?.postMessage(frame, '*');
        }
        return victim.length;
      },
      [write(appGuid), darken(appGuid), ...malformed],
    );
    // The desk has the one frame, and a stranger's page can reach it.
    expect(sent).toBe(1);
    await desk.waitForTimeout(settleMs);
    expect(await desk.locator('.editor').innerText()).toBe('');
    expect(await schemeOf(desk)).toBe('light');
    expect(await opener.evaluate('window.heard')).toEqual([]);
    await desk.getByLabel('Theme').selectOption('dark');
    await expect.poll(() => schemeOf(desk), patient).toBe('dark');
    expect(errors).toEqual([]);
  });

  it('S94: malformed messages between desk and sidebar change nothing and break nothing', async () => {
    const visitor = await come();
    const { page } = visitor;
    await visitor.openTicket(1001);
    const errors = errorsOf(page);
    const frame = sidebarFrame(page);
    const appGuid = guidOf(page);
    await page.evaluate((texts) => texts.forEach((text) => frames[0]?.postMessage(text, '*')), malformed);
    await frame?.evaluate(
      ([texts, guid]) =>
        texts.forEach((text) => {
          parent.postMessage(text, '*');
          // Under the sidebar's own name as well, so that the desk looks inside.
          if (typeof text === 'string' && text.startsWith('{"') && text.endsWith('}'))
            parent.postMessage(text.replace('{', `{"appGuid":"${guid}",`), '*');
        }),
      [malformed, appGuid] as const,
    );
    await page.waitForTimeout(settleMs);
    expect(errors).toEqual([]);
    await page.getByLabel('Theme').selectOption('dark');
    await expect.poll(() => schemeOf(page), patient).toBe('dark');
    expect(visitor.errors).toEqual([]);
  });

  it('S94: what the frame was navigated to is neither heard nor told anything', async () => {
    const visitor = await come();
    const { page, composer } = visitor;
    await visitor.openTicket(1001);
    const frame = sidebarFrame(page);
    const appGuid = guidOf(page);
    await frame?.goto(strangerUrl);
    await frame?.evaluate((text) => parent.postMessage(text, '*'), write(appGuid));
    await page.getByLabel('Theme').selectOption('dark');
    await composer.fill('typed by the agent');
    await page.waitForTimeout(settleMs);
    expect(await composer.innerText()).toBe('typed by the agent');
    expect(await frame?.evaluate('window.heard')).toEqual([]);
  });

  it('S94: the sidebar opened by a stranger’s page does not speak to it', async () => {
    const { page: opener } = await come();
    await opener.goto(strangerUrl);
    const origin = new URL(strangerUrl).origin;
    const [sidebar] = await Promise.all([
      opener.waitForEvent('popup'),
      opener.evaluate(
        (url) => void Object.assign(window, { victim: open(url) }),
        `${house.serverUrl}/sidebar?origin=${encodeURIComponent(origin)}&app_guid=g1`,
      ),
    ]);
    await sidebar.waitForLoadState();
    await opener.evaluate(
      (text) => (window as unknown as { victim: Window }).victim.postMessage(text, '*'),
      JSON.stringify({ key: 'zaf.app.registered', message: { context: { ticketId: 1001 } } }),
    );
    await sidebar.waitForTimeout(settleMs);
    expect(await opener.evaluate('window.heard')).toEqual([]);
    expect(await sidebar.locator('body').innerText()).not.toContain('BL-10437');
  });
});
