import { ApiError } from './api-error.ts';
import { createTicket, updateTicket } from './change-ticket.ts';
import { paginate } from './pagination.ts';
import { describeTickets } from './sideload.ts';
import { callerOf, idAt, listParameter, maySee, ok, ticketInput, ticketOf } from './simulation.ts';
import type { Answer, Call, Route, Simulation } from './simulation.ts';
import type { Json, StoredTicket } from './model.ts';

const IDEMPOTENCY_LIFETIME = 2 * 3_600_000;
const UPDATE_WINDOW = 600_000;

/** Endpoints that read tickets, and make and change them one at a time. */
export function ticketRoutes(simulation: Simulation): Route[] {
  const tickets = { scope: 'tickets' };
  return [
    { ...tickets, method: 'GET', path: '/api/v2/tickets', handle: (call) => listTickets(simulation, call) },
    { ...tickets, method: 'POST', path: '/api/v2/tickets', handle: (call) => postTicket(simulation, call) },
    {
      ...tickets,
      method: 'GET',
      path: '/api/v2/tickets/count',
      handle: () =>
        ok({ count: { value: simulation.account.tickets.size, refreshed_at: new Date().toISOString() } }),
    },
    {
      ...tickets,
      method: 'GET',
      path: '/api/v2/tickets/show_many',
      handle: (call) => showMany(simulation, call),
    },
    {
      ...tickets,
      method: 'GET',
      path: '/api/v2/tickets/:id',
      handle: (call) => showTicket(simulation, call),
    },
    { ...tickets, method: 'PUT', path: '/api/v2/tickets/:id', handle: (call) => putTicket(simulation, call) },
    {
      ...tickets,
      method: 'GET',
      path: '/api/v2/tickets/:id/related',
      handle: (call) => showRelated(simulation, call),
    },
    {
      ...tickets,
      method: 'GET',
      path: '/api/v2/tickets/:id/metrics',
      handle: (call) => ok({ ticket_metric: simulation.present.metricSet(ticketOf(simulation, call)) }),
    },
    {
      ...tickets,
      method: 'GET',
      path: '/api/v2/users/:id/tickets/requested',
      handle: (call) => listRequested(simulation, call),
    },
    { ...tickets, method: 'GET', path: '/api/v2/problems', handle: (call) => listOfType(simulation, call) },
    {
      ...tickets,
      method: 'GET',
      path: '/api/v2/tickets/:id/incidents',
      handle: (call) => listIncidents(simulation, call),
    },
  ];
}

function visibleTickets(simulation: Simulation, call: Call): StoredTicket[] {
  const { user } = callerOf(call);
  return [...simulation.account.tickets.values()].filter((ticket) => maySee(user, ticket));
}

function answerList(simulation: Simulation, call: Call, list: readonly StoredTicket[]): Answer {
  const page = paginate(list, call.url, simulation.origin);
  return ok({
    ...describeTickets(simulation, page.items, listParameter(call.url, 'include')),
    ...page.about,
  });
}

function listTickets(simulation: Simulation, call: Call): Answer {
  const externalId = call.url.searchParams.get('external_id');
  const list = visibleTickets(simulation, call).filter(
    (ticket) => externalId === null || ticket.externalId === externalId,
  );
  return answerList(simulation, call, sortTickets(list, call.url));
}

// Cursor lists know `sort` only and ignore `sort_by`; offset lists are the other way round.
function sortTickets(list: StoredTicket[], url: URL): StoredTicket[] {
  const byCursor = url.searchParams.has('page[size]') || url.searchParams.has('page[after]');
  const sort = url.searchParams.get('sort');
  const key = byCursor ? (sort ?? 'id').replace(/^-/, '') : (url.searchParams.get('sort_by') ?? 'id');
  const descending = byCursor
    ? sort?.startsWith('-') === true
    : url.searchParams.get('sort_order') === 'desc';
  if (byCursor && !['id', 'updated_at', 'status'].includes(key)) {
    throw new ApiError(400, {
      errors: [
        {
          code: 'InvalidPaginationParameter',
          title: 'Invalid Pagination Parameter',
          detail: 'sort is not valid',
        },
      ],
    });
  }
  const read = (ticket: StoredTicket): string | number => {
    if (key === 'updated_at') return ticket.updatedAt;
    if (key === 'created_at') return ticket.createdAt;
    return key === 'status' ? ticket.status : ticket.id;
  };
  return list.sort((left, right) => {
    const [one, other] = [read(left), read(right)];
    const order = one === other ? left.id - right.id : one < other ? -1 : 1;
    return descending ? -order : order;
  });
}

