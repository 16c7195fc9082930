import { applyMacro } from './apply-macro.ts';
import { notFound, parameterMissing } from './api-error.ts';
import { paginate } from './pagination.ts';
import { tokenize } from './tokenize.ts';
import { callerOf, idAt, listParameter, ok, ticketOf } from './simulation.ts';
import type { Answer, Call, Route, Simulation } from './simulation.ts';
import type { Macro, User } from './model.ts';

const USAGE = /^usage_(1h|24h|7d|30d)$/;

/** Endpoints of macros: lists, search, and the two previews that change nothing. */
export function macroRoutes(simulation: Simulation): Route[] {
  const macros = { method: 'GET', scope: 'macros' };
  return [
    { ...macros, path: '/api/v2/macros', handle: (call) => list(simulation, call, () => true) },
    {
      ...macros,
      path: '/api/v2/macros/active',
      handle: (call) => list(simulation, call, (macro) => macro.active),
    },
    { ...macros, path: '/api/v2/macros/search', handle: (call) => search(simulation, call) },
    {
      ...macros,
      path: '/api/v2/macros/categories',
      handle: () => ok({ categories: categories(simulation) }),
    },
    {
      ...macros,
      path: '/api/v2/macros/:id',
      handle: (call) => ok({ macro: simulation.present.macro(macroOf(simulation, call, 0), usage(call)) }),
    },
    { ...macros, path: '/api/v2/macros/:id/apply', handle: (call) => preview(simulation, call, null) },
    {
      ...macros,
      path: '/api/v2/tickets/:id/macros/:id/apply',
      handle: (call) => preview(simulation, call, ticketOf(simulation, call)),
    },
  ];
}

function usage(call: Call): ReadonlySet<string> {
  return new Set(listParameter(call.url, 'include').filter((word) => USAGE.test(word)));
}

/** True when the macro is everyone's, or for a group of this person, or for this person alone. */
export function mayUseMacro(user: User, macro: Macro): boolean {
  const { restriction } = macro;
  if (restriction === null) return true;
  const ids = restriction.ids ?? [restriction.id];
  if (restriction.type === 'Group') return ids.some((id) => user.groupIds.includes(id));
  return restriction.type === 'User' && ids.includes(user.id);
}

function list(simulation: Simulation, call: Call, keep: (macro: Macro) => boolean): Answer {
  const { searchParams } = call.url;
  const { user } = callerOf(call);
  const active = searchParams.get('active');
  const category = searchParams.get('category');
  const groupId = searchParams.get('group_id');
  const access = searchParams.get('access');
  const macros = [...simulation.account.macros.values()].filter(
    (macro) =>
      keep(macro) &&
      (active === null || String(macro.active) === active) &&
      (category === null || macro.title.startsWith(`${category}::`)) &&
      (groupId === null ||
        (macro.restriction?.type === 'Group' && (macro.restriction.ids ?? []).includes(Number(groupId)))) &&
      (access === null || access === 'account' || hasAccess(macro, access)) &&
      (user.role === 'admin' && searchParams.get('only_viewable') !== 'true'
        ? true
        : mayUseMacro(user, macro)),
  );
  const page = paginate(sortMacros(macros, searchParams), call.url, simulation.origin);
  return ok({
    macros: page.items.map((macro) => simulation.present.macro(macro, usage(call))),
    ...page.about,
  });
}

function hasAccess(macro: Macro, access: string): boolean {
  if (access === 'personal') return macro.restriction?.type === 'User';
  return macro.restriction?.type !== 'User';
}

function sortMacros(macros: Macro[], parameters: URLSearchParams): Macro[] {
  const by = parameters.get('sort_by') ?? 'position';
  const descending = parameters.get('sort_order') === 'desc';
  const span = {
    usage_1h: 3_600_000,
    usage_24h: 86_400_000,
    usage_7d: 604_800_000,
    usage_30d: 2_592_000_000,
  }[by];
  const key = (macro: Macro): string | number => {
    if (span !== undefined) return macro.usedAt.filter((time) => time > Date.now() - span).length;
    if (by === 'alphabetical') return macro.title.toLowerCase();
    if (by === 'updated_at') return macro.updatedAt;
    return by === 'position' ? macro.position : macro.createdAt;
  };
  return macros.sort((left, right) => {
    const [one, other] = [key(left), key(right)];
    const order = one === other ? left.id - right.id : one < other ? -1 : 1;
    return descending ? -order : order;
  });
}

function search(simulation: Simulation, call: Call): Answer {
  const query = call.url.searchParams.get('query');
  if (query === null) throw parameterMissing('query');
  const words = tokenize(query);
  return list(simulation, call, (macro) => {
    const present = tokenize(macro.title);
    return words.every((word) => present.some((own) => own.startsWith(word)));
  });
}

function categories(simulation: Simulation): string[] {
  const names = [...simulation.account.macros.values()].flatMap((macro) =>
    macro.title.includes('::') ? [macro.title.split('::', 1)[0] ?? ''] : [],
  );
  return [...new Set(names)].sort();
}

function macroOf(simulation: Simulation, call: Call, position: number): Macro {
  const macro = simulation.account.macros.get(idAt(call, position));
  const { user } = callerOf(call);
  if (macro === undefined || (user.role !== 'admin' && !mayUseMacro(user, macro))) throw notFound();
  return macro;
}

function preview(simulation: Simulation, call: Call, ticket: ReturnType<typeof ticketOf> | null): Answer {
  const macro = macroOf(simulation, call, ticket === null ? 0 : 1);
  const result = applyMacro(simulation.account, macro, { ticket, agent: callerOf(call).user });
  return ok({ result: { ticket: result } });
}
