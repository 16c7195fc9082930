import { z } from 'zod';
import type { JsonObject } from '../../kernel/json.ts';
import { Transient } from '../../kernel/transient.ts';
import type { AccountMacro, HelpDeskCall, Macro, MacroPage } from '../../ports/help-desk.ts';
import { idPath } from './ids.ts';
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
const accountMacro = zendeskMacro.extend({
  created_at: z.string(),
  updated_at: z.string(),
  usage_30d: z.number().nullish(),
});
const meta = z.object({ has_more: z.boolean().nullish(), after_cursor: z.string().nullish() }).nullish();
const macrosAnswer = z.object({ macros: z.array(zendeskMacro), meta });
const pageAnswer = z.object({
  macros: z.array(accountMacro),
  meta,
  count: z.number().nullish(),
  next_page: z.string().nullish(),
});
const macroAnswer = z.object({ macro: zendeskMacro });

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

/** A page of 100: by number when the newest come first, because Zendesk sorts no pages by cursor; otherwise by cursor. */
export async function fetchMacroPage(
  requests: ZendeskRequests,
  call: HelpDeskCall,
  order: 'newest' | 'steady',
  at: string | null,
): Promise<MacroPage> {
  const number = Number(at ?? '1');
  const query: Readonly<Record<string, string>> =
    order === 'newest'
      ? { sort_by: 'updated_at', sort_order: 'desc', per_page: '100', page: String(number) }
      : { include: 'usage_30d', 'page[size]': '100', ...(at === null ? {} : { 'page[after]': at }) };
  const answer = await requests.json(
    call,
    { operation: 'macro-page', path: 'macros', query, missing: 'not-found' },
    pageAnswer,
  );
  const hasMore = order === 'newest' ? typeof answer.next_page === 'string' : answer.meta?.has_more === true;
  return {
    macros: answer.macros.map(toAccountMacro),
    next: !hasMore ? null : order === 'newest' ? String(number + 1) : (answer.meta?.after_cursor ?? null),
    total: answer.count ?? null,
  };
}

/** One macro, active or not. */
export async function fetchMacro(
  requests: ZendeskRequests,
  call: HelpDeskCall,
  macroId: number,
): Promise<Transient<Macro>> {
  const { macro } = await requests.json(
    call,
    { operation: 'macro', path: `macros/${idPath(macroId, 'not-found')}`, missing: 'not-found' },
    macroAnswer,
  );
  return Transient.of(toMacro(macro));
}

const toAccountMacro = (raw: z.infer<typeof accountMacro>): AccountMacro => ({
  ...toMacro(raw),
  createdAt: raw.created_at,
  updatedAt: raw.updated_at,
  usedIn30Days: raw.usage_30d ?? null,
});

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