function showTicket(simulation: Simulation, call: Call): Answer {
  const ticket = ticketOf(simulation, call);
  const { tickets, ...sideloads } = describeTickets(simulation, [ticket], listParameter(call.url, 'include'));
  return ok({ ticket: tickets[0], ...sideloads });
}

function showMany(simulation: Simulation, call: Call): Answer {
  const ids = listParameter(call.url, 'ids').map(Number);
  if (ids.length > 100)
    throw new ApiError(400, { error: 'TooManyIds', description: 'At most 100 ids may be asked for' });
  const found = visibleTickets(simulation, call).filter((ticket) => ids.includes(ticket.id));
  return answerList(simulation, call, found);
}

function listRequested(simulation: Simulation, call: Call): Answer {
  const list = visibleTickets(simulation, call).filter((ticket) => ticket.requesterId === idAt(call));
  return answerList(simulation, call, sortTickets(list, call.url));
}

function listOfType(simulation: Simulation, call: Call): Answer {
  const list = visibleTickets(simulation, call).filter((ticket) => ticket.type === 'problem');
  return answerList(simulation, call, sortTickets(list, call.url));
}

function listIncidents(simulation: Simulation, call: Call): Answer {
  const problem = ticketOf(simulation, call);
  return answerList(
    simulation,
    call,
    visibleTickets(simulation, call).filter((ticket) => ticket.problemId === problem.id),
  );
}

function showRelated(simulation: Simulation, call: Call): Answer {
  const ticket = ticketOf(simulation, call);
  const incidents = [...simulation.account.tickets.values()].filter(
    (other) => other.problemId === ticket.id,
  ).length;
  return ok({
    ticket_related: {
      topic_id: null,
      jira_issue_ids: [],
      followup_source_ids: ticket.followupSourceId === null ? [] : [String(ticket.followupSourceId)],
      from_archive: false,
      incidents,
      url: simulation.present.api(`tickets/${ticket.id}/related`),
    },
  });
}

function putTicket(simulation: Simulation, call: Call): Answer {
  const ticket = ticketOf(simulation, call);
  const { user, token } = callerOf(call);
  const headers = token === null ? {} : countUpdate(simulation, ticket.id, user.id);
  const audit = updateTicket(simulation.account, ticket, ticketInput(call), user);
  noteMacros(simulation, ticketInput(call));
  return ok(
    { ticket: simulation.present.ticket(ticket), audit: simulation.present.audit(ticket, audit) },
    headers,
  );
}

function countUpdate(simulation: Simulation, ticketId: number, userId: number): Record<string, string> {
  const { limiter } = simulation;
  const perTicket = limiter.countEndpoint(
    `update-ticket ${ticketId} ${userId}`,
    limiter.limits.updatesPerTicket,
    UPDATE_WINDOW,
  );
  return { ...perTicket, ...limiter.countEndpoint('update-tickets', limiter.limits.updatesPerMinute) };
}

function noteMacros(simulation: Simulation, input: Json): void {
  const ids = Array.isArray(input['macro_ids']) ? input['macro_ids'] : [input['macro_id']];
  for (const id of ids) simulation.account.macros.get(Number(id))?.usedAt.push(Date.now());
}

function postTicket(simulation: Simulation, call: Call): Answer {
  const key = call.header('idempotency-key');
  const { user } = callerOf(call);
  if (key === undefined) return created(simulation, ticketInput(call), user);
  if (key.length > 255)
    throw new ApiError(400, {
      error: 'IdempotentRequestError',
      description: 'The idempotency key is too long',
    });
  const known = simulation.idempotency.get(key);
  if (known !== undefined && known.until > Date.now()) {
    if (known.body !== call.rawBody) {
      throw new ApiError(400, {
        error: 'IdempotentRequestError',
        description: "Request parameters don't match the given idempotency key",
      });
    }
    return { ...known.answer, headers: { ...known.answer.headers, 'x-idempotency-lookup': 'hit' } };
  }
  const answer = created(simulation, ticketInput(call), user);
  simulation.idempotency.set(key, { body: call.rawBody, answer, until: Date.now() + IDEMPOTENCY_LIFETIME });
  return { ...answer, headers: { ...answer.headers, 'x-idempotency-lookup': 'miss' } };
}

function created(simulation: Simulation, input: Json, user: Parameters<typeof createTicket>[2]): Answer {
  const { ticket, audit } = createTicket(simulation.account, input, user);
  noteMacros(simulation, input);
  return {
    status: 201,
    headers: { Location: simulation.present.api(`tickets/${ticket.id}`) },
    body: { ticket: simulation.present.ticket(ticket), audit: simulation.present.audit(ticket, audit) },
  };
}
