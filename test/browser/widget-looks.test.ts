import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AiAgentSettings } from '../../src/contract/ai-agents.ts';
import { modelAnswer } from '../support/chat-house.ts';
import { screenshotFolder, whyNoBrowser } from './visitor.ts';
import { cited, openWidgetStage, type ComeOptions, type WidgetStage } from './widget-stage.ts';

const missing = whyNoBrowser();

interface Look {
  readonly name: string;
  readonly options: ComeOptions;
  readonly settings?: Partial<AiAgentSettings>;
  readonly ask: string;
  readonly answer: string;
}

const english = {
  ask: 'When does my parcel arrive, and can I return a lantern?',
  answer:
    'Parcels arrive **within three days** [1].\n\n1. Returns are free [2].\n2. You have 30 days [2].\n\nUse `BL-20311` as the reference.',
};
const looks: readonly Look[] = [
  { name: 'light', options: {}, ...english },
  { name: 'dark', options: { scheme: 'dark' }, ...english },
  {
    name: 'dark-setting',
    options: {},
    settings: { look: { colour: '#f2c14e', position: 'left', theme: 'dark' } },
    ...english,
  },
  { name: 'narrow', options: { width: 320, height: 640 }, ...english },
  { name: 'mobile', options: { width: 360, height: 640 }, ...english },
  {
    name: 'german',
    options: { language: 'de-DE', locale: 'de-DE' },
    settings: {
      greeting: 'Hallo! Fragen Sie mich zu Bestellungen, Lieferzeiten und Rücksendungen.',
      starters: [
        'Wann kommt mein Paket an?',
        'Wie läuft die Rücksendung einer Donaudampfschifffahrtslaterne ab?',
      ],
    },
    ask: 'Wann kommt mein Paket an, und wie läuft die Rücksendung ab?',
    answer: 'Pakete kommen innerhalb von drei Tagen an [1]. Die Rücksendung ist kostenlos [2].',
  },
  {
    name: 'arabic',
    options: { language: 'ar', locale: 'ar' },
    settings: { greeting: 'مرحبًا! اسألني عن الطلبات والشحن والإرجاع.', starters: ['متى يصل طردي؟'] },
    ask: 'متى يصل طردي BL-20311 وهل الإرجاع مجاني؟',
    answer: 'تصل الطرود خلال ثلاثة أيام [1]. الإرجاع مجاني خلال 30 يومًا [2].',
  },
];

// Every look, for eyes and for axe.
describe.skipIf(missing !== undefined)('the look of the widget', () => {
  let stage: WidgetStage;
  beforeAll(async () => {
    stage = await openWidgetStage();
  });
  afterEach(() => stage.reset());
  afterAll(async () => {
    await stage?.close();
    process.stdout.write(`\nScreenshots: ${screenshotFolder}\n`);
  });

  it.each(looks)(
    'is readable and without faults: $name',
    async ({ name, options, settings, ask, answer }) => {
      const guest = await stage.come(await stage.publish(settings), options);
      onTestFinished(() => guest.context.close());
      await guest.launcher.waitFor();
      expect(await guest.faults()).toEqual([]);
      await guest.open();
      await guest.picture(`${name}-open`);
      expect(await guest.faults()).toEqual([]);
      stage.house.provider.answerWith(cited(answer));
      await guest.say(ask);
      await guest.answer(1);
      await guest.chat.locator('.source summary').first().click();
      stage.outcomes.push('contact-needed');
      await guest.picture(`${name}-answer`);
      expect(await guest.faults()).toEqual([]);
      await guest.chat.locator('.person').click();
      await guest.chat.locator('.contact').waitFor();
      await guest.chat.locator('.contact button[type=submit]').click();
      await guest.picture(`${name}-contact`);
      expect(await guest.faults()).toEqual([]);
      const [content, frame] = await guest.chat
        .locator('html')
        .evaluate((node) => [node.scrollWidth, node.clientWidth]);
      expect(content).toBe(frame);
      expect(guest.errors).toEqual([]);
    },
  );

  it('holds long words, long texts and code without breaking', async () => {
    const guest = await stage.come(await stage.publish({ greeting: 'Hi' }), { width: 360, height: 640 });
    onTestFinished(() => guest.context.close());
    await guest.open();
    stage.house.provider.answerWith(
      modelAnswer({
        answer: `Parcels arrive within three days [1]. ${'Donaudampfschifffahrtsgesellschaft'.repeat(6)}.\n\n\`\`\`\nconst order = { number: "BL-20311", items: ["Harbor lantern", "Ridgeline 2"], total: 219.00 };\n\`\`\`\n\n${'A parcel takes its time, and we say so. '.repeat(12)}`,
      }),
    );
    await guest.say(`${'x'.repeat(120)} and ${'lantern '.repeat(60)}`);
    await guest.answer(1);
    await guest.picture('long');
    const [content, frame] = await guest.chat
      .locator('html')
      .evaluate((node) => [node.scrollWidth, node.clientWidth]);
    expect(content).toBe(frame);
    expect(await guest.faults()).toEqual([]);
  });

  it('needs no colour of its own where the visitor has chosen the colours', async () => {
    const guest = await stage.come(await stage.publish());
    onTestFinished(() => guest.context.close());
    await guest.page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
    await guest.open();
    stage.house.provider.answerWith(cited('Parcels arrive within three days [1].'));
    await guest.say('When does my parcel arrive?');
    await guest.answer(1);
    await guest.picture('forced-colours');
  });
});
