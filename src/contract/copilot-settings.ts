import { z } from 'zod';
import { featureNames } from './copilot.ts';
import { endpoint } from './endpoint.ts';

const kilobyte = 1024;
const nothing = z.object({});
const ofConsole = { audience: 'console', bodyLimit: 256 * kilobyte } as const;
const reads = { ...ofConsole, permission: { permission: 'settings:read' }, rateClass: 'read' } as const;
const changes = { ...ofConsole, permission: { permission: 'settings:write' }, rateClass: 'write' } as const;

const name = z.string().trim().min(1).max(80);
const uniqueNames = (list: readonly { readonly name: string }[]): boolean =>
  new Set(list.map((one) => one.name.toLowerCase())).size === list.length;

/** The subscription's own intents, each with the examples the lead typed. */
export const Intents = z
  .array(z.object({ name, examples: z.array(z.string().trim().min(1).max(500)).max(200) }))
  .max(150)
  .refine(uniqueNames, 'Names must differ');

/** Points by reason of the risk table, in place of the defaults; tags of customers who matter most. */
export const RiskSettings = z.object({
  weights: z.record(z.string().regex(/^[a-z][a-z-]{1,40}$/), z.number().int().min(-100).max(100)),
  vipTags: z.array(z.string().trim().min(1).max(80)).max(50),
});

/** Lines that replies are reviewed by; empty is the default scorecard. */
const ScorecardLines = z
  .array(
    z.object({ name, description: z.string().trim().min(1).max(300), weight: z.number().min(0).max(10) }),
  )
  .max(20)
  .refine(uniqueNames, 'Names must differ');
const score = z.number().int().min(0).max(100);
const fieldId = z.number().int().positive();

/** Where in Zendesk an agent may write a review's score: a custom field with a number, one with options, or a tag. */
export const ScoreTarget = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('number'), fieldId }),
  z.object({
    kind: z.literal('drop-down'),
    fieldId,
    /** The option from a score on, as Zendesk stores it; scores below the first are refused. */
    options: z
      .array(z.object({ from: score, value: z.string().trim().min(1).max(200) }))
      .min(1)
      .max(20)
      .refine((list) => new Set(list.map(({ from }) => from)).size === list.length, 'Scores must differ'),
  }),
  /** `qa_` gives tags from `qa_0` to `qa_100` in steps of ten. */
  z.object({ kind: z.literal('tag'), prefix: z.string().regex(/^[a-z][a-z0-9_]{1,29}_$/) }),
]);
export type ScoreTarget = z.infer<typeof ScoreTarget>;

/** A list alone is the lines. */
export const Scorecard = z.preprocess(
  (document) => (Array.isArray(document) ? { lines: document } : document),
  z.object({
    lines: ScorecardLines,
    /** Null: scores are shown and written nowhere. */
    writeScoreTo: ScoreTarget.nullable().default(null),
  }),
);

const Style = z.object({
  /** How replies should sound. */
  tone: z.string().trim().max(1_000),
  /** Words to use, and what they mean or replace. */
  glossary: z.array(z.object({ term: name, meaning: z.string().trim().max(200) })).max(100),
});
/** Tone and glossary of the subscription, and of single brands in its place. */
export const StyleSettings = Style.extend({
  brands: z.array(Style.extend({ brandId: z.number().int().positive() })).max(50),
});

const feature = z.enum(featureNames);
/** What the sidebar does by itself, and which cards a role does not see. */
export const SidebarRules = z.object({
  draftOnOpen: z.boolean(),
  hidden: z.object({ agent: z.array(feature), admin: z.array(feature) }),
});

export const leadDocuments = {
  intents: Intents,
  risk: RiskSettings,
  scorecard: Scorecard,
  style: StyleSettings,
  sidebar: SidebarRules,
} as const;
export type LeadDocumentKind = keyof typeof leadDocuments;

/** Everything the support lead has set for the copilot. */
export const LeadSettings = z.object(leadDocuments);
export type LeadSettings = z.infer<typeof LeadSettings>;

const KindPath = z.object({
  kind: z.enum(Object.keys(leadDocuments) as [LeadDocumentKind, ...LeadDocumentKind[]]),
});
const FeaturePath = z.object({ feature });

