import type { MergeRehearsal } from '../../contract/merging.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import { parseJson } from '../../kernel/json.ts';
import type { Call } from '../../ports/call.ts';
import type { HelpDeskJob } from '../../ports/help-desk-changes.ts';
import type { TicketWithComments } from '../../ports/help-desk.ts';
import type { ContextReader } from '../context/context-reader.ts';
import { z } from 'zod';

export type MergeCall = Call<'helpDesk' | 'keyValues' | 'database' | 'ids' | 'clock'>;
/** Reads one ticket with the right of the agent who calls. */
export type OpenTicketReader = (ticketId: number) => ContextReader;

const confirmationSeconds = 600;

/** What a confirmation stands for: ids and times, no content. */
const Bound = z.object({
  agentId: z.number(),
  target: z.object({ id: z.number(), updatedAt: z.string() }),
  sources: z.array(z.object({ id: z.number(), updatedAt: z.string() })),
});

/** Reads all tickets anew, says what merging them would do, and gives a confirmation for exactly that. */
export async function rehearseMerge(
  call: MergeCall,
  open: OpenTicketReader,
  wish: { readonly targetId: number; readonly sourceIds: readonly number[] },
): Promise<Transient<MergeRehearsal>> {
  if (call.actor.kind !== 'zendesk-agent') throw new ProblemError('forbidden');
  const sourceIds = [...new Set(wish.sourceIds)];
  if (sourceIds.includes(wish.targetId))
    throw new ProblemError('invalid-request', { detail: 'A ticket cannot be merged into itself.' });
  const [target, ...sources] = await Promise.all(
    [wish.targetId, ...sourceIds].map((id) => open(id).need('ticket')),
  );
  if (target === undefined) throw new ProblemError('ticket-not-found');
  refuseUnlessMergeable(target, sources);
  const confirmation = call.ports.ids.next();
  const bound = Transient.all([target, Transient.all(sources)]).map(([one, others]) => ({
    target: stampOf(one),
    sources: others.map(stampOf),
  }));
  await call.ports.keyValues.set(
    keyOf(call, confirmation),
    // Ids and times are no content; they leave the Transient as numbers.
    JSON.stringify({
      agentId: call.actor.id,
      target: stampAt(bound, 0),
      sources: sources.map((_, at) => stampAt(bound, at + 1)),
    }),
    { ttlSeconds: confirmationSeconds },
  );
  return Transient.all([target, Transient.all(sources)]).map(([one, others]) => ({
    confirmation,
    expiresInSeconds: confirmationSeconds,
    target: shown(one),
    sources: others.map(shown),
    ...commentsOf(one, others),
  }));
}

/** Merges what was rehearsed, once. Throws `ticket-changed` when a ticket changed since, `not-found` for a confirmation that is used or over. */
export async function confirmMerge(
  call: MergeCall,
  open: OpenTicketReader,
  confirmation: string,
): Promise<{ readonly jobId: string }> {
  const { keyValues, database, helpDesk } = call.ports;
  const key = keyOf(call, confirmation);
  const kept = await keyValues.get(key);
  const bound = kept === undefined ? undefined : Bound.safeParse(parseJson(kept)).data;
  const gone = new ProblemError('not-found', {
    detail: 'This confirmation has been used or is over. Look at the merge once more.',
  });
  if (bound === undefined || call.actor.kind !== 'zendesk-agent' || bound.agentId !== call.actor.id)
    throw gone;
  if (!(await keyValues.setIfAbsent(`${key}:used`, '1', { ttlSeconds: confirmationSeconds }))) throw gone;
  const readers = [bound.target, ...bound.sources].map(({ id }) => open(id));
  const tickets = await Promise.all(readers.map((reader) => reader.need('ticket')));
  const unchanged = Transient.all(tickets).measure((now) =>
    [bound.target, ...bound.sources].every(({ updatedAt }, at) => now[at]?.ticket.updatedAt === updatedAt),
  );
  if (!unchanged) throw new ProblemError('ticket-changed');
  const [target, ...sources] = tickets;
  const [reader] = readers;
  if (target === undefined || reader === undefined) throw gone;
  refuseUnlessMergeable(target, sources);
  const sourceIds = bound.sources.map(({ id }) => id);
  // Before the merge: what cannot be undone must not happen unrecorded.
  await database.write(
    call,
    {
      permission: 'copilot:use',
      audit: { action: 'ticket.merged', target: String(bound.target.id), facts: { sources: sourceIds } },
    },
    async () => undefined,
  );
  const comments = Transient.all([target, Transient.all(sources)]).map(([one, others]) => {
    const { targetComment, sourceComment } = commentsOf(one, others);
    return { target: targetComment, source: sourceComment };
  });
  const jobId = await helpDesk.mergeTickets(reader.helpDeskCall, bound.target.id, sourceIds, comments);
  await keyValues.set(`merge-job:${call.subscriptionId}:${jobId}`, String(call.actor.id), {
    ttlSeconds: confirmationSeconds,
  });
  return { jobId };
}

