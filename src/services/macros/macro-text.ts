import { z } from 'zod';
import type { AccountMacro, Macro } from '../../ports/help-desk.ts';

/** What of a macro is sealed. */
export const MacroDocument = z.object({
  title: z.string(),
  description: z.string().nullable(),
  actions: z.array(z.object({ field: z.string(), value: z.unknown() })),
});
export type MacroDocument = z.infer<typeof MacroDocument>;

/** Who may use a macro; null: everybody. */
export interface MacroRestriction {
  readonly type: 'Group' | 'User';
  readonly ids: readonly number[];
}

const zendeskRestriction = z.object({
  type: z.enum(['Group', 'User']),
  id: z.number().nullish(),
  ids: z.array(z.number()).nullish(),
});

/** A restriction as Zendesk writes it; one that we do not understand is a macro for nobody. */
export function restrictionOf({ restriction }: Pick<Macro, 'restriction'>): MacroRestriction | null {
  if (restriction === null) return null;
  const parsed = zendeskRestriction.safeParse(restriction);
  if (!parsed.success) return { type: 'User', ids: [] };
  const { type, id, ids } = parsed.data;
  return { type, ids: ids ?? (id === null || id === undefined ? [] : [id]) };
}

/** Whether an agent may use a macro. */
export function mayUse(
  restriction: MacroRestriction | null,
  agent: { readonly id: number; readonly groupIds: readonly number[] },
): boolean {
  if (restriction === null) return true;
  if (restriction.type === 'User') return restriction.ids.includes(agent.id);
  return restriction.ids.some((id) => agent.groupIds.includes(id));
}

export const documentOf = ({ title, description, actions }: AccountMacro): string =>
  JSON.stringify({ title, description, actions: [...actions] } satisfies MacroDocument);

/** What the sealed document of a macro is bound to. */
export const macroBinding = (subscriptionId: string, macroId: number) => ({
  subscriptionId,
  table: 'macro',
  column: 'document',
  row: String(macroId),
});
