import { ApiError, notFound } from './api-error.ts';
import { paginate } from './pagination.ts';
import { presentUsers } from './sideload.ts';
import { idAt, listParameter, ok, requireAdmin, ticketOf } from './simulation.ts';
import type { Answer, Call, Route, Simulation } from './simulation.ts';
import type { Brand, Json, User } from './model.ts';

/** Endpoints of people, groups, organisations, brands, fields, tags, ratings and jobs. */
export function directoryRoutes(simulation: Simulation): Route[] {
  const { account, present } = simulation;
  const read = { method: 'GET', scope: '' };
  return [
    {
      method: 'GET',
      scope: 'users',
      open: true,
      path: '/api/v2/users/me',
      handle: (call) => showMe(simulation, call),
    },
    { ...read, scope: 'users', path: '/api/v2/users', handle: (call) => listUsers(simulation, call) },
    {
      ...read,
      scope: 'users',
      path: '/api/v2/users/show_many',
      handle: (call) => showManyUsers(simulation, call),
    },
    {
      ...read,
      scope: 'users',
      path: '/api/v2/users/:id',
      handle: (call) => ok({ user: present.user(one(account.users, call)) }),
    },
    {
      ...read,
      scope: 'users',
      path: '/api/v2/users/:id/groups',
      handle: (call) =>
        ok(
          page(simulation, call, 'groups', groupsOf(simulation, one(account.users, call)).map(present.group)),
        ),
    },
    {
      ...read,
      path: '/api/v2/users/:id/group_memberships',
      handle: (call) =>
        ok(page(simulation, call, 'group_memberships', memberships(simulation, [one(account.users, call)]))),
    },
    {
      ...read,
      path: '/api/v2/groups',
      handle: (call) => ok(page(simulation, call, 'groups', [...account.groups.values()].map(present.group))),
    },
    {
      ...read,
      path: '/api/v2/groups/assignable',
      handle: (call) => ok(page(simulation, call, 'groups', [...account.groups.values()].map(present.group))),
    },
    {
      ...read,
      path: '/api/v2/groups/:id',
      handle: (call) => ok({ group: present.group(one(account.groups, call)) }),
    },
    {
      ...read,
      path: '/api/v2/groups/:id/users',
      scope: 'users',
      handle: (call) =>
        ok(
          page(
            simulation,
            call,
            'users',
            membersOf(simulation, one(account.groups, call).id).map(present.user),
          ),
        ),
    },
    {
      ...read,
      path: '/api/v2/group_memberships',
      handle: (call) =>
        ok(page(simulation, call, 'group_memberships', memberships(simulation, [...account.users.values()]))),
    },
    {
      ...read,
      scope: 'organizations',
      path: '/api/v2/organizations',
      handle: (call) =>
        ok(
          page(
            simulation,
            call,
            'organizations',
            [...account.organizations.values()].map(present.organization),
          ),
        ),
    },
    {
      ...read,
      scope: 'organizations',
      path: '/api/v2/organizations/:id',
      handle: (call) => ok({ organization: present.organization(one(account.organizations, call)) }),
    },
    {
      ...read,
      path: '/api/v2/brands',
      handle: (call) =>
        ok(
          page(
            simulation,
            call,
            'brands',
            [...account.brands.values()].map((brand) => presentBrand(simulation, brand)),
          ),
        ),
    },
    {
      ...read,
      path: '/api/v2/brands/:id',
      handle: (call) => ok({ brand: presentBrand(simulation, one(account.brands, call)) }),
    },
    {
      ...read,
      path: '/api/v2/ticket_fields',
      handle: (call) =>
        ok(page(simulation, call, 'ticket_fields', [...account.ticketFields.values()].map(present.field))),
    },
    {
      ...read,
      path: '/api/v2/ticket_fields/:id',
      handle: (call) => ok({ ticket_field: present.field(one(account.ticketFields, call), 0) }),
    },
    {
      ...read,
      path: '/api/v2/tags',
      handle: (call) =>
        ok(
          page(
            simulation,
            call,
            'tags',
            account.countTags().map(([name, count]) => ({ name, count })),
          ),
        ),
    },
    { ...read, path: '/api/v2/autocomplete/tags', handle: (call) => completeTags(simulation, call) },
    {
      ...read,
      path: '/api/v2/satisfaction_ratings',
      scope: 'satisfaction_ratings',
      handle: (call) => listRatings(simulation, call),
    },
    {
      ...read,
      path: '/api/v2/job_statuses/:name',
      handle: (call) => ok({ job_status: simulation.jobs.show(call.parts[0] ?? '', present.api) }),
    },
    {
      ...read,
      path: '/api/v2/slas/policies',
      handle: (call) => ok(page(simulation, call, 'sla_policies', [])),
    },
    { ...read, path: '/api/v2/locales', handle: () => ok({ locales: locales(simulation) }) },
    {
      ...read,
      path: '/api/v2/tickets/:id/satisfaction_rating',
      scope: 'satisfaction_ratings',
      handle: (call) => ok({ satisfaction_rating: present.satisfaction(ticketOf(simulation, call)) }),
    },
  ];
}