/** How far a merge of this agent is. Throws `not-found` for another one's. */
export async function readMerge(
  call: MergeCall,
  reader: ContextReader,
  jobId: string,
): Promise<Pick<HelpDeskJob, 'status' | 'failed'>> {
  const owner = await call.ports.keyValues.get(`merge-job:${call.subscriptionId}:${jobId}`);
  if (call.actor.kind !== 'zendesk-agent' || owner !== String(call.actor.id))
    throw new ProblemError('not-found');
  const { status, failed } = await call.ports.helpDesk.job(reader.helpDeskCall, jobId);
  return { status, failed };
}

/** Makes a ticket an incident of a problem, unless somebody changes it at the same moment. */
export async function linkProblem(
  call: MergeCall,
  open: OpenTicketReader,
  { ticketId, problemId }: { readonly ticketId: number; readonly problemId: number },
): Promise<void> {
  const reader = open(ticketId);
  const [ticket, problem] = await Promise.all([reader.need('ticket'), open(problemId).need('ticket')]);
  if (!problem.measure(({ ticket: one }) => one.type === 'problem'))
    throw new ProblemError('invalid-request', { detail: 'The other ticket is not a problem ticket.' });
  await call.ports.database.write(
    call,
    {
      permission: 'copilot:use',
      audit: { action: 'ticket.linked', target: String(ticketId), facts: { problem: problemId } },
    },
    async () => undefined,
  );
  const deliveryId = call.ports.ids.next();
  await call.ports.helpDesk.changeTicket(
    reader.helpDeskCall,
    ticketId,
    ticket.map(({ ticket: one }) => ({ values: { problemId }, basedOn: one.updatedAt, deliveryId })),
  );
}

const keyOf = (call: MergeCall, confirmation: string): string =>
  `merge:${call.subscriptionId}:${confirmation}`;

const stampOf = ({ ticket }: TicketWithComments): readonly [id: number, updatedAt: number] => [
  ticket.id,
  Date.parse(ticket.updatedAt),
];

type Stamps = Transient<{
  readonly target: readonly [number, number];
  readonly sources: readonly (readonly [number, number])[];
}>;

/** The id and time of the target (0) or a source, back in Zendesk's form. */
function stampAt(stamps: Stamps, at: number): { readonly id: number; readonly updatedAt: string } {
  const part = (which: 0 | 1): number =>
    stamps.measure(({ target, sources }) => (at === 0 ? target : sources[at - 1])?.[which] ?? 0);
  return { id: part(0), updatedAt: new Date(part(1)).toISOString().replace(/\.\d{3}Z$/, 'Z') };
}

/** Zendesk refuses closed tickets; merging what other people asked would show them each other's words. */
function refuseUnlessMergeable(
  target: Transient<TicketWithComments>,
  sources: readonly Transient<TicketWithComments>[],
): void {
  const all = Transient.all([target, ...sources]);
  if (all.measure((tickets) => tickets.some(({ ticket }) => ticket.status === 'closed')))
    throw new ProblemError('ticket-refused-change', { detail: 'A closed ticket cannot be merged.' });
  if (all.measure((tickets) => new Set(tickets.map(({ ticket }) => ticket.requesterId)).size > 1))
    throw new ProblemError('invalid-request', {
      detail: 'The tickets have different requesters. Link them to a problem instead.',
    });
}

const shown = ({ ticket, comments, commentsLeftOut }: TicketWithComments) => ({
  id: ticket.id,
  subject: ticket.subject,
  status: ticket.status,
  comments: comments.length + commentsLeftOut,
  createdAt: ticket.createdAt,
});

function commentsOf(
  target: TicketWithComments,
  sources: readonly TicketWithComments[],
): Pick<MergeRehearsal, 'targetComment' | 'sourceComment'> {
  const newest = sources.map(({ ticket, comments }) => {
    const last = comments.findLast(({ public: isPublic }) => isPublic)?.text ?? ticket.description;
    return `#${ticket.id} "${ticket.subject}":\n${last}`;
  });
  return {
    targetComment: `Merged into this ticket: ${sources.map(({ ticket }) => `#${ticket.id}`).join(', ')}.\n\n${newest.join('\n\n')}`,
    sourceComment: `This ticket was closed and merged into #${target.ticket.id} "${target.ticket.subject}".`,
  };
}
