import { ApiError, badRequest, invalidField, parameterMissing } from './api-error.ts';
import { paginate } from './pagination.ts';
import { parseSearchQuery } from './search-query.ts';
import type { SearchQuery } from './search-query.ts';
import { searchTickets } from './search-tickets.ts';
import { tokenize } from './tokenize.ts';
import { describeTickets } from './sideload.ts';
import { callerOf, listParameter, maySee, ok } from './simulation.ts';
import type { Answer, Call, Route, Simulation } from './simulation.ts';
import type { Json, User } from './model.ts';

const MOST_RESULTS = 1_000;
const EXPORT_CURSOR_LIFETIME = 3_600_000;

/** Endpoints of search: pages by offset, the count, and the export by cursor. */
export function searchRoutes(simulation: Simulation): Route[] {
  return [
    { method: 'GET', path: '/api/v2/search', scope: '', handle: (call) => search(simulation, call) },
    {
      method: 'GET',
      path: '/api/v2/search/count',
      scope: '',
      handle: (call) => ok({ count: find(simulation, call, queryOf(call)).length }),
    },
    {
      method: 'GET',
      path: '/api/v2/search/export',
      scope: '',
      handle: (call) => exportResults(simulation, call),
    },
    {
      method: 'GET',
      path: '/api/v2/users/search',
      scope: 'users',
      handle: (call) => findUsers(simulation, call),
    },
  ];
}

type Found = {
  readonly kind: 'ticket' | 'user' | 'group' | 'organization';
  readonly show: () => Json;
  readonly createdAt: string;
};

function queryOf(call: Call): string {
  const query = call.url.searchParams.get('query');
  if (query === null || query.trim() === '') throw parameterMissing('query');
  return query;
}

function search(simulation: Simulation, call: Call): Answer {
  if ([...call.url.searchParams.keys()].some((name) => name.startsWith('page['))) {
    throw badRequest('InvalidPaginationParameter', 'search does not page by cursor');
  }
  const found = find(simulation, call, queryOf(call));
  const page = Math.max(1, Number(call.url.searchParams.get('page') ?? 1) || 1);
  const perPage = Math.min(100, Math.max(1, Number(call.url.searchParams.get('per_page') ?? 100) || 100));
  if ((page - 1) * perPage >= MOST_RESULTS) {
    const description = 'Invalid search: requested response size was greater than Search Response Limits';
    throw new ApiError(422, { error: 'invalid', description });
  }
  const { items, about } = paginate(found, call.url, simulation.origin, { offsetOnly: true });
  const sideloads = sideload(simulation, call, items);
  const cut = page * perPage >= MOST_RESULTS ? { ...about, next_page: null } : about;
  return ok({ results: items.map((item) => item.show()), ...sideloads, facets: null, ...cut });
}

// `include=tickets(users)` is the spelling search has for side-loading.
function sideload(simulation: Simulation, call: Call, items: readonly Found[]): Json {
  const wanted = listParameter(call.url, 'include').flatMap(
    (word) => /^tickets\((\w+)\)$/.exec(word)?.[1] ?? [],
  );
  if (wanted.length === 0) return {};
  const tickets = items
    .filter((item) => item.kind === 'ticket')
    .flatMap((item) => {
      const ticket = simulation.account.tickets.get(Number(item.show()['id']));
      return ticket === undefined ? [] : [ticket];
    });
  const { tickets: _tickets, ...rest } = describeTickets(simulation, tickets, wanted);
  return rest;
}

function find(simulation: Simulation, call: Call, text: string): Found[] {
  const { account, present } = simulation;
  const { user } = callerOf(call);
  const parsed = parseSearchQuery(text);
  const sortBy = call.url.searchParams.get('sort_by');
  const query: SearchQuery = {
    ...parsed,
    orderBy: sortBy === null || sortBy === 'relevance' ? parsed.orderBy : sortBy,
    descending: call.url.searchParams.has('sort_order')
      ? call.url.searchParams.get('sort_order') !== 'asc'
      : parsed.descending,
  };
  const found: Found[] = [];
  if (query.type === null || query.type === 'ticket') {
    for (const ticket of searchTickets(account, query, user)) {
      const live = account.tickets.get(ticket.id);
      if (live === undefined || !maySee(user, live)) continue;
      const show = (): Json => ({ ...present.ticket(live), result_type: 'ticket' });
      found.push({ kind: 'ticket', createdAt: live.createdAt, show });
    }
  }
  if (query.type === 'user' || (query.type === null && query.filters.length === 0)) {
    for (const person of account.users.values()) {
      if (!matchesUser(person, query)) continue;
      found.push({
        kind: 'user',
        createdAt: person.createdAt,
        show: () => ({ ...present.user(person), result_type: 'user' }),
      });
    }
  }
  if (query.type === 'group' || query.type === 'organization') {
    const kind = query.type;
    for (const item of kind === 'group' ? account.groups.values() : account.organizations.values()) {
      if (!hasAll(item.name, query.terms)) continue;
      const show = (): Json => ({
        ...(kind === 'group' ? present.group(item) : present.organization(item)),
        result_type: kind,
      });
      found.push({ kind, createdAt: item.createdAt, show });
    }
  }
  return found;
}

