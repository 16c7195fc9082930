import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AiAgentSettings } from '../../src/contract/ai-agents.ts';
import type { TestAgent } from '../support/chat-house.ts';
import { screenshotFolder, whyNoBrowser } from './visitor.ts';
import { cited, openWidgetStage, type ComeOptions, type Guest, type WidgetStage } from './widget-stage.ts';

const missing = whyNoBrowser();
const patient = { timeout: 15_000 };

describe.skipIf(missing !== undefined)('the widget', () => {
  let stage: WidgetStage;
  let house: WidgetStage['house'];
  let outcomes: WidgetStage['outcomes'];

  beforeAll(async () => {
    stage = await openWidgetStage();
    ({ house, outcomes } = stage);
  });
  afterEach(() => stage.reset());
  afterAll(async () => {
    await stage?.close();
    process.stdout.write(`\nScreenshots: ${screenshotFolder}\n`);
  });
  const publish = (settings?: Partial<AiAgentSettings>): Promise<TestAgent> => stage.publish(settings);
  const come = async (agent: TestAgent, options?: ComeOptions): Promise<Guest> => {
    const guest = await stage.come(agent, options);
    onTestFinished(() => guest.context.close());
    return guest;
  };
  const open = async (settings?: Partial<AiAgentSettings>, options?: ComeOptions): Promise<Guest> => {
    const guest = await come(await publish(settings), options);
    await guest.open();
    return guest;
  };

  it('opens by a click, answers sentence by sentence and shows its sources', async () => {
    const guest = await come(await publish());
    await guest.launcher.waitFor();
    await guest.picture('launcher');
    await guest.open();
    await guest.picture('empty');
    expect(await guest.chat.locator('header').innerText()).toContain('AI assistant');
    house.provider.setFault('itl=150');
    house.provider.answerWith(
      cited(
        'Parcels arrive **within three days** [1]. With express they come on the next working day.\n\n- Returns are free [2].\n- You have 30 days [2].',
      ),
    );
    await guest.say('When does my parcel arrive?');
    const growing = guest.chat.locator('.messages > .of-agent:not([hidden]) .bubble').nth(1);
    await growing.waitFor(patient);
    // Whole sentences only: never a word of the next one.
    expect(await growing.innerText()).toMatch(/[.\d]\s*$/);
    await guest.picture('streaming');
    const text = await guest.answer(1);
    expect(text).toContain('on the next working day');
    expect(await guest.chat.locator('.of-agent strong').innerText()).toBe('within three days');
    const chips = guest.chat.locator('.source summary');
    expect(await chips.allInnerTexts()).toEqual([
      expect.stringContaining('help.harbor.example'),
      expect.stringContaining('returns-policy-2026-final.pdf'),
    ]);
    await chips.first().click();
    const link = guest.chat.getByRole('link', { name: /Open page/ });
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow');
    expect(await link.getAttribute('target')).toBe('_blank');
    await guest.picture('answer');
    expect(await guest.faults()).toEqual([]);
    await guest.chat.getByRole('button', { name: 'This helped' }).click();
    await guest.chat.getByText('Thank you for telling us.').waitFor();
    expect(guest.errors).toEqual([]);
  });

  it('asks how a person can answer, keeps what was typed on an error, and says truly what became of it', async () => {
    const guest = await open();
    house.provider.answerWith(cited('Parcels arrive within three days [1].'));
    await guest.say('When does my parcel arrive?');
    await guest.answer(1);
    outcomes.push('contact-needed', 'done');
    await guest.chat.getByRole('button', { name: 'Talk to a person' }).click();
    await guest.answer(2);
    const name = guest.chat.getByLabel('Name');
    const email = guest.chat.getByLabel('E-mail address');
    await name.fill('Ana Lind');
    await email.fill('ana@');
    await guest.chat.getByRole('button', { name: 'Ask a person to reply' }).click();
    await guest.chat.getByText('Please write an e-mail address').waitFor();
    expect(await email.evaluate((node) => node === document.activeElement)).toBe(true);
    await guest.picture('contact');
    expect(await guest.faults()).toEqual([]);
    await email.fill('ana@example.com');
    await guest.page.route('**/hand-off', (route) => route.abort());
    await guest.chat.getByRole('button', { name: 'Ask a person to reply' }).click();
    await guest.chat.getByRole('alert').getByText('does not answer right now').waitFor();
    expect(await name.inputValue()).toBe('Ana Lind');
    await guest.page.unroute('**/hand-off');
    await guest.chat.getByRole('button', { name: 'Try again' }).click();
    await guest.chat.getByText('Passed on to the team').waitFor();
    expect(await guest.chat.locator('.contact').count()).toBe(0);
    expect(await guest.chat.getByRole('button', { name: 'Talk to a person' }).isVisible()).toBe(false);
    await guest.picture('handed-off');
    expect(await guest.faults()).toEqual([]);
  });

  for (const [state, words] of [
    ['pending', 'Being passed on to the team'],
    ['unavailable', 'Nobody could be reached from here'],
  ] as const)
    it(`says so when a person is ${state}`, async () => {
      const guest = await open();
      outcomes.push(state);
      await guest.chat.getByRole('button', { name: 'Talk to a person' }).click();
      await guest.chat.getByText(words).waitFor();
      await guest.picture(`person-${state}`);
      expect(await guest.faults()).toEqual([]);
    });
});
