import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { transient } from './transient.ts';

/** Kinds of values that are masked before a provider reads a prompt; `custom`: the subscription's own patterns. */
export const maskTypes = ['email', 'phone', 'card', 'iban', 'ip', 'custom'] as const;
export type MaskType = (typeof maskTypes)[number];
/** Those we find ourselves. */
export const builtInMaskTypes = ['email', 'phone', 'card', 'iban', 'ip'] as const;

/** How many different values of each kind were masked; kinds with none are left out. */
export const MaskedCounts = z.partialRecord(z.enum(maskTypes), z.number().int().positive());
export type MaskedCounts = z.infer<typeof MaskedCounts>;

export const longestPattern = 200;
export const mostPatterns = 20;

/** A pattern of the subscription: RE2 syntax, matched in time linear to the text. */
export const MaskingPattern = z.object({
  /** What the model reads instead of the value: `CONTRACT` becomes `[CONTRACT_1_…]`. */
  name: z
    .string()
    .regex(/^[A-Z][A-Z0-9]{1,23}$/, 'Two to 24 capital letters and digits, beginning with a letter')
    .refine((name) => !['EMAIL', 'PHONE', 'CARD', 'IBAN', 'IP'].includes(name), 'This name is taken'),
  pattern: z.string().min(1).max(longestPattern),
});
export type MaskingPattern = z.infer<typeof MaskingPattern>;

export const MaskingSettings = z.object({
  enabled: z.boolean(),
  types: z.array(z.enum(builtInMaskTypes)).max(builtInMaskTypes.length),
  /** Countries (ISO 3166) whose numbers are recognised without a word such as "phone" beside them. */
  phoneRegions: z.array(z.string().regex(/^[A-Z]{2}$/)).max(10),
  patterns: z
    .array(MaskingPattern)
    .max(mostPatterns)
    .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, 'Names must differ'),
});
export type MaskingSettings = z.infer<typeof MaskingSettings>;

const kilobyte = 1024;
const ofConsole = { audience: 'console', params: z.object({}) } as const;

/** What is masked before a provider reads a prompt. */
export const readMasking = endpoint({
  ...ofConsole,
  method: 'GET',
  path: '/v1/settings/masking',
  summary: 'Read the masking settings',
  permission: { permission: 'settings:read' },
  audit: { none: 'reads settings only' },
  rateClass: 'read',
  bodyLimit: kilobyte,
  body: z.undefined(),
  response: MaskingSettings,
});

/** Replaces the masking settings as a whole. */
export const changeMasking = endpoint({
  ...ofConsole,
  method: 'PUT',
  path: '/v1/settings/masking',
  summary: 'Change the masking settings',
  permission: { permission: 'settings:write' },
  audit: { event: 'masking.changed' },
  rateClass: 'write',
  bodyLimit: 16 * kilobyte,
  body: MaskingSettings,
  response: MaskingSettings,
});

/** Shows what settings would mask in a sample; neither is stored, and only positions go back. */
export const tryMasking = endpoint({
  ...ofConsole,
  method: 'POST',
  path: '/v1/settings/masking/try',
  summary: 'Try masking settings on a sample text',
  permission: { permission: 'settings:write' },
  audit: { none: 'looks at a sample without changing anything' },
  rateClass: 'write',
  bodyLimit: 64 * kilobyte,
  body: z.object({ settings: MaskingSettings, sample: transient(z.string().max(10_000)) }),
  response: z.object({
    /** UTF-16 positions in the sample, end exclusive. */
    found: z.array(
      z.object({
        start: z.number().int(),
        end: z.number().int(),
        type: z.enum(maskTypes),
        name: z.string(),
      }),
    ),
  }),
});
