import type { Canaries } from './canaries.ts';
import type { MarkingBrowser } from './marking-browser.ts';

/** Everything a support lead writes: instructions, intents, style, scorecard, patterns to mask. */
export async function exerciseSettings(admin: MarkingBrowser, canaries: Canaries): Promise<void> {
  const marked = (what: string): string => canaries.plant(`setting: ${what}`);
  const documents: Readonly<Record<string, object>> = {
    intents: [{ name: `Lamp ${marked('intent')}`, examples: [`My lamp ${marked('example of an intent')}`] }],
    scorecard: [{ name: 'Kind', description: `Is kind ${marked('scorecard')}`, weight: 1 }],
    style: {
      tone: `Friendly ${marked('tone')}`,
      glossary: [{ term: 'lamp', meaning: `light ${marked('glossary')}` }],
      brands: [],
    },
    risk: { weights: {}, vipTags: [marked('tag of important customers')] },
  };
  for (const [kind, document] of Object.entries(documents))
    await admin.must('PUT', `/v1/copilot-settings/${kind}`, document);
  await admin.must('PUT', '/v1/features/suggest-reply/instructions', {
    instructions: `Answer kindly. ${marked('instructions')}`,
  });
  const webhook = await admin.must('PUT', '/v1/budgets/webhook', {
    url: `https://hooks.example.com/${canaries.plant('address of the alert webhook')}`,
  });
  canaries.mark('secret of the alert webhook', String(webhook.body['signingSecret']).replace('whsec_', ''));
  const masking = {
    enabled: true,
    types: ['email', 'phone', 'card', 'iban', 'ip'],
    phoneRegions: [],
    patterns: [{ name: 'CONTRACT', pattern: `${marked('pattern')}[0-9]{4}` }],
  };
  await admin.must('PUT', '/v1/settings/masking', masking);
  await admin.must('POST', '/v1/settings/masking/try', {
    settings: masking,
    sample: `Mail me at ${canaries.plant('masking sample').toLowerCase()}@example.com`,
  });
}
