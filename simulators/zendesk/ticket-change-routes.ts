import { ApiError, invalidField, parameterMissing } from './api-error.ts';
import { checkSafeUpdate, updateTicket } from './change-ticket.ts';
import { planMerge } from './merge-tickets.ts';
import { normalizeTags } from './ticket-fields.ts';
import { isJson } from './model.ts';
import { callerOf, idAt, listParameter, ok, ticketInput, ticketOf } from './simulation.ts';
import type { Answer, Call, Route, Simulation } from './simulation.ts';
import type { Json } from './model.ts';

/** Endpoints that change tickets other than one at a time: tags, merging, bulk updates. */
export function ticketChangeRoutes(simulation: Simulation): Route[] {
  const tickets = { scope: 'tickets' };
  return [
    {
      ...tickets,
      method: 'GET',
      path: '/api/v2/tickets/:id/tags',
      handle: (call) => ok({ tags: ticketOf(simulation, call).tags }),
    },
    {
      ...tickets,
      method: 'PUT',
      path: '/api/v2/tickets/:id/tags',
      handle: (call) => changeTags(simulation, call, 'add'),
    },
    {
      ...tickets,
      method: 'POST',
      path: '/api/v2/tickets/:id/tags',
      handle: (call) => changeTags(simulation, call, 'set'),
    },
    {
      ...tickets,
      method: 'DELETE',
      path: '/api/v2/tickets/:id/tags',
      handle: (call) => changeTags(simulation, call, 'remove'),
    },
    {
      ...tickets,
      method: 'POST',
      path: '/api/v2/tickets/:id/merge',
      handle: (call) => mergeTickets(simulation, call),
    },
    {
      ...tickets,
      method: 'PUT',
      path: '/api/v2/tickets/update_many',
      handle: (call) => updateMany(simulation, call),
    },
  ];
}

function updateMany(simulation: Simulation, call: Call): Answer {
  const ids = listParameter(call.url, 'ids').map(Number);
  if (ids.length > 100)
    throw new ApiError(400, { error: 'TooManyIds', description: 'At most 100 ids may be changed' });
  const { additional_tags: added, remove_tags: removed, ...input } = ticketInput(call);
  const { user } = callerOf(call);
  const work = (): Json[] =>
    ids.map((id) => {
      const ticket = simulation.account.tickets.get(id);
      if (ticket === undefined)
        return { id, action: 'update', success: false, status: 'Failed', error: 'TicketNotFound' };
      const tags = [...ticket.tags, ...normalizeTags(toList(added))].filter(
        (tag) => !normalizeTags(toList(removed)).includes(tag),
      );
      try {
        updateTicket(
          simulation.account,
          ticket,
          added === undefined && removed === undefined ? input : { tags, ...input },
          user,
        );
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return {
          id,
          action: 'update',
          success: false,
          status: 'Failed',
          error: String(error.body['error']),
          details: String(error.body['description']),
        };
      }
      return { id, action: 'update', success: true, status: 'Updated' };
    });
  const job = simulation.jobs.start('Bulk Update Ticket', ids.length, work);
  return ok({ job_status: simulation.jobs.show(job, simulation.present.api) });
}

function toList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

function mergeTickets(simulation: Simulation, call: Call): Answer {
  ticketOf(simulation, call);
  const plan = planMerge(simulation.account, idAt(call), call.body, callerOf(call).user);
  const job = simulation.jobs.start('Ticket Merge', plan.sources.length, plan.run);
  return ok({ job_status: simulation.jobs.show(job, simulation.present.api) });
}

function changeTags(simulation: Simulation, call: Call, action: 'add' | 'set' | 'remove'): Answer {
  const ticket = ticketOf(simulation, call);
  const body = isJson(call.body) ? call.body : {};
  const named = normalizeTags(Array.isArray(body['tags']) ? body['tags'] : [body['tags']]);
  if (body['tags'] === undefined) throw parameterMissing('tags');
  if (ticket.status === 'closed') throw invalidField('status', 'Status: closed prevents ticket update');
  checkSafeUpdate(ticket, body);
  const tags = {
    add: () => [...new Set([...ticket.tags, ...named])],
    set: () => named,
    remove: () => ticket.tags.filter((tag) => !named.includes(tag)),
  }[action]();
  updateTicket(simulation.account, ticket, { tags }, callerOf(call).user);
  if (action === 'remove') return { status: 204 };
  return { status: action === 'set' ? 201 : 200, body: { tags: ticket.tags } };
}
