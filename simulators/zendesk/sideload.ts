import type { Json, StoredTicket } from './model.ts';
import type { Simulation } from './simulation.ts';

/**
 * Shows tickets with what `include` asks for: `users`, `groups`, `organizations` and `metric_sets` as
 * lists of their own, `slas` and `comment_count` as properties of each ticket.
 */
export function describeTickets(
  simulation: Simulation,
  tickets: readonly StoredTicket[],
  include: readonly string[],
): { tickets: Json[] } & Json {
  const { account, present } = simulation;
  const wanted = new Set(include);
  const answer: { tickets: Json[] } & Json = {
    tickets: tickets.map((ticket) => ({
      ...present.ticket(ticket),
      ...(wanted.has('comment_count') ? { comment_count: ticket.comments.length } : {}),
      ...(wanted.has('slas') ? { slas: present.slas(ticket) } : {}),
    })),
  };
  if (wanted.has('users')) {
    answer['users'] = presentUsers(
      simulation,
      tickets.flatMap((ticket) => [
        ticket.requesterId,
        ticket.submitterId,
        ticket.assigneeId,
        ...ticket.collaboratorIds,
      ]),
    );
  }
  if (wanted.has('groups')) {
    answer['groups'] = pick(
      account.groups,
      tickets.map((ticket) => ticket.groupId),
    ).map(present.group);
  }
  if (wanted.has('organizations')) {
    const ids = tickets.map((ticket) => ticket.organizationId);
    answer['organizations'] = pick(account.organizations, ids).map(present.organization);
  }
  if (wanted.has('metric_sets')) answer['metric_sets'] = tickets.map(present.metricSet);
  return answer;
}

/** Shows each of these users once; ids that are null or unknown are left out. */
export function presentUsers(simulation: Simulation, ids: readonly (number | null)[]): Json[] {
  return pick(simulation.account.users, ids).map(simulation.present.user);
}

function pick<Item>(from: ReadonlyMap<number, Item>, ids: readonly (number | null)[]): Item[] {
  return [...new Set(ids)].flatMap((id) => {
    const item = id === null ? undefined : from.get(id);
    return item === undefined ? [] : [item];
  });
}
