import type { Comment, TicketWithComments } from '../../ports/help-desk.ts';
import type { LeadSettings } from '../../services/settings/lead-settings.ts';
import type { DataBlock } from '../prompt/data-block.ts';

/** The ticket's own fields, no ids, no address of the requester. */
export function ticketBlock(
  { ticket }: TicketWithComments,
  options: { readonly requesterName?: string | null } = {},
): DataBlock {
  const lines = [
    `Subject: ${ticket.subject}`,
    `Status: ${ticket.status}`,
    ticket.priority === null ? '' : `Priority: ${ticket.priority}`,
    ticket.type === null ? '' : `Type: ${ticket.type}`,
    ticket.tags.length === 0 ? '' : `Tags: ${ticket.tags.join(', ')}`,
    options.requesterName ? `Customer's first name: ${options.requesterName.split(/\s+/)[0]}` : '',
  ];
  return {
    kind: 'ticket',
    attributes: {},
    text: lines.filter((line) => line !== '').join('\n'),
    keep: 'always',
  };
}

/** How the lead wants answers to sound: the brand's own style, else the subscription's; nothing when none is set. */
export function styleBlocks({ style }: LeadSettings, brandOfTicket: number | null): DataBlock[] {
  const { tone, glossary } = style.brands.find(({ brandId }) => brandId === brandOfTicket) ?? style;
  const lines = [
    ...(tone === '' ? [] : [`Tone: ${tone}`]),
    ...glossary.map(({ term, meaning }) => `Say "${term}"${meaning === '' ? '' : `: ${meaning}`}`),
  ];
  return lines.length === 0
    ? []
    : [{ kind: 'style', attributes: { from: 'lead' }, text: lines.join('\n'), keep: 'always' }];
}

/** Comments oldest first, each with its number, author's side and time. */
export function commentBlocks(comments: readonly Comment[]): DataBlock[] {
  return comments
    .map((comment, index) => ({ comment, n: index + 1 }))
    .filter(({ comment }) => comment.text.trim() !== '')
    .map(({ comment, n }) => ({
      kind: 'comment' as const,
      attributes: { n, author: comment.author, public: comment.public, at: comment.createdAt },
      text: comment.text,
    }));
}

/** The newest comment of the customer, or undefined. */
export function lastCustomerComment(comments: readonly Comment[]): Comment | undefined {
  return comments.findLast((comment) => comment.author === 'customer' && comment.text.trim() !== '');
}