function one<Item>(from: ReadonlyMap<number, Item>, call: Call): Item {
  const item = from.get(idAt(call));
  if (item === undefined) throw notFound();
  return item;
}

function page(simulation: Simulation, call: Call, name: string, list: readonly Json[]): Json {
  const { items, about } = paginate(list, call.url, simulation.origin);
  return { [name]: items, ...about };
}

// Zendesk answers 200 here without credentials too: it is no way to check them.
function showMe(simulation: Simulation, call: Call): Answer {
  if (call.caller !== null) return ok({ user: simulation.present.user(call.caller.user) });
  return ok({
    user: {
      id: null,
      url: null,
      name: 'Anonymous user',
      email: 'invalid@example.com',
      role: 'end-user',
      verified: false,
    },
  });
}

function listUsers(simulation: Simulation, call: Call): Answer {
  const roles = [...call.url.searchParams.getAll('role'), ...call.url.searchParams.getAll('role[]')];
  const users = [...simulation.account.users.values()].filter(
    (user) => roles.length === 0 || roles.includes(user.role),
  );
  return ok(page(simulation, call, 'users', users.map(simulation.present.user)));
}

function showManyUsers(simulation: Simulation, call: Call): Answer {
  const ids = listParameter(call.url, 'ids').map(Number);
  if (ids.length > 100)
    throw new ApiError(400, { error: 'TooManyIds', description: 'At most 100 ids may be asked for' });
  const users = presentUsers(simulation, ids);
  return ok({ users, count: users.length, next_page: null, previous_page: null });
}

function groupsOf(simulation: Simulation, user: User) {
  return user.groupIds.flatMap((id) => simulation.account.groups.get(id) ?? []);
}

function membersOf(simulation: Simulation, groupId: number): User[] {
  return [...simulation.account.users.values()].filter((user) => user.groupIds.includes(groupId));
}

function memberships(simulation: Simulation, users: readonly User[]): Json[] {
  return users.flatMap((user) =>
    user.groupIds.map((groupId, position) => {
      const id = user.id * 1_000 + groupId;
      return {
        id,
        url: simulation.present.api(`group_memberships/${id}`),
        user_id: user.id,
        group_id: groupId,
        default: position === 0,
        created_at: user.createdAt,
        updated_at: user.updatedAt,
      };
    }),
  );
}

function presentBrand(simulation: Simulation, brand: Brand): Json {
  return {
    id: brand.id,
    url: simulation.present.api(`brands/${brand.id}`),
    name: brand.name,
    brand_url: `https://${brand.subdomain}.zendesk.com`,
    subdomain: brand.subdomain,
    host_mapping: null,
    has_help_center: true,
    help_center_state: 'enabled',
    active: true,
    default: brand.isDefault,
    is_deleted: false,
    logo: null,
    ticket_form_ids: [],
    signature_template: '{{agent.signature}}',
    created_at: brand.createdAt,
    updated_at: brand.createdAt,
  };
}

function completeTags(simulation: Simulation, call: Call): Answer {
  const name = (call.url.searchParams.get('name') ?? '').toLowerCase();
  if (name.length < 2) return ok({ tags: [], count: 0 });
  const tags = simulation.account
    .countTags()
    .map(([tag]) => tag)
    .filter((tag) => tag.startsWith(name));
  return ok({ tags, count: tags.length });
}

function listRatings(simulation: Simulation, call: Call): Answer {
  requireAdmin(call);
  const score = call.url.searchParams.get('score');
  const ratings = [...simulation.account.tickets.values()].flatMap((ticket) => {
    const rating = simulation.present.satisfaction(ticket);
    if (rating === null) return [];
    return score === null || score === 'received' || String(rating['score']).startsWith(score)
      ? [rating]
      : [];
  });
  return ok(page(simulation, call, 'satisfaction_ratings', ratings));
}

function locales(simulation: Simulation): Json[] {
  const names = new Set([...simulation.account.articles.values()].map((article) => article.locale));
  return [...names].map((locale, position) => ({
    id: position + 1,
    locale,
    name: locale,
    default: position === 0,
  }));
}
