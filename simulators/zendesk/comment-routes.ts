import { badRequest, notFound } from './api-error.ts';
import { paginate } from './pagination.ts';
import { presentUsers } from './sideload.ts';
import { idAt, listParameter, ok, ticketOf } from './simulation.ts';
import type { Answer, Call, Route, Simulation } from './simulation.ts';

/** Endpoints of comments, audits and the files attached to comments. */
export function commentRoutes(simulation: Simulation): Route[] {
  const { present } = simulation;
  return [
    {
      method: 'GET',
      path: '/api/v2/tickets/:id/comments',
      scope: 'tickets',
      handle: (call) => listComments(simulation, call),
    },
    {
      method: 'GET',
      path: '/api/v2/tickets/:id/comments/count',
      scope: 'tickets',
      handle: (call) =>
        ok({
          count: {
            value: ticketOf(simulation, call).comments.length,
            refreshed_at: new Date().toISOString(),
          },
        }),
    },
    {
      method: 'GET',
      path: '/api/v2/tickets/:id/audits',
      scope: 'tickets',
      handle: (call) => listAudits(simulation, call),
    },
    {
      method: 'GET',
      path: '/api/v2/tickets/:id/audits/:id',
      scope: 'tickets',
      handle: (call) => {
        const ticket = ticketOf(simulation, call);
        const audit = ticket.audits.find((candidate) => candidate.id === idAt(call, 1));
        if (audit === undefined) throw notFound();
        return ok({ audit: present.audit(ticket, audit) });
      },
    },
    {
      method: 'GET',
      path: '/attachments/token/:id',
      scope: '',
      open: true,
      handle: (call) => download(simulation, call),
    },
  ];
}

function listComments(simulation: Simulation, call: Call): Answer {
  const ticket = ticketOf(simulation, call);
  const { searchParams } = call.url;
  const sort = searchParams.get('sort');
  if (sort !== null && sort !== 'created_at' && sort !== '-created_at') {
    throw badRequest('InvalidPaginationParameter', 'sort is not valid');
  }
  const byCursor =
    searchParams.has('page[size]') || searchParams.has('page[after]') || searchParams.has('page[before]');
  const descending =
    byCursor || sort !== null ? sort === '-created_at' : searchParams.get('sort_order') === 'desc';
  const list = descending ? ticket.comments.toReversed() : ticket.comments;
  const page = paginate(list, call.url, simulation.origin);
  const users = listParameter(call.url, 'include').includes('users')
    ? {
        users: presentUsers(
          simulation,
          page.items.map((comment) => comment.authorId),
        ),
      }
    : {};
  return ok({ comments: page.items.map(simulation.present.comment), ...users, ...page.about });
}

function listAudits(simulation: Simulation, call: Call): Answer {
  const ticket = ticketOf(simulation, call);
  const descending =
    (call.url.searchParams.get('sort') ?? call.url.searchParams.get('sort_order')) !== null &&
    /^(-created_at|desc)$/.test(
      call.url.searchParams.get('sort') ?? call.url.searchParams.get('sort_order') ?? '',
    );
  const page = paginate(descending ? ticket.audits.toReversed() : ticket.audits, call.url, simulation.origin);
  const users = listParameter(call.url, 'include').includes('users')
    ? {
        users: presentUsers(
          simulation,
          page.items.map((audit) => audit.authorId),
        ),
      }
    : {};
  return ok({
    audits: page.items.map((audit) => simulation.present.audit(ticket, audit)),
    ...users,
    ...page.about,
  });
}

// The content is a stand-in; what matters is that every download is counted, since clients must make none.
function download(simulation: Simulation, call: Call): Answer {
  const attachment = simulation.account.attachments.get(idAt(call));
  if (attachment === undefined) throw notFound();
  simulation.counters.countAttachment();
  return {
    status: 200,
    text: `Stand-in for ${attachment.fileName}`,
    headers: { 'Content-Type': 'application/octet-stream', 'Content-Disposition': 'attachment' },
  };
}