function hasAll(text: string, terms: readonly string[]): boolean {
  const words = tokenize(text);
  return terms.every((term) =>
    term.endsWith('*') ? words.some((word) => word.startsWith(term.slice(0, -1))) : words.includes(term),
  );
}

function matchesUser(user: User, query: SearchQuery): boolean {
  const text = `${user.name} ${user.email ?? ''} ${user.phone ?? ''} ${user.notes ?? ''} ${user.tags.join(' ')}`;
  if (!hasAll(text, query.terms) || query.excludedTerms.some((term) => hasAll(text, [term]))) return false;
  return query.filters.every((filter) => {
    const value = filter.value.toLowerCase();
    const fields: Readonly<Record<string, readonly string[]>> = {
      email: [user.email ?? ''],
      name: [user.name, ...user.name.split(' ')],
      role: [user.role],
      phone: [user.phone ?? ''],
      tags: user.tags,
      id: [String(user.id)],
      organization: [String(user.organizationId ?? 'none')],
    };
    const hit = (fields[filter.property] ?? []).some((field) => field.toLowerCase() === value);
    return hit !== filter.excluded;
  });
}

function findUsers(simulation: Simulation, call: Call): Answer {
  const { account, present } = simulation;
  const query = parseSearchQuery(call.url.searchParams.get('query') ?? '');
  if (call.url.searchParams.has('external_id'))
    return ok({ users: [], count: 0, next_page: null, previous_page: null });
  const list = [...account.users.values()].filter((user) => matchesUser(user, query));
  const page = paginate(list, call.url, simulation.origin);
  return ok({ users: page.items.map(present.user), ...page.about });
}

function exportResults(simulation: Simulation, call: Call): Answer {
  const { limiter } = simulation;
  const headers = limiter.countEndpoint('search-export', limiter.limits.searchExportPerMinute);
  const kind = call.url.searchParams.get('filter[type]');
  if (kind === null) throw parameterMissing('filter[type]');
  const text = queryOf(call);
  if (/(^|\s)type:/.test(text))
    throw invalidField('query', 'Query: type: does not belong in an export, use filter[type]');
  const size = Math.min(1_000, Math.max(1, Number(call.url.searchParams.get('page[size]') ?? 100) || 100));
  const found = find(simulation, call, `type:${kind} ${text}`).sort((left, right) =>
    left.createdAt < right.createdAt ? -1 : 1,
  );
  const start = readCursor(call.url.searchParams.get('page[after]'));
  const items = found.slice(start, start + size);
  const has_more = start + size < found.length;
  const after_cursor = has_more ? Buffer.from(`${Date.now()}|${start + size}`).toString('base64url') : null;
  const next = new URL(call.url.pathname + call.url.search, simulation.origin);
  next.searchParams.set('page[after]', after_cursor ?? '');
  return ok(
    {
      results: items.map((item) => item.show()),
      facets: null,
      meta: { has_more, after_cursor, before_cursor: null },
      links: { next: has_more ? next.href : null, prev: null },
    },
    headers,
  );
}

function readCursor(cursor: string | null): number {
  if (cursor === null || cursor === '') return 0;
  const [madeAt, position] = Buffer.from(cursor, 'base64url').toString('utf8').split('|').map(Number);
  if (madeAt === undefined || position === undefined || Number.isNaN(madeAt + position)) {
    throw badRequest('InvalidPaginationParameter', 'page[after] is not a valid cursor');
  }
  if (Date.now() - madeAt > EXPORT_CURSOR_LIFETIME)
    throw invalidField('page', 'Cursor: has expired', 'InvalidCursor');
  return position;
}