export const readLeadSettings = endpoint({
  ...reads,
  method: 'GET',
  path: '/v1/copilot-settings',
  summary: 'Intents, risk weights, scorecard, style and sidebar rules',
  audit: { none: 'reads settings only' },
  params: nothing,
  body: z.undefined(),
  response: LeadSettings,
});

/** Replaces one document as a whole. */
export const changeLeadSetting = endpoint({
  ...changes,
  method: 'PUT',
  path: '/v1/copilot-settings/:kind',
  summary: 'Change one of them',
  audit: { event: 'copilot-setting.changed' },
  params: KindPath,
  body: z.unknown(),
  response: LeadSettings,
});

export const resetLeadSetting = endpoint({
  ...changes,
  method: 'DELETE',
  path: '/v1/copilot-settings/:kind',
  summary: 'Set one of them back to its default',
  audit: { event: 'copilot-setting.reset' },
  params: KindPath,
  body: z.undefined(),
  response: LeadSettings,
});

export const modelTiers = ['fast', 'quality'] as const;

export const FeatureState = z.object({
  name: z.string(),
  title: z.string(),
  enabled: z.boolean(),
  /** False: it never asks a model and has no instructions. */
  asksModel: z.boolean(),
  /** Also works without a provider. */
  hasEvidence: z.boolean(),
  /** Of the connection: null is its own model. */
  modelTier: z.enum(modelTiers).nullable(),
  /** 0: the default. */
  promptVersion: z.number().int(),
  instructions: z.string(),
  defaultInstructions: z.string(),
  sends: z.array(z.string()),
});
export type FeatureState = z.infer<typeof FeatureState>;

export const listFeatures = endpoint({
  ...reads,
  method: 'GET',
  path: '/v1/features',
  summary: 'Features with their switch, model and instructions',
  audit: { none: 'reads settings only' },
  params: nothing,
  body: z.undefined(),
  response: z.object({ features: z.array(FeatureState) }),
});

export const changeFeature = endpoint({
  ...changes,
  method: 'PUT',
  path: '/v1/features/:feature',
  summary: 'Switch a feature, or choose its model',
  audit: { event: 'feature.switched' },
  params: FeaturePath,
  body: z.object({ enabled: z.boolean().optional(), modelTier: z.enum(modelTiers).nullable().optional() }),
  response: FeatureState,
});

/** Saves instructions as a new version, which is used from then on. */
export const changeInstructions = endpoint({
  ...changes,
  method: 'PUT',
  path: '/v1/features/:feature/instructions',
  summary: 'Change the instructions of a feature',
  audit: { event: 'prompt.changed' },
  params: FeaturePath,
  body: z.object({ instructions: z.string().trim().min(1).max(8_000) }),
  response: FeatureState,
});

/** Back to the default; earlier versions stay. */
export const resetInstructions = endpoint({
  ...changes,
  method: 'DELETE',
  path: '/v1/features/:feature/instructions',
  summary: 'Set the instructions of a feature back to the default',
  audit: { event: 'prompt.reset' },
  params: FeaturePath,
  body: z.undefined(),
  response: FeatureState,
});

export const resetAllInstructions = endpoint({
  ...changes,
  method: 'DELETE',
  path: '/v1/features/instructions',
  summary: 'Set the instructions of every feature back to the default',
  audit: { event: 'prompt.reset' },
  params: nothing,
  body: z.undefined(),
  response: z.object({ features: z.array(FeatureState) }),
});

export const PromptVersion = z.object({
  version: z.number().int(),
  /** Null: a reset to the default. */
  instructions: z.string().nullable(),
  createdAt: z.string(),
  accountId: z.string().nullable(),
});

/** Newest first. */
export const listPromptVersions = endpoint({
  ...reads,
  method: 'GET',
  path: '/v1/features/:feature/versions',
  summary: 'Versions of the instructions of a feature',
  audit: { none: 'reads settings only' },
  params: FeaturePath,
  body: z.undefined(),
  response: z.object({ versions: z.array(PromptVersion) }),
});
