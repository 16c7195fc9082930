import { z } from 'zod';
import { endpoint } from './endpoint.ts';

const kilobyte = 1024;
const nothing = z.object({});

/** A draft was never published; `off` is the switch that stops one. */
export const aiAgentStatuses = ['draft', 'active', 'off'] as const;
export type AiAgentStatus = (typeof aiAgentStatuses)[number];

const line = (most: number) => z.string().trim().min(1).max(most);
const Language = z.string().regex(/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/);
const Colour = z.string().regex(/^#[0-9a-fA-F]{6}$/);
/** `HH:MM`, up to 24:00. */
const TimeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/);
const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

/** Scheme, host and port of a page, as browsers write it in `Origin`: https, or http on the own machine. */
export const WebOrigin = z
  .string()
  .max(300)
  .refine((text) => {
    const url = URL.parse(text);
    if (url === null || url.origin !== text || text.includes('*')) return false;
    return url.protocol === 'https:' || (url.protocol === 'http:' && isOwnMachine(url.hostname));
  }, 'An origin such as https://www.example.com');

const isOwnMachine = (host: string): boolean =>
  host === 'localhost' ||
  host === '[::1]' ||
  host.endsWith('.localhost') ||
  /^127\.\d+\.\d+\.\d+$/.test(host);

/** A small picture in the settings themselves, so that the widget fetches nothing from elsewhere. */
const AvatarImage = z
  .string()
  .max(48 * kilobyte)
  .regex(/^data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]+={0,2}$/);

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

/** When people are there. Days of the week begin with Monday; a day without spans is closed. */
export const BusinessHours = z.object({
  timeZone: z.string().max(60).refine(isTimeZone, 'A time zone such as Europe/Berlin'),
  week: z
    .array(
      z
        .array(
          z
            .object({ from: TimeOfDay, to: TimeOfDay })
            .refine(({ from, to }) => from < to, 'Ends before it begins'),
        )
        .max(4),
    )
    .length(7),
  /** Closed all day. */
  holidays: z.array(Day).max(100),
});
export type BusinessHours = z.infer<typeof BusinessHours>;

/** How an AI agent looks, speaks and decides. Every version of it is kept. */
export const AiAgentSettings = z.object({
  avatar: z
    .object({ initials: z.string().trim().max(3), colour: Colour, image: AvatarImage.nullable() })
    .default({ initials: 'AI', colour: '#1f73b7', image: null }),
  /** First words of a conversation. */
  greeting: z.string().trim().max(500).default(''),
  /** Questions to begin with, one click each. */
  starters: z.array(line(120)).max(6).default([]),
  tone: z.enum(['professional', 'friendly', 'neutral', 'casual']).default('professional'),
  length: z.enum(['concise', 'balanced', 'detailed']).default('balanced'),
  /** Languages it may answer in; empty: the visitor's, whichever it is. The first is for visitors of others. */
  languages: z.array(Language).max(30).default([]),
  instructions: z.string().max(8_000).default(''),
  /** Topics it never answers about. */
  refusedTopics: z.array(line(200)).max(40).default([]),
  model: z
    .object({
      /** Null: the provider the subscription answers with. */
      providerId: z.uuid().nullable(),
      tier: z.enum(['fast', 'quality']),
      /** Null: the provider's default. */
      temperature: z.number().min(0).max(1).nullable(),
    })
    .default({ providerId: null, tier: 'quality', temperature: null }),
  handOff: z
    .object({
      enabled: z.boolean(),
      /** Situations in which it calls a person. */
      when: z.array(line(200)).max(20),
      /** A person is called after so many turns in a row without an answer; null: only offered. */
      afterUnanswered: z.number().int().min(1).max(10).nullable(),
      /** Zendesk's; null: no group. */
      groupId: z.number().int().positive().nullable(),
    })
    .default({ enabled: true, when: [], afterUnanswered: 3, groupId: null }),
  /** Null: people are always there. */
  businessHours: BusinessHours.nullable().default(null),
  /** Whether Zendesk gets the conversation: never, when it ends, or with every turn. */
  writeBack: z.enum(['off', 'transcript', 'live']).default('transcript'),
  /** Turns of one conversation. */
  turnLimit: z.number().int().min(1).max(50).default(20),
  /** Of a day (UTC); null: only the budgets of the subscription. */
  dailyBudget: z
    .object({
      metric: z.enum(['tokens', 'nano-usd']),
      most: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
    })
    .nullable()
    .default(null),
  look: z
    .object({
      colour: Colour,
      position: z.enum(['left', 'right']),
      theme: z.enum(['auto', 'light', 'dark']),
    })
    .default({ colour: '#1f73b7', position: 'right', theme: 'auto' }),
  /** Pages that may show the widget; empty: none. */
  allowedOrigins: z.array(WebOrigin).max(50).default([]),
});
export type AiAgentSettings = z.infer<typeof AiAgentSettings>;

