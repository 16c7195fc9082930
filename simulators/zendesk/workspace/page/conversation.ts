import { element, icon } from './dom.ts';
import { timeAgo, timeAttributes } from './desk.ts';
import type { Desk } from './desk.ts';
import { sanitizeHtml } from './sanitize.ts';
import type { TicketSession } from './session.ts';
import type { Attachment, Comment } from './types.ts';

/** The conversation of a ticket, oldest first; `show` draws it anew and stays at the end. */
export function createConversation(desk: Desk): {
  readonly node: HTMLElement;
  readonly show: (session: TicketSession) => void;
} {
  const list = element('ol', { class: 'comments' });
  const node = element(
    'section',
    { class: 'conversation', 'aria-label': desk.words('Conversation'), tabindex: 0 },
    list,
  );
  const show = (session: TicketSession): void => {
    list.replaceChildren(...session.comments.map((comment) => renderComment(desk, session, comment)));
    // A pane that is not in the page yet has no height: look again once it is drawn.
    requestAnimationFrame(() => node.scrollTo(0, node.scrollHeight));
  };
  return { node, show };
}

function renderComment(desk: Desk, session: TicketSession, comment: Comment): HTMLElement {
  const { words, language } = desk;
  const author = session.users.get(comment.author_id);
  const name = author?.name ?? words('Unknown person');
  const staff = author !== undefined && author.role !== 'end-user';
  const kind = comment.public ? (staff ? 'from-staff' : 'from-customer') : 'internal';
  const body = element('div', { class: 'comment-body', dir: 'auto' });
  body.append(
    sanitizeHtml(comment.html_body, {
      blockedImage: (alternative) =>
        `[${words('image not loaded')}${alternative === '' ? '' : `: ${alternative}`}]`,
    }),
  );
  for (const hidden of body.querySelectorAll<HTMLElement>('.was-hidden')) {
    hidden.title = words('The sender had hidden this text');
  }
  const channel = comment.via?.channel;
  return element(
    'li',
    {},
    element(
      'article',
      { class: `comment ${kind}`, 'aria-label': `${name}, ${timeAgo(comment.created_at, language)}` },
      element('span', { class: 'avatar', 'aria-hidden': 'true' }, initials(name)),
      element(
        'div',
        { class: 'comment-main' },
        element(
          'header',
          {},
          element('strong', { dir: 'auto' }, name),
          !comment.public && element('span', { class: 'note-tag' }, icon('lock'), words('Internal note')),
          comment.public && channel !== undefined && element('span', { class: 'channel' }, channel),
          element(
            'time',
            timeAttributes(comment.created_at, language),
            timeAgo(comment.created_at, language),
          ),
        ),
        body,
        renderAttachments(desk, comment.attachments ?? []),
      ),
    ),
  );
}

function renderAttachments(desk: Desk, files: readonly Attachment[]): HTMLElement | null {
  if (files.length === 0) return null;
  return element(
    'ul',
    { class: 'files', 'aria-label': desk.words('Attachments') },
    ...files.map((file) => {
      const size = new Intl.NumberFormat(desk.language, {
        style: 'unit',
        unit: 'kilobyte',
        maximumFractionDigits: 0,
      });
      return element(
        'li',
        {},
        icon('file'),
        element('bdi', {}, file.file_name),
        element('span', { class: 'quiet' }, size.format(Math.max(1, file.size / 1000))),
      );
    }),
  );
}

function initials(name: string): string {
  const parts = name.trim().split(/\s+/);
  const letters = [parts[0], parts.length > 1 ? parts.at(-1) : undefined];
  return letters
    .map((part) => (part === undefined ? '' : ([...part][0] ?? '')))
    .join('')
    .toLocaleUpperCase();
}
