import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openHouse, type House } from '../support/house.ts';
import { signInLead } from './lead.ts';
import { seedShop, type Seeded } from './seed-shop.ts';
import { openBrowser, visit, whyNoBrowser, type VisitOptions, type Visitor } from './visitor.ts';

/** A browser on a busy machine takes longer than the usual second. */
const patient = { timeout: 15_000 };
/** A stream of the demo model. */
const streamed = { timeout: 30_000 };

const missing = whyNoBrowser();

// Every ability in a real browser, with the demo model and with no provider at all.
describe.skipIf(missing !== undefined)('a visitor who uses every ability', () => {
  let house: House;
  let browser: Browser;
  let seeded: Seeded;

  beforeAll(async () => {
    [house, browser] = await Promise.all([openHouse(), openBrowser()]);
    seeded = await seedShop(house);
  });
  afterAll(() => Promise.all([browser?.close(), house?.close()]));

  const come = async (options: VisitOptions = {}): Promise<Visitor> => {
    const visitor = await visit(browser, house.zendeskUrl, { height: 1300, ...options });
    onTestFinished(() => visitor.leave());
    return visitor;
  };
  const button = (visitor: Visitor, name: string | RegExp): Locator =>
    visitor.sidebar.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
  /** Opens one line of the lists. */
  const unfold = (visitor: Visitor, name: string): Promise<void> =>
    visitor.sidebar.locator('button.line').filter({ hasText: name }).click();
  const field = (visitor: Visitor, name: string): Locator => visitor.page.locator(`#field-${name}`);
  const composed = (visitor: Visitor): Promise<string> =>
    visitor.composer.innerText().then((text) => text.trim());

  async function usesEvidence(visitor: Visitor): Promise<void> {
    const { page, sidebar } = visitor;
    const insight = sidebar.locator('.insight-words');
    await expect.poll(() => insight.innerText(), patient).toMatch(/unhappy.*EN/s);
    await button(visitor, /^▲?\s*Watch|At risk/).click();
    expect(await sidebar.locator('.insight .reasons li').count()).toBeGreaterThan(2);
    expect(await sidebar.locator('.evidence-quote').innerText()).toContain('unacceptable');

    await unfold(visitor, 'Fields');
    await button(visitor, 'Set Group to Warehouse').click();
    await expect.poll(() => field(visitor, 'group').inputValue(), patient).toBe('704');
    await sidebar.locator('.proposals').getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => field(visitor, 'group').inputValue(), patient).toBe('701');
    await button(visitor, 'Set Priority to High').click();
    await expect.poll(() => field(visitor, 'priority').inputValue(), patient).toBe('high');
    await sidebar.locator('.proposals').getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => field(visitor, 'priority').inputValue(), patient).toBe('');

    const tags = page.locator('.fields .chips');
    await button(visitor, 'Add tag lantern_fault').click();
    await expect.poll(() => tags.innerText(), patient).toContain('lantern_fault');
    await button(visitor, 'Take tag lantern_fault off again').click();
    await expect.poll(() => tags.innerText(), patient).not.toContain('lantern_fault');

    const macro = sidebar.locator('.macros li').filter({ hasText: 'Lantern reset steps' });
    await macro.locator('.macro-name').click();
    await expect.poll(() => macro.innerText(), patient).toContain('Open → Pending');
    expect(await composed(visitor)).toBe('');
    await macro.getByRole('button', { name: /^Apply macro/ }).click();
    await expect.poll(() => composed(visitor), patient).toContain('power button');
    expect(await tags.innerText()).toContain('lantern_reset');
    await macro.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => composed(visitor), patient).toBe('');
    await expect.poll(() => tags.innerText(), patient).not.toContain('lantern_reset');

    await unfold(visitor, 'Like this');
    const alike = sidebar.locator('.evidence').first();
    await expect.poll(() => alike.innerText(), patient).toMatch(/of 100 alike/);

    await unfold(visitor, 'Duplicates');
    await button(visitor, 'Show the merge').click();
    const rehearsal = sidebar.locator('.rehearsal');
    await expect.poll(() => rehearsal.innerText(), patient).toContain('A merge cannot be undone');
    expect(await rehearsal.innerText()).toMatch(new RegExp(`Stays\\s+#${seeded.firstMailId}`));
    await button(visitor, 'Keep the other one').click();
    await expect
      .poll(() => rehearsal.innerText(), patient)
      .toMatch(new RegExp(`Stays\\s+#${seeded.ticketId}`));
    await button(visitor, 'Cancel').click();
    await expect.poll(() => rehearsal.count(), patient).toBe(0);
  }

  it('writes the score of a review to the ticket, after a look at what changes', async () => {
    const lead = await signInLead(house, 'scores@example.com');
    const writeScoreTo = { kind: 'number', fieldId: 360_005 };
    await lead.put('/v1/copilot-settings/scorecard', { lines: [], writeScoreTo });
    const { id } = (await house.sandbox('zendesk', 'POST', 'tickets', {
      subject: 'Lantern strap',
      comments: [
        { html: '<p>The strap of my lantern tore. What can I do?</p>' },
        { html: '<p>Hello, I am sorry. We send a new strap tomorrow. Anything else?</p>', author: 9001 },
      ],
    })) as { id: number };
    const visitor = await come();
    const { sidebar } = visitor;
    await visitor.openTicket(id);
    await visitor.summaryDone();
    await button(visitor, 'QA').click();
    await button(visitor, 'Review the last reply').click();
    await button(visitor, 'Write the score to the ticket…').click(streamed);
    const change = sidebar.getByRole('region', { name: 'What changes in the ticket' });
    await expect.poll(() => change.innerText(), patient).toMatch(/Quality score\s+empty\s+\d+/);
    expect(await visitor.accessibilityFaults()).toEqual([]);
    await visitor.picture('score-preview');
    await change.getByRole('button', { name: 'Write' }).click();
    await sidebar.locator('.applied').getByText('Score written to the ticket.').waitFor(patient);
    expect(visitor.errors).toEqual([]);
  });

  it('has all twelve from the demo model, applies and takes back', async () => {
    const visitor = await come();
    const { page, sidebar } = visitor;
    await visitor.openTicket(seeded.ticketId);
    await visitor.summaryDone();
    expect(await visitor.card('Summary').innerText()).toContain('Harbor lantern');
    await usesEvidence(visitor);
    await visitor.picture('abilities-evidence');

    const notes = sidebar.getByLabel('Internal notes');
    await notes.uncheck({ force: true });
    await visitor.summaryDone();
    await visitor.card('Summary').getByRole('button', { name: 'This helped' }).click();
    await expect.poll(() => visitor.card('Summary').innerText(), patient).toContain('Noted.');

    const told = sidebar.getByLabel('Tell it what to say');
    await told.fill('We swap the battery pack');
    await told.press('Enter');
    await button(visitor, 'Insert').waitFor(streamed);
    await page.keyboard.press('Alt+i');
    const anyway = button(visitor, 'Use it anyway');
    await sidebar.locator('.applied, .notice-warning').first().waitFor();
    if (await anyway.isVisible()) await anyway.click();
    await expect.poll(() => composed(visitor), patient).toContain('battery pack');
    await visitor.card('Reply').getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => composed(visitor), patient).toBe('');

    await visitor.composer.fill('thank you for your mail. we is sorry, teh swap takes 5 days.');
    await button(visitor, 'Improve my text').click();
    await button(visitor, 'Fix grammar').click();
    await button(visitor, 'Apply').click(streamed);
    await expect.poll(() => composed(visitor), patient).toContain('the swap');

    await button(visitor, 'QA').click();
    await button(visitor, 'Check my draft').click();
    await expect.poll(() => sidebar.locator('.review').innerText(), streamed).toMatch(/\d+ of 100/);
    expect(await sidebar.locator('.review li').count()).toBe(6);

    await sidebar.locator('h1').evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await sidebar.locator('body').press('/');
    const question = sidebar.getByLabel('Your question');
    await question.fill('How long does a refund take?');
    await question.press('Enter');
    await sidebar.locator('.tools .source-list').waitFor(streamed);
    expect(await visitor.accessibilityFaults()).toEqual([]);
    await visitor.picture('abilities-model');

    await button(visitor, 'More').click();
    await button(visitor, 'What was sent').click();
    const glass = visitor.card('What was sent');
    expect(await glass.innerText()).toContain('Sent at');
    await glass.getByRole('combobox').selectOption('suggest-reply');
    expect(await glass.locator('pre').first().innerText()).toContain('We swap the battery pack');
    expect(await visitor.accessibilityFaults()).toEqual([]);
    await visitor.picture('glass-prompt');
    await glass.getByRole('button', { name: 'Close' }).click();
    await button(visitor, 'More').click();
    await button(visitor, 'Receipts').click();
    const receipts = visitor.card('Receipts');
    for (const name of [
      'Insight',
      'Summary',
      'Reply',
      'Improve my text',
      'Quality',
      'Ask',
      'Similar tickets',
    ])
      await expect.poll(() => receipts.innerText(), patient).toContain(name);
    await visitor.picture('receipts');
    expect(visitor.errors).toEqual([]);
  });

  it('shows what an agent needs first without scrolling at 320 × 700', async () => {
    for (const language of ['en', 'de'] as const) {
      const visitor = await come({ width: 1180, preferences: { appWidth: 320, language } });
      await visitor.openTicket(seeded.ticketId);
      await visitor.summaryDone();
      await visitor.sidebar.locator('button.line').nth(2).waitFor(patient);
      const height = await visitor.sidebar
        .locator('.sidebar')
        .evaluate((node) => node.getBoundingClientRect().height);
      expect(height, language).toBeLessThanOrEqual(700);
      await visitor.leave();
    }
  });

  it('knows a messaging ticket', async () => {
    const visitor = await come();
    await visitor.openTicket(seeded.messagingId);
    await visitor.card('Reply').getByText('Chat', { exact: true }).waitFor(patient);
    await visitor.leave();
    const mail = await come();
    await mail.openTicket(seeded.ticketId);
    await mail.card('Reply').waitFor(patient);
    expect(await mail.card('Reply').getByText('Chat', { exact: true }).count()).toBe(0);
  });

  it('follows what the lead has set: hidden cards by role, a draft on opening, intents', async () => {
    const lead = await signInLead(house);
    const hidden = { agent: ['suggest-macros', 'ask'], admin: ['suggest-tags'] };
    await lead.put('/v1/copilot-settings/sidebar', { draftOnOpen: true, hidden });
    const examples = ['My lantern blinks and dies', 'The battery of my lantern never charges'];
    const others = ['Please send me the invoice again', 'I need a copy of my invoice with the VAT number'];
    await lead.put('/v1/copilot-settings/intents', [
      { name: 'Broken lantern', examples },
      { name: 'Invoice copy', examples: others },
    ]);
    const visitor = await come();
    const heading = (name: string) => visitor.sidebar.getByRole('heading', { name, exact: true });
    await visitor.openTicket(seeded.ticketId);
    await visitor.summaryDone();
    await expect
      .poll(() => visitor.sidebar.locator('.insight-words').innerText(), patient)
      .toContain('Broken lantern');
    // Nobody asked for it: the lead has.
    await visitor.sidebar.locator('.reply-body .actions, .missing').first().waitFor(streamed);
    expect([await heading('Macros').count(), await heading('Tags').count()]).toEqual([0, 1]);
    expect(await button(visitor, 'Ask').count()).toBe(0);
    await visitor.page.getByLabel('Signed in as').selectOption({ label: 'Jonas Weber' });
    await heading('Macros').waitFor(patient);
    expect(await heading('Tags').count()).toBe(0);
    expect(await button(visitor, 'Ask').count()).toBe(1);
    expect(visitor.errors).toEqual([]);
    await lead.put('/v1/copilot-settings/sidebar', { draftOnOpen: false, hidden: { agent: [], admin: [] } });
  });

  it('shows masked values as the model read them, and counts them in the receipt', async () => {
    const lead = await signInLead(house, 'second-lead@example.com');
    const masking = { enabled: true, types: ['email', 'phone'], phoneRegions: [], patterns: [] };
    await lead.put('/v1/settings/masking', masking);
    const visitor = await come();
    await visitor.openTicket(seeded.ticketId);
    await visitor.summaryDone();
    await button(visitor, 'More').click();
    await button(visitor, 'What was sent').click();
    const glass = visitor.card('What was sent');
    const marks = glass.locator('mark');
    expect((await marks.allInnerTexts()).map((text) => text.replace(/_\w{4}\]$/, ']'))).toEqual(
      expect.arrayContaining(['[EMAIL_1]', '[PHONE_1]']),
    );
    expect(await glass.innerText()).not.toContain('tomasz.lind@example.com');
    expect(await visitor.accessibilityFaults()).toEqual([]);
    await visitor.picture('glass-masked');
    await button(visitor, 'More').click();
    await button(visitor, 'Receipts').click();
    await expect
      .poll(() => visitor.card('Receipts').innerText(), patient)
      .toMatch(/2 values masked \((1 e-mail, 1 phone)\)/);
    await lead.put('/v1/settings/masking', { ...masking, enabled: false });
  });

  it('reports how much of a draft was changed before it was sent, in numbers', async () => {
    const visitor = await come();
    const { page, composer } = visitor;
    await visitor.openTicket(seeded.problemId);
    const told = visitor.sidebar.getByLabel('Tell it what to say');
    await told.fill('We swap the battery pack');
    await told.press('Enter');
    await button(visitor, 'Insert').click(streamed);
    await expect.poll(() => composed(visitor), patient).toContain('battery pack');
    await composer.press('End');
    await composer.pressSequentially(' Yours, Mara');
    const [report] = await Promise.all([
      page.waitForRequest('**/v1/sidebar/outcomes', streamed),
      page.getByRole('button', { name: 'Submit as Open' }).click(),
    ]);
    const body = report.postDataJSON() as { readonly [field: string]: unknown };
    expect(Object.keys(body).toSorted()).toEqual(['editDistanceShare', 'outcome', 'receiptId']);
    expect(body['outcome']).toBe('edited');
    expect(body['editDistanceShare']).toBeGreaterThan(0);
    expect(body['editDistanceShare']).toBeLessThan(50);
    expect((await report.response())?.status()).toBe(200);
  });

  it('links another customer’s ticket to its problem and never offers to merge it', async () => {
    const visitor = await come();
    await visitor.openTicket(seeded.incidentId);
    await unfold(visitor, 'Duplicates');
    const candidates = visitor.sidebar.locator('.lists .evidence').last();
    await expect.poll(() => candidates.innerText(), patient).toContain('never merged');
    expect(await button(visitor, 'Show the merge').count()).toBe(0);
    await button(visitor, 'Link as incident').click();
    await expect.poll(() => candidates.innerText(), patient).toContain('Linked to problem #1014');
    expect(visitor.errors).toEqual([]);
  });

  it('merges exactly what was rehearsed', async () => {
    const visitor = await come();
    await visitor.openTicket(seeded.ticketId);
    await unfold(visitor, 'Duplicates');
    await button(visitor, 'Show the merge').click();
    await button(visitor, 'Merge').click(patient);
    await expect
      .poll(() => visitor.sidebar.locator('.lists').innerText(), streamed)
      .toContain(`Merged into #${seeded.firstMailId}`);
  });
});

