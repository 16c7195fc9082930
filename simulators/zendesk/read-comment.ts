import type { Account } from './account.ts';
import { systemMetadataOf, viaOf } from './build-tickets.ts';
import { htmlToText, textToHtml } from './html-text.ts';
import type { FieldProblems } from './assign-fields.ts';
import { isJson } from './model.ts';
import type { StoredComment, User } from './model.ts';

/** What a new comment is made in: who writes, when, under which audit, and what `public` defaults to. */
export type CommentFrame = {
  readonly actor: User;
  readonly auditId: number;
  readonly at: string;
  /** Zendesk's default for `public`: what the ticket's first comment is. */
  readonly inherited: boolean;
  readonly problems: FieldProblems;
};

/** Reads the `comment` of a create or update; null, with the reason in `problems`, when it cannot be taken. */
export function readComment(account: Account, source: unknown, frame: CommentFrame): StoredComment | null {
  const { problems } = frame;
  if (!isJson(source)) {
    problems['comment'] = [{ description: 'Comment: has to be an object', error: 'InvalidValue' }];
    return null;
  }
  const html = typeof source['html_body'] === 'string' ? source['html_body'] : null;
  const body = typeof source['body'] === 'string' ? source['body'] : null;
  if ((html === null || htmlToText(html) === '') && (body === null || body.trim() === '')) {
    problems['comment'] = [{ description: 'Comment: cannot be blank', error: 'BlankValue' }];
    return null;
  }
  const author =
    source['author_id'] === undefined ? frame.actor : account.users.get(Number(source['author_id']));
  if (author === undefined) {
    problems['comment'] = [{ description: 'Comment author: is not a known user', error: 'InvalidValue' }];
    return null;
  }
  const written = html ?? textToHtml(body ?? '');
  return {
    id: account.nextId(),
    auditId: frame.auditId,
    authorId: author.id,
    html: written,
    text: html === null ? (body ?? '').trim() : htmlToText(html),
    public: typeof source['public'] === 'boolean' ? source['public'] : frame.inherited,
    attachments: [],
    via: viaOf('api'),
    system: systemMetadataOf(author.id),
    createdAt: frame.at,
  };
}
