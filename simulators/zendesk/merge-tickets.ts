import type { Account } from './account.ts';
import { invalidField, notFound, parameterMissing } from './api-error.ts';
import { updateTicket } from './change-ticket.ts';
import { isJson } from './model.ts';
import type { Attachment, Json, StoredTicket, User } from './model.ts';

/** A merge that was checked and may run. */
export type MergePlan = {
  readonly target: StoredTicket;
  readonly sources: readonly StoredTicket[];
  readonly run: () => Json[];
};

/**
 * Checks a merge of tickets into a target and gives the work to do. Comments are private unless
 * asked otherwise, and always private when any of the tickets is. Throws 400, 404 or 422.
 */
export function planMerge(account: Account, targetId: number, body: unknown, actor: User): MergePlan {
  const target = account.tickets.get(targetId);
  if (target === undefined) throw notFound();
  if (!isJson(body) || !Array.isArray(body['ids']) || body['ids'].length === 0) throw parameterMissing('ids');
  const ids = [...new Set(body['ids'].map(Number))];
  if (ids.includes(targetId)) throw invalidField('base', 'A ticket cannot be merged into itself');
  const sources = ids.map((id) => {
    const source = account.tickets.get(id);
    if (source === undefined) throw invalidField('base', `Ticket ${id} does not exist`);
    return source;
  });
  const closed = [target, ...sources].find((ticket) => ticket.status === 'closed');
  if (closed !== undefined)
    throw invalidField('status', `Status: ticket ${closed.id} is closed and cannot be merged`);
  return { target, sources, run: () => runMerge(account, target, sources, body, actor) };
}

function runMerge(
  account: Account,
  target: StoredTicket,
  sources: readonly StoredTicket[],
  body: Json,
  actor: User,
): Json[] {
  const allPublic = [target, ...sources].every((ticket) =>
    ticket.comments.every((comment) => comment.public),
  );
  const results: Json[] = [];
  for (const source of sources) {
    if (source.status === 'closed' || target.status === 'closed') {
      results.push({
        action: 'merge',
        id: source.id,
        success: false,
        status: 'Failed',
        error: 'TicketClosed',
        details: `Ticket ${source.id} is closed`,
      });
      continue;
    }
    const words =
      typeof body['source_comment'] === 'string'
        ? body['source_comment']
        : `This request was closed and merged into request #${target.id}.`;
    updateTicket(
      account,
      source,
      {
        comment: { body: words, public: allPublic && body['source_comment_is_public'] === true },
        status: 'closed',
        tags: [...source.tags, 'closed_by_merge'],
      },
      actor,
    );
    results.push({ action: 'merge', id: source.id, success: true, status: 'Merged' });
  }
  const merged = results.filter((result) => result['success'] === true);
  if (merged.length === 0) return results;
  const numbers = merged.map((result) => `#${String(result['id'])}`).join(', ');
  const words =
    typeof body['target_comment'] === 'string'
      ? body['target_comment']
      : `Requests ${numbers} were closed and merged into this request.`;
  updateTicket(
    account,
    target,
    {
      comment: { body: words, public: allPublic && body['target_comment_is_public'] === true },
    },
    actor,
  );
  copyAttachments(account, target, sources);
  return results;
}

function copyAttachments(account: Account, target: StoredTicket, sources: readonly StoredTicket[]): void {
  const copies: Attachment[] = sources
    .flatMap((source) => source.comments.flatMap((comment) => comment.attachments))
    .map((attachment) => ({ ...attachment, id: account.nextId() }));
  const last = target.comments.at(-1);
  if (last === undefined || copies.length === 0) return;
  target.comments[target.comments.length - 1] = { ...last, attachments: copies };
  for (const copy of copies) account.attachments.set(copy.id, copy);
}