describe.skipIf(missing !== undefined)('a visitor without any AI provider', () => {
  let house: House;
  let browser: Browser;
  let seeded: Seeded;

  beforeAll(async () => {
    [house, browser] = await Promise.all([openHouse(), openBrowser()]);
    seeded = await seedShop(house);
    expect((await house.control('provider-remove', { label: 'Demo model' })).ok).toBe(true);
  });
  afterAll(() => Promise.all([browser?.close(), house?.close()]));

  it('is told what is missing, once, and has every card that needs none', async () => {
    const visitor = await visit(browser, house.zendeskUrl, { height: 1300 });
    onTestFinished(() => visitor.leave());
    const { sidebar } = visitor;
    await visitor.openTicket(seeded.ticketId);
    const summary = visitor.card('Summary');
    await expect.poll(() => summary.innerText(), patient).toContain('No AI provider is connected');
    expect(await sidebar.locator('.notice').count()).toBe(1);
    expect(await visitor.card('Reply').innerText()).toContain('A reply needs an AI provider.');
    for (const name of ['Improve my text', 'Ask', 'QA']) {
      await sidebar.getByRole('button', { name, exact: true }).click();
      expect(await sidebar.locator('.tools .needs-provider:visible').innerText()).toContain(
        'Your admin can add one.',
      );
    }
    await expect.poll(() => sidebar.locator('.insight-words').innerText(), patient).toMatch(/unhappy.*EN/s);
    await expect.poll(() => sidebar.locator('.risk').innerText(), patient).toMatch(/Watch|At risk/);
    for (const text of [
      'Lantern reset steps',
      'lantern_fault',
      'Group Warehouse',
      '1 open now',
      '1 possible',
    ])
      await expect.poll(() => sidebar.locator('.lists').innerText(), patient).toContain(text);
    await visitor.picture('no-provider');
    expect(await visitor.accessibilityFaults()).toEqual([]);
    await sidebar.getByRole('button', { name: 'More' }).click();
    await sidebar.getByRole('button', { name: 'What was sent' }).click();
    await sidebar.getByText('No model was asked since this page opened.').waitFor();
    expect(visitor.errors).toEqual([]);
  });
});