const AiAgentLine = z.object({
  id: z.uuid(),
  name: z.string(),
  status: z.enum(aiAgentStatuses),
  /** Which version answers; null: none yet. */
  publishedVersion: z.number().int().nullable(),
  newestVersion: z.number().int(),
  widgetKey: z.string(),
  /** There is a secret by which the company says who a visitor is. */
  hasIdentitySecret: z.boolean(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type AiAgentLine = z.infer<typeof AiAgentLine>;

/** An AI agent with the newest version of its settings. */
export const AiAgent = AiAgentLine.extend({ settings: AiAgentSettings });
export type AiAgent = z.infer<typeof AiAgent>;

const ofConsole = { audience: 'console', bodyLimit: kilobyte, params: nothing } as const;
const reads = {
  ...ofConsole,
  method: 'GET',
  permission: { permission: 'settings:read' },
  rateClass: 'read',
  body: z.undefined(),
} as const;
const changes = {
  ...ofConsole,
  permission: { permission: 'settings:write' },
  rateClass: 'write',
} as const;
const AiAgentPath = z.object({ aiAgentId: z.uuid() });
const VersionPath = z.object({ aiAgentId: z.uuid(), version: z.coerce.number().int().positive() });
const readsSettings = { none: 'reads settings only' } as const;

export const listAiAgents = endpoint({
  ...reads,
  path: '/v1/ai-agents',
  summary: 'AI agents of the subscription',
  audit: readsSettings,
  response: z.object({ aiAgents: z.array(AiAgentLine) }),
});

/** What the settings leave out has its default. Refused with `quota-exceeded` when the plan has room for no more. */
export const createAiAgent = endpoint({
  ...changes,
  method: 'POST',
  path: '/v1/ai-agents',
  summary: 'Make an AI agent',
  audit: { event: 'ai-agent.created' },
  bodyLimit: 128 * kilobyte,
  body: z.object({ name: line(80), settings: AiAgentSettings.default(AiAgentSettings.parse({})) }),
  response: AiAgent,
});

export const readAiAgent = endpoint({
  ...reads,
  path: '/v1/ai-agents/:aiAgentId',
  summary: 'An AI agent with its newest settings',
  audit: readsSettings,
  params: AiAgentPath,
  response: AiAgent,
});

/** `off` stops it at once: conversations under way end within seconds. */
export const changeAiAgent = endpoint({
  ...changes,
  method: 'PATCH',
  path: '/v1/ai-agents/:aiAgentId',
  summary: 'Rename an AI agent, or switch it on or off',
  audit: { event: 'ai-agent.changed' },
  params: AiAgentPath,
  body: z.object({ name: line(80).optional(), status: z.enum(['active', 'off']).optional() }),
  response: AiAgent,
});

/** Saved as a new version, which answers once it is published. `basedOn` is the version that was changed: `conflict` when there is a newer one. */
export const saveAiAgentSettings = endpoint({
  ...changes,
  method: 'PUT',
  path: '/v1/ai-agents/:aiAgentId/settings',
  summary: 'Save settings of an AI agent as a new version',
  audit: { event: 'ai-agent.settings-saved' },
  bodyLimit: 128 * kilobyte,
  params: AiAgentPath,
  body: z.object({ basedOn: z.number().int().positive(), settings: AiAgentSettings }),
  response: AiAgent,
});

export const listAiAgentVersions = endpoint({
  ...reads,
  path: '/v1/ai-agents/:aiAgentId/versions',
  summary: 'Versions of the settings of an AI agent, newest first',
  audit: readsSettings,
  params: AiAgentPath,
  response: z.object({
    versions: z.array(
      z.object({
        version: z.number().int(),
        createdAt: z.string(),
        accountId: z.string().nullable(),
        published: z.boolean(),
      }),
    ),
  }),
});

export const readAiAgentVersion = endpoint({
  ...reads,
  path: '/v1/ai-agents/:aiAgentId/versions/:version',
  summary: 'Settings of an AI agent as they were in a version',
  audit: readsSettings,
  params: VersionPath,
  response: z.object({ version: z.number().int(), settings: AiAgentSettings }),
});

/** An older version rolls back. */
export const publishAiAgentVersion = endpoint({
  ...changes,
  method: 'POST',
  path: '/v1/ai-agents/:aiAgentId/versions/:version/publish',
  summary: 'Let a version of the settings answer',
  audit: { event: 'ai-agent.published' },
  params: VersionPath,
  body: z.unknown(),
  response: AiAgent,
});

/** The secret is shown once; the one before stops working. */
export const setIdentitySecret = endpoint({
  ...changes,
  method: 'PUT',
  path: '/v1/ai-agents/:aiAgentId/identity-secret',
  summary: 'Make the secret by which your site says who a visitor is',
  audit: { event: 'ai-agent.identity-secret-set' },
  stepUp: true,
  params: AiAgentPath,
  body: z.unknown(),
  response: z.object({ secret: z.string() }),
});

export const removeIdentitySecret = endpoint({
  ...changes,
  method: 'DELETE',
  path: '/v1/ai-agents/:aiAgentId/identity-secret',
  summary: 'Let every visitor be anonymous',
  audit: { event: 'ai-agent.identity-secret-removed' },
  params: AiAgentPath,
  body: z.unknown(),
  response: nothing,
});

/** Takes everything of it along: versions, counters, knowledge. */
export const deleteAiAgent = endpoint({
  ...changes,
  method: 'DELETE',
  path: '/v1/ai-agents/:aiAgentId',
  summary: 'Delete an AI agent with everything of it',
  audit: { event: 'ai-agent.deleted' },
  params: AiAgentPath,
  body: z.unknown(),
  response: nothing,
});

export const readWidgetSnippet = endpoint({
  ...reads,
  path: '/v1/ai-agents/:aiAgentId/snippet',
  summary: 'What to paste into a page to show the widget',
  audit: readsSettings,
  params: AiAgentPath,
  response: z.object({
    html: z.string(),
    /** Pages on which it works, of the published version. */
    allowedOrigins: z.array(z.string()),
  }),
});

/** Counts of a day (UTC). */
export const AiAgentDay = z.object({
  day: z.string(),
  conversations: z.number().int(),
  turns: z.number().int(),
  unanswered: z.number().int(),
  handOffs: z.number().int(),
  verdictsUp: z.number().int(),
  verdictsDown: z.number().int(),
  inputTokens: z.number().int(),
  outputTokens: z.number().int(),
  costNanoUsd: z.number().int(),
  /** Turns whose cost nobody knows; they are not in the sum. */
  unpricedTurns: z.number().int(),
});
export type AiAgentDay = z.infer<typeof AiAgentDay>;

/** The newest 90 days with conversations, newest first. */
export const listAiAgentDays = endpoint({
  ...reads,
  path: '/v1/ai-agents/:aiAgentId/days',
  summary: 'What an AI agent did, by day: numbers only',
  permission: { permission: 'usage:read' },
  audit: { none: 'reads numbers' },
  params: AiAgentPath,
  response: z.object({ days: z.array(AiAgentDay) }),
});
