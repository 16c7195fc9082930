import { z } from 'zod';
import { endpoint } from './endpoint.ts';

const kilobyte = 1024;
const nothing = z.object({});
const id = z.number().int().positive();
const ofSidebar = {
  audience: 'sidebar',
  permission: { permission: 'copilot:use' },
  bodyLimit: 8 * kilobyte,
} as const;
const ofConsole = { audience: 'console', bodyLimit: kilobyte, params: nothing } as const;
const reads = { ...ofConsole, permission: { permission: 'settings:read' }, rateClass: 'read' } as const;

/** A value a macro changes: as Zendesk stores it, and as it is called. Null is empty. */
const MacroValue = z.object({ value: z.string(), name: z.string() }).nullable();

/** What a macro would do to a ticket, with its placeholders filled in. */
export const MacroPreviewAnswer = z.object({
  /** The reply it writes; null when it writes none. */
  comment: z.object({ text: z.string(), public: z.boolean() }).nullable(),
  /** Fields that would get another value, as Zendesk names them: `status`, `group_id`, `custom_fields_<id>`. */
  changes: z.array(
    z.object({
      field: z.string(),
      /** Of a custom field; null for those of every ticket. */
      title: z.string().nullable(),
      from: MacroValue,
      to: MacroValue,
    }),
  ),
  tags: z.object({ added: z.array(z.string()), removed: z.array(z.string()) }),
  /** Zendesk fills in the name of our connection where applying the macro fills in the agent's. */
  namesConnection: z.boolean(),
});
export type MacroPreviewAnswer = z.infer<typeof MacroPreviewAnswer>;

export const previewMacro = endpoint({
  ...ofSidebar,
  method: 'POST',
  path: '/v1/sidebar/macros/:macroId/preview',
  summary: 'What a macro would change in a ticket',
  audit: { none: 'changes nothing' },
  rateClass: 'copilot',
  params: z.object({ macroId: z.coerce.number().int().positive() }),
  body: z.object({ ticketId: id }),
  response: MacroPreviewAnswer,
});

const mostShown = 20;
/** Macros that were shown for a ticket, or applied. Numbers only. */
export const MacroEvents = z
  .object({
    ticketId: id,
    totalShown: z.number().int().min(0).max(mostShown),
    events: z
      .array(
        z.object({
          macroId: id,
          /** From 1. */
          rankShown: z.number().int().min(1).max(mostShown),
          event: z.enum(['shown', 'applied']),
        }),
      )
      .max(mostShown),
    /** With the first report of a list: the ticket's group, and the best score in the list, 0 when it is empty. */
    look: z.object({ groupId: id.nullable(), bestScore: z.number().int().min(0).max(100) }).optional(),
  })
  .refine(({ totalShown, events }) => events.every(({ rankShown }) => rankShown <= totalShown), {
    message: 'rankShown is beyond totalShown',
    path: ['events'],
  });
export type MacroEvents = z.infer<typeof MacroEvents>;

export const reportMacroEvents = endpoint({
  ...ofSidebar,
  method: 'POST',
  path: '/v1/sidebar/macro-events',
  summary: 'Report which macros were shown and applied',
  audit: { none: 'reports are appended in batches' },
  // One for each list beside the call that made it: of the same class, they would halve it.
  rateClass: 'read',
  params: nothing,
  body: MacroEvents,
  response: z.object({ accepted: z.boolean() }),
});

/** How far reading the macros of the account has come. */
export const MacroSync = z.object({
  state: z.enum(['not-connected', 'not-begun', 'running', 'done', 'failed']),
  /** All macros, or only those that changed. */
  kind: z.enum(['full', 'changes']).nullable(),
  read: z.number().int(),
  /** Macros of the account; null: not known. */
  total: z.number().int().nullable(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  /** Of the problem it failed with. */
  problem: z.string().nullable(),
});
export type MacroSync = z.infer<typeof MacroSync>;

export const readMacroSync = endpoint({
  ...reads,
  method: 'GET',
  path: '/v1/macros/sync',
  summary: 'How far reading the macros has come',
  audit: { none: 'reads progress only' },
  body: z.undefined(),
  response: MacroSync,
});

export const syncMacros = endpoint({
  ...ofConsole,
  method: 'POST',
  path: '/v1/macros/sync',
  summary: 'Read the macros of the account now',
  permission: { permission: 'settings:write' },
  audit: { event: 'macros.sync-asked' },
  rateClass: 'write',
  body: z.unknown(),
  response: MacroSync,
});

const Counted = z.object({
  id: z.number().int(),
  title: z.string(),
  /** In the last 90 days, beside a ticket. */
  shown: z.number().int(),
  applied: z.number().int(),
  /** Share of looks that ended in applying it, 0 to 100; null: never shown. */
  acceptance: z.number().int().nullable(),
  /** By anybody in the last 30 days, as Zendesk counts; null: it did not say. */
  usedInZendesk: z.number().int().nullable(),
  updatedAt: z.string(),
});

export const listMacros = endpoint({
  ...reads,
  method: 'GET',
  path: '/v1/macros',
  summary: 'Macros of the account with what agents did with them',
  audit: { none: 'reads what the account has set up' },
  body: z.undefined(),
  response: z.object({
    macros: z.array(
      Counted.extend({
        active: z.boolean(),
        restriction: z.object({ type: z.enum(['Group', 'User']), ids: z.array(z.number()) }).nullable(),
      }),
    ),
    sync: MacroSync,
  }),
});

export const MacroReport = z.object({
  /** How far back it looks. */
  days: z.number().int(),
  /** Active macros that were changed longer ago than that and that nobody has used since. */
  dead: z.array(
    Counted.extend({
      /** Shown beside tickets and never taken, or never shown because no ticket's words met it. */
      because: z.enum(['never-taken', 'never-shown']),
    }),
  ),
  /** Groups whose tickets often found no macro that fits. */
  missing: z.array(
    z.object({
      /** Null: tickets without a group. */
      groupId: z.number().int().nullable(),
      looks: z.number().int(),
      misses: z.number().int(),
    }),
  ),
  /** Share of those who look at each place of the list, 0 to 100, as estimated; empty until something was shown. */
  looked: z.array(z.object({ rank: z.number().int(), share: z.number().int() })),
});
export type MacroReport = z.infer<typeof MacroReport>;

export const readMacroReport = endpoint({
  ...reads,
  method: 'GET',
  path: '/v1/macros/report',
  summary: 'Macros nobody uses, and groups that lack some',
  audit: { none: 'reads counts only' },
  body: z.undefined(),
  response: MacroReport,
});
