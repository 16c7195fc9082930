import type { TicketSession } from './session.ts';
import type { Comment, User } from './types.ts';

/** The current value behind a session change, in the app's shape; the event is `ticket.<name>.changed`. */
export function zafEventFor(
  session: TicketSession,
  property: string,
): { name: string; value: unknown } | null {
  if (property === 'ticket') return null;
  if (property === 'conversation') return { name: 'conversation', value: describeConversation(session) };
  if (property === 'comment.text') return { name: 'comment.text', value: session.draftHtml };
  if (property === 'comment.type') return { name: 'comment.type', value: session.draftType };
  if (property === 'assignee_id') return { name: 'assignee.user', value: describeAssignee(session).user };
  if (property === 'group_id') return { name: 'assignee.group', value: describeAssignee(session).group };
  const field = /^custom_field_(\d+)$/.exec(property);
  if (field !== null) return { name: property, value: session.fieldValue(Number(field[1])) };
  return { name: property, value: session.value(property as 'status') };
}

/** A person as apps see them; null when unknown. */
export function describeUser(user: Pick<User, 'id' | 'name' | 'email' | 'role' | 'locale'> | undefined) {
  if (user === undefined) return null;
  const { id, name, email, role } = user;
  return { id, name, email, role, locale: user.locale ?? null, avatarUrl: null };
}

/** The assigned person and group, unsaved changes included. */
export function describeAssignee(session: TicketSession) {
  const user = session.users.get(session.value('assignee_id') ?? 0);
  return { user: describeUser(user), group: session.groups.get(session.value('group_id') ?? 0) ?? null };
}

/** One entry of `ticket.comments`. */
export function describeComment(session: TicketSession, comment: Comment) {
  const files = describeFiles(comment);
  return {
    id: comment.id,
    value: comment.html_body,
    author: describeUser(session.users.get(comment.author_id)),
    via: { channel: comment.via?.channel ?? 'web' },
    imageAttachments: files.filter((file) => file.contentType.startsWith('image/')),
    nonImageAttachments: files.filter((file) => !file.contentType.startsWith('image/')),
  };
}

/** `ticket.conversation`, oldest first. */
export function describeConversation(session: TicketSession) {
  return session.comments.map((comment) => {
    const author = session.users.get(comment.author_id);
    return {
      author: {
        id: comment.author_id,
        avatar: null,
        name: author?.name ?? '',
        role: author?.role ?? 'end-user',
      },
      channel: { name: comment.public ? (comment.via?.channel ?? 'web') : 'internal' },
      message: { content: comment.html_body, contentType: 'text/html' },
      timestamp: comment.created_at,
      attachments: describeFiles(comment),
    };
  });
}

function describeFiles(comment: Comment) {
  return (comment.attachments ?? []).map((file) => ({
    contentType: file.content_type,
    contentUrl: file.content_url,
    filename: file.file_name,
  }));
}
