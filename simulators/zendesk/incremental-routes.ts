import { invalidField } from './api-error.ts';
import { describeTickets } from './sideload.ts';
import { listParameter, ok, requireAdmin } from './simulation.ts';
import type { Answer, Call, Route, Simulation } from './simulation.ts';

const PAGE = 1_000;

/** The incremental export of tickets by cursor, for administrators. */
export function incrementalRoutes(simulation: Simulation): Route[] {
  const handle = (call: Call): Answer => exportTickets(simulation, call);
  return [{ method: 'GET', scope: 'tickets', path: '/api/v2/incremental/tickets/cursor', handle }];
}

function exportTickets(simulation: Simulation, call: Call): Answer {
  requireAdmin(call);
  const { limiter } = simulation;
  const headers = limiter.countEndpoint('incremental-exports', limiter.limits.incrementalPerMinute);
  const { start, afterId } = readPosition(call.url.searchParams);
  const perPage = Math.min(PAGE, Math.max(1, Number(call.url.searchParams.get('per_page') ?? PAGE) || PAGE));
  const seconds = (time: string): number => Math.floor(Date.parse(time) / 1000);
  const rest = [...simulation.account.tickets.values()]
    .filter(
      (ticket) =>
        seconds(ticket.generatedAt) > start || (seconds(ticket.generatedAt) === start && ticket.id > afterId),
    )
    .sort((left, right) => seconds(left.generatedAt) - seconds(right.generatedAt) || left.id - right.id);
  const items = rest.slice(0, perPage);
  const last = items.at(-1);
  const after_cursor = Buffer.from(
    last === undefined ? `${start}|${afterId}` : `${seconds(last.generatedAt)}|${last.id}`,
  ).toString('base64url');
  const after = new URL(call.url.pathname, simulation.origin);
  after.searchParams.set('cursor', after_cursor);
  return ok(
    {
      ...describeTickets(simulation, items, listParameter(call.url, 'include')),
      after_url: after.href,
      after_cursor,
      before_url: null,
      before_cursor: null,
      end_of_stream: rest.length <= perPage,
    },
    headers,
  );
}

function readPosition(parameters: URLSearchParams): { start: number; afterId: number } {
  const cursor = parameters.get('cursor');
  if (cursor !== null) {
    const [start, afterId] = Buffer.from(cursor, 'base64url').toString('utf8').split('|').map(Number);
    if (start === undefined || afterId === undefined || Number.isNaN(start + afterId)) {
      throw invalidField('cursor', 'Cursor: is not valid', 'InvalidCursor');
    }
    return { start, afterId };
  }
  const start = Number(parameters.get('start_time') ?? Number.NaN);
  if (Number.isNaN(start)) throw invalidField('start_time', 'Start time: is needed');
  if (start > Date.now() / 1000 - 60) {
    throw invalidField('start_time', 'Start time: has to be at least one minute ago', 'InvalidStartTime');
  }
  return { start, afterId: 0 };
}
