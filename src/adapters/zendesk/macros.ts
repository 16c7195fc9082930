import { z } from 'zod';
import type { JsonObject } from '../../kernel/json.ts';
import { Transient } from '../../kernel/transient.ts';
import type { HelpDeskCall, Macro } from '../../ports/help-desk.ts';
import type { ZendeskRequests } from './request.ts';

const mostPages = 5;

const zendeskMacro = z.object({
  id: z.number(),
  title: z.string(),
  description: z.string().nullish(),
  active: z.boolean().nullish(),
  actions: z.array(z.object({ field: z.string(), value: z.unknown().optional() })).nullish(),
  restriction: z.record(z.string(), z.json()).nullish(),
});
const macrosAnswer = z.object({
  macros: z.array(zendeskMacro),
  meta: z.object({ has_more: z.boolean().nullish(), after_cursor: z.string().nullish() }).nullish(),
});

/** The active macros of the account, at most 500. */
export async function fetchMacros(
  requests: ZendeskRequests,
  call: HelpDeskCall,
): Promise<Transient<readonly Macro[]>> {
  const macros: Macro[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const query = {
      active: 'true',
      'page[size]': '100',
      ...(cursor === undefined ? {} : { 'page[after]': cursor }),
    };
    const answer = await requests.json(
      call,
      { operation: 'macros', path: 'macros', query, missing: 'not-found' },
      macrosAnswer,
    );
    macros.push(...answer.macros.map(toMacro).filter((macro) => macro.active));
    cursor = answer.meta?.after_cursor ?? undefined;
    if (answer.meta?.has_more !== true || cursor === undefined) break;
  }
  return Transient.of(macros);
}

function toMacro(raw: z.infer<typeof zendeskMacro>): Macro {
  // Some answers write an empty object where everyone may use the macro.
  const restriction =
    raw.restriction === null || raw.restriction === undefined || Object.keys(raw.restriction).length === 0
      ? null
      : (raw.restriction as JsonObject);
  return {
    id: raw.id,
    title: raw.title,
    description: raw.description ?? null,
    active: raw.active ?? true,
    actions: (raw.actions ?? []).map(({ field, value }) => ({ field, value })),
    restriction,
  };
}
