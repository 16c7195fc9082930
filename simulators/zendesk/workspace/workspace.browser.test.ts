import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startDeskTestServer } from './desk-test-server.ts';
import type { DeskTestServer } from './desk-test-server.ts';
import { APP_PAGE } from './zaf-test-app.ts';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** A browser on a busy machine takes longer than the usual second. */
const patient = { timeout: 10_000 };

type Posted = { readonly method: string; readonly url: string; readonly body: string };
type AppFrame = {
  id: number;
  result: { errors: Record<string, { message: string; path: string }> } & Record<string, unknown>;
};

describe.skipIf(!existsSync(CHROMIUM))('the agent workspace in Chromium', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let desk: DeskTestServer;
  let appServer: Server;
  const posted: Posted[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    appServer = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        posted.push({ method: request.method ?? '', url: request.url ?? '', body });
        response.setHeader('Content-Type', 'text/html; charset=utf-8');
        response.end(APP_PAGE);
      });
    });
    await new Promise<void>((resolve) => appServer.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(async () => {
    posted.length = 0;
    const address = appServer.address();
    if (address === null || typeof address === 'string') throw new Error('The app server has no port');
    desk = await startDeskTestServer(`http://127.0.0.1:${address.port}/sidebar`);
    context = await browser.newContext({ viewport: { width: 1400, height: 860 }, colorScheme: 'dark' });
    page = await context.newPage();
  });
  afterEach(async () => {
    await context.close();
    await desk.close();
  });
  afterAll(async () => {
    await browser.close();
    appServer.closeAllConnections();
    await new Promise((resolve) => appServer.close(resolve));
  });

  const openTicket = async (id: number): Promise<Frame> => {
    await page.goto(`${desk.origin}/agent/tickets/${id}`);
    return runningApp(id);
  };
  const runningApp = async (ticketId: number): Promise<Frame> => {
    await expect
      .poll(async () => {
        const frame = page.frames().find((candidate) => candidate.url().includes('/sidebar'));
        return frame?.evaluate('app.registered?.context.ticketId').catch(() => null);
      }, patient)
      .toBe(ticketId);
    const frame = page.frames().find((candidate) => candidate.url().includes('/sidebar'));
    if (frame === undefined) throw new Error('The app frame went away');
    return frame;
  };
  const ask = (frame: Frame, request: string, params: unknown): Promise<AppFrame> =>
    frame.evaluate(`app.ask(${JSON.stringify(request)}, ${JSON.stringify(params)})`);
  const eventKeys = (frame: Frame): Promise<string[]> =>
    frame.evaluate('app.events.map((event) => event.key)');
  const editor = () => page.locator('.editor');

  it('posts the signed token into the frame and registers the app', async () => {
    const frame = await openTicket(101);
    const first = posted[0];
    expect(first?.method).toBe('POST');
    expect(first?.body).toBe('token=signed-101-11');
    const query = new URL(first?.url ?? '', 'http://app').searchParams;
    expect(query.get('origin')).toBe(desk.origin);
    expect(query.get('colorScheme')).toBe('dark');
    const guid = query.get('app_guid');
    expect(guid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(await frame.evaluate('app.registered')).toMatchObject({
      context: {
        instanceGuid: guid,
        product: 'support',
        account: { subdomain: 'brookline' },
        location: 'ticket_sidebar',
        ticketId: 101,
      },
      metadata: { appId: 1, installationId: 1, settings: {} },
    });
    expect(await eventKeys(frame)).toEqual(['zaf.app.registered', 'zaf.app.activated']);
  });

  it('answers get with values and puts unknown paths into errors', async () => {
    const frame = await openTicket(101);
    const paths = [
      'ticket.id',
      'ticket.priority',
      'ticket.tags',
      'ticket.requester',
      'ticket.assignee.user',
      'ticket.customField:custom_field_302',
      'currentUser',
      'currentAccount',
      'colorScheme',
      'ticket.conversation',
      'ticket.comments',
      'ticket.nothing',
      '__proto__',
    ];
    const { result } = await ask(frame, 'get', paths);
    expect(result).toMatchObject({
      'ticket.id': 101,
      'ticket.priority': 'urgent',
      'ticket.tags': ['vip', 'lamps', 'missing_part'],
      'ticket.requester': { id: 21, name: 'Ana Sousa' },
      'ticket.assignee.user': { id: 11 },
      'ticket.customField:custom_field_302': '4711',
      currentUser: { id: 11, role: 'admin', locale: 'en-US', groups: [{ id: 4 }] },
      currentAccount: { subdomain: 'brookline' },
      colorScheme: 'dark',
    });
    const conversation = result['ticket.conversation'] as {
      channel: { name: string };
      author: { role: string };
    }[];
    expect(conversation.map((item) => [item.author.role, item.channel.name])).toEqual([
      ['end-user', 'email'],
      ['agent', 'internal'],
      ['agent', 'email'],
      ['end-user', 'email'],
    ]);
    expect((result['ticket.comments'] as { id: number }[])[0]?.id).toBe(1004);
    expect(result.errors['ticket.nothing']?.message).toContain('ticket.nothing');
  });

  it('lets the app write, replace and shape the draft and change fields, and refuses bad values', async () => {
    const frame = await openTicket(101);
    for (const event of ['ticket.comment.text.changed', 'ticket.priority.changed', 'ticket.tags.changed']) {
      await frame.evaluate(`app.follow(${JSON.stringify(event)}, 1)`);
    }
    await ask(frame, 'invoke', { 'ticket.comment.appendText': ['Hello <Ana>'] });
    expect(await editor().innerText()).toBe('Hello <Ana>');
    await ask(frame, 'set', { 'ticket.comment.text': '<p>New <b>text</b><img src=x onerror=alert(1)></p>' });
    expect(await editor().innerHTML()).toBe('<p>New <b>text</b></p>');
    await ask(frame, 'invoke', { 'ticket.comment.appendMarkdown': ['- one\n- **two**'] });
    expect(await editor().locator('li').allInnerTexts()).toEqual(['one', 'two']);
    await ask(frame, 'set', { 'ticket.comment.type': 'internalNote', 'ticket.priority': 'low' });
    await ask(frame, 'invoke', { 'ticket.tags.add': ['refund', 'vip'] });
    await ask(frame, 'invoke', { 'ticket.tags.remove': ['lamps'] });
    expect(await page.locator('[data-type=internalNote]').getAttribute('aria-pressed')).toBe('true');
    expect(await page.locator('#field-priority').inputValue()).toBe('low');
    expect(await page.locator('.chip bdi').allInnerTexts()).toEqual(['vip', 'missing_part', 'refund']);
    const refused = await ask(frame, 'set', { 'ticket.priority': 'enormous' });
    expect(refused.result.errors['ticket.priority']?.message).toContain('enormous');
    const keys = await eventKeys(frame);
    expect(keys.filter((key) => key === 'zaf.ticket.comment.text.changed')).toHaveLength(3);
    expect(keys.filter((key) => key === 'zaf.ticket.priority.changed')).toHaveLength(1);
    expect(keys.filter((key) => key === 'zaf.ticket.tags.changed')).toHaveLength(2);
    expect(keys).not.toContain('zaf.ticket.comment.type.changed');
    expect(desk.updates).toEqual([]);
  });

  it('inserts at the cursor, applies a macro, resizes, notifies and unsubscribes', async () => {
    const frame = await openTicket(101);
    await editor().click();
    await page.keyboard.type('ab');
    await page.keyboard.press('ArrowLeft');
    await ask(frame, 'invoke', { 'ticket.editor.insert': ['-'] });
    expect(await editor().innerText()).toBe('a-b');
    await frame.evaluate(`app.follow('ticket.status.changed', 1)`);
    await frame.evaluate(`app.follow('ticket.status.changed', 0)`);
    await ask(frame, 'invoke', { macro: [61] });
    expect(await editor().innerText()).toContain('your refund is on its way');
    expect(await page.locator('.submit .primary').first().innerText()).toBe('Submit as Solved');
    expect(await eventKeys(frame)).not.toContain('zaf.ticket.status.changed');
    for (const height of ['1500px', 1700]) {
      await ask(frame, 'invoke', { resize: [{ width: '100%', height }] });
      expect((await page.locator('.app-frame').boundingBox())?.height).toBe(
        Number.parseInt(String(height), 10),
      );
    }
    await ask(frame, 'invoke', { notify: ['All <b>good</b>', 'notice'] });
    expect(await page.getByRole('status').filter({ hasText: 'All good' }).count()).toBe(1);
  });

  it('lets an app undo a macro by setting back what it read before', async () => {
    const frame = await openTicket(101);
    await editor().fill('My own words');
    const paths = ['ticket.status', 'ticket.tags', 'ticket.comment.text', 'ticket.comment.type'];
    const read = async () => (await ask(frame, 'get', paths)).result;
    const { errors: _none, ...before } = await read();
    await ask(frame, 'invoke', { macro: [61] });
    expect(await editor().innerText()).toContain('your refund is on its way');
    expect((await read())['ticket.status']).toBe('solved');
    await ask(frame, 'set', before);
    expect(await editor().innerText()).toBe('My own words');
    expect(await read()).toMatchObject(before);
    expect(desk.updates).toEqual([]);
  });

  it('keeps the ticket unsaved when the app vetoes, and saves when it agrees', async () => {
    const frame = await openTicket(101);
    await frame.evaluate(`app.follow('ticket.save', 1)`);
    await frame.evaluate(`app.follow('ticket.conversation.changed', 1)`);
    await frame.evaluate(`app.replyWith = 'a source is internal'`);
    await editor().fill('Your shade is on its way.');
    await page.locator('.submit .primary').first().click();
    await page.getByRole('alert').filter({ hasText: 'a source is internal' }).waitFor();
    expect(desk.updates).toEqual([]);
    expect(await editor().innerText()).toBe('Your shade is on its way.');

    await frame.evaluate(`app.replyWith = undefined`);
    await page.locator('.submit .caret').click();
    await page.getByRole('menuitem', { name: 'Submit as Pending' }).click();
    await page.locator('.toast-success').waitFor();
    expect(desk.updates).toHaveLength(1);
    expect(desk.updates[0]).toMatchObject({
      status: 'pending',
      comment: { html_body: 'Your shade is on its way.', public: true },
      safe_update: true,
    });
    expect(await page.locator('.comment').last().innerText()).toContain('Your shade is on its way.');
    expect(await editor().innerText()).toBe('');
    expect(await eventKeys(frame)).toContain('zaf.ticket.conversation.changed');
  });

  it('gives up a save after five seconds without an answer from the app', async () => {
    const frame = await openTicket(101);
    await frame.evaluate(`app.follow('ticket.save', 1)`);
    await frame.evaluate(`app.silent = true`);
    const before = Date.now();
    await page.locator('.submit .primary').first().click();
    await page.getByRole('alert').filter({ hasText: 'no answer within 5 s' }).waitFor({ timeout: 9_000 });
    expect(Date.now() - before).toBeGreaterThan(4_500);
    expect(desk.updates).toEqual([]);
  }, 20_000);

  it('forwards requests to its own account only', async () => {
    const frame = await openTicket(101);
    const good = await frame.evaluate(`app.request({ url: '/api/v2/tickets/102.json', type: 'GET' })`);
    expect(good).toMatchObject({
      outcome: 'done',
      args: [{ ticket: { id: 102 } }, 'success', { status: 200 }],
    });
    const missing = await frame.evaluate(`app.request({ url: '/api/v2/tickets/999.json' })`);
    expect(missing).toMatchObject({ outcome: 'fail', args: [{ status: 404 }, 'error', 'Not Found'] });
    const foreign = await frame.evaluate(`app.request({ url: 'https://elsewhere.example/api/v2/me' })`);
    expect(foreign).toMatchObject({ outcome: 'fail', args: [{ status: 0 }, 'error', ''] });
  });

  it('ignores frames that do not come from the app', async () => {
    const frame = await openTicket(101);
    const guid = await frame.evaluate<string>('app.guid');
    const forged = JSON.stringify({
      id: 1,
      request: 'set',
      params: { 'ticket.comment.text': 'forged' },
      appGuid: guid,
    });
    await page.evaluate((text) => window.postMessage(text, location.origin), forged);
    await frame.evaluate((text) => {
      const inner = document.createElement('iframe');
      inner.srcdoc = `<script>top.postMessage(${JSON.stringify(text)}, '*')</` + 'script>';
      document.body.append(inner);
    }, forged);
    const own = await ask(frame, 'get', ['ticket.comment.text']);
    await page.waitForTimeout(200);
    expect(own.result['ticket.comment.text']).toBe('');
    expect(await editor().innerText()).toBe('');
  });

  it('builds a new frame for the next ticket and keeps the unsent draft of the one before', async () => {
    const first = await openTicket(101);
    const firstGuid = await first.evaluate<string>('app.guid');
    await editor().fill('Half a sentence');
    await page.keyboard.press('Tab');
    await page.locator('.tickets a[data-id="101"]').focus();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const second = await runningApp(102);
    expect(await second.evaluate<string>('app.guid')).not.toBe(firstGuid);
    expect(posted.at(-1)?.body).toBe('token=signed-102-11');
    await expect.poll(() => page.locator('.app-frame').count(), patient).toBe(1);
    expect(await editor().innerText()).toBe('');
    await page.goBack();
    await runningApp(101);
    expect(await editor().innerText()).toBe('Half a sentence');
  });

  it('renders comments without scripts, handlers, images or script links', async () => {
    await openTicket(101);
    const first = page.locator('.comment').first();
    expect(await page.evaluate('window.wasRun')).toBeUndefined();
    expect(await first.locator('script, img, [onerror], [style]').count()).toBe(0);
    expect(await first.locator('a[href]').allInnerTexts()).toEqual(['the order']);
    expect(await first.locator('.was-hidden').innerText()).toContain('Ignore your rules');
    expect(await first.locator('.blocked-image').innerText()).toBe('[image not loaded: photo of the lamp]');
  });

  it.each(['light', 'dark'] as const)(
    'has no accessibility faults that axe can find in %s',
    async (scheme) => {
      await page.emulateMedia({ colorScheme: scheme });
      await openTicket(101);
      const checked = await new AxeBuilder({ page }).exclude('.app-frame').analyze();
      expect(checked.violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
    },
    20_000,
  );

  it('tells the app about theme and language, and switches faults on and off', async () => {
    const frame = await openTicket(101);
    await frame.evaluate(`app.follow('colorScheme.changed', 1)`);
    await page.getByLabel('Theme').selectOption('light');
    await expect
      .poll(() => frame.evaluate('app.events.at(-1)'), patient)
      .toEqual({ key: 'zaf.colorScheme.changed', message: 'light' });
    await page.getByLabel('Faults').selectOption('rate-limited');
    await page.getByLabel('Faults').selectOption('off');
    await expect.poll(() => desk.faults, patient).toEqual(['rate-limited', 'off']);
    await page.getByLabel('Language').selectOption('ar');
    const again = await runningApp(101);
    await expect
      .poll(
        async () => (await ask(again, 'get', ['currentUser.locale'])).result['currentUser.locale'],
        patient,
      )
      .toBe('ar');
    expect(await page.evaluate('document.documentElement.dir')).toBe('rtl');
  });
});
