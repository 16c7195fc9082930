import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FeatureState, LeadSettings } from '../../src/contract/copilot-settings.ts';
import { featureNames } from '../../src/contract/copilot.ts';
import { addCopilotSettingsRoutes } from '../../src/http/routes/copilot-settings-routes.ts';
import { defaultLeadSettings } from '../../src/services/settings/lead-settings.ts';
import type { TestCall } from '../support/calls.ts';
import { engines } from '../support/database.ts';
import { openRoutesOfLead, type RoutesOfLead } from '../support/routes-of-lead.ts';

describe.each(engines.filter(({ available }) => available))('settings of the lead on $name', (engine) => {
  let lead: RoutesOfLead;
  let call: TestCall;
  beforeAll(async () => {
    lead = await openRoutesOfLead(engine, addCopilotSettingsRoutes);
  });
  beforeEach(async () => {
    call = await lead.newLead();
  });
  afterAll(() => lead.close());

  const intents = [{ name: 'Refund', examples: ['I want my money back', 'refund please'] }];

  it('are the defaults, then what the lead typed, then the defaults again', async () => {
    expect((await lead.send('GET', '/v1/copilot-settings')).body).toEqual(defaultLeadSettings);
    const changed: LeadSettings = (await lead.send('PUT', '/v1/copilot-settings/intents', intents)).body;
    expect(changed.intents).toEqual(intents);
    expect((await lead.settings.get(call.subscriptionId)).lead.intents).toEqual(intents);
    const reset: LeadSettings = (await lead.send('DELETE', '/v1/copilot-settings/intents')).body;
    expect(reset).toEqual(defaultLeadSettings);
  });

  it('stand in the database sealed', async () => {
    await lead.send('PUT', '/v1/copilot-settings/intents', intents);
    await lead.send('PUT', '/v1/features/suggest-reply/instructions', { instructions: 'Canary-7741 words' });
    const stored = await lead.database.read({ subscriptionId: call.subscriptionId }, async (tx) =>
      JSON.stringify([
        await tx.selectFrom('app.lead_setting').selectAll().execute(),
        await tx.selectFrom('app.prompt_version').selectAll().execute(),
        await tx.selectFrom('app.feature_setting').selectAll().execute(),
      ]),
    );
    expect(stored).toContain('suggest-reply');
    expect(stored).not.toMatch(/money back|Canary-7741/);
  });

  it('name the field that is wrong and keep what was there', async () => {
    await lead.send('PUT', '/v1/copilot-settings/intents', intents);
    const twice = [...intents, { name: 'refund', examples: [] }];
    const refused = await lead.send('PUT', '/v1/copilot-settings/intents', twice);
    expect(refused).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('Names must differ') },
    });
    const scorecard = [{ name: 'Tone', description: '', weight: 99 }];
    const wrong = await lead.send('PUT', '/v1/copilot-settings/scorecard', scorecard);
    expect(wrong).toMatchObject({ status: 400, body: { detail: expect.stringContaining('0.weight') } });
    expect((await lead.settings.get(call.subscriptionId)).lead.intents).toEqual(intents);
  });

  it('list every feature with its switch, default and what it sends', async () => {
    const { features }: { features: FeatureState[] } = (await lead.send('GET', '/v1/features')).body;
    expect(features.map(({ name }) => name).toSorted()).toEqual([...featureNames].toSorted());
    for (const feature of features) {
      expect(feature.enabled).toBe(true);
      expect(feature.asksModel || feature.hasEvidence).toBe(true);
      if (feature.asksModel) expect(feature.instructions).toBe(feature.defaultInstructions);
    }
  });

  it('keep versions of instructions, and go back to the default without losing them', async () => {
    const path = '/v1/features/suggest-reply/instructions';
    await lead.send('PUT', path, { instructions: 'First' });
    expect((await lead.send('PUT', path, { instructions: 'Second' })).body).toMatchObject({
      promptVersion: 2,
      instructions: 'Second',
    });
    expect((await lead.settings.get(call.subscriptionId)).features.get('suggest-reply')).toMatchObject({
      promptVersion: 2,
      instructions: 'Second',
    });
    const reset: FeatureState = (await lead.send('DELETE', path)).body;
    expect(reset).toMatchObject({ promptVersion: 0, instructions: reset.defaultInstructions });
    const { versions }: { versions: object[] } = (
      await lead.send('GET', '/v1/features/suggest-reply/versions')
    ).body;
    expect(versions).toMatchObject([
      { version: 3, instructions: null },
      { version: 2, instructions: 'Second' },
      { version: 1, instructions: 'First' },
    ]);
  });

  it('set all instructions back at once', async () => {
    await lead.send('PUT', '/v1/features/ask/instructions', { instructions: 'A' });
    await lead.send('PUT', '/v1/features/rewrite-text/instructions', { instructions: 'B' });
    const { features }: { features: FeatureState[] } = (
      await lead.send('DELETE', '/v1/features/instructions')
    ).body;
    expect(features.every((feature) => feature.instructions === feature.defaultInstructions)).toBe(true);
  });

  it('switch a feature and choose its model without touching the other', async () => {
    await lead.send('PUT', '/v1/features/ask', { modelTier: 'fast' });
    const off: FeatureState = (await lead.send('PUT', '/v1/features/ask', { enabled: false })).body;
    expect(off).toMatchObject({ enabled: false, modelTier: 'fast' });
  });

  it('are not for members to change', async () => {
    lead.as('member');
    expect((await lead.send('GET', '/v1/features')).status).toBe(200);
    expect((await lead.send('PUT', '/v1/features/ask', { enabled: false })).status).toBe(403);
    expect((await lead.send('DELETE', '/v1/copilot-settings/intents')).status).toBe(403);
  });
});
