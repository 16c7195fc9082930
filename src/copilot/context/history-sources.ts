import type { Comment, Ticket } from '../../ports/help-desk.ts';
import { findValues } from '../masking/find-values.ts';
import { rankByBm25 } from '../../kernel/text/bm25.ts';
import { terms } from '../../kernel/text/words.ts';
import type { CustomerHistory, NumberedSource } from './catalogue.ts';

const ticketsListed = 20;
const numbersInTitle = 4;
const conversationCharacters = 1_800;
const commentCharacters = 600;

/**
 * What a customer asked before, as sources numbered from `first`: one for each ticket that was read, with the comments
 * that meet the question best, and a list of all when there are more. E-mail addresses and phone numbers are taken out:
 * they are not needed to answer, and an older ticket is beyond what the agent has before them.
 */
export function historySources(
  question: string,
  { conversations, tickets }: CustomerHistory,
  first: number,
): NumberedSource[] {
  const read = conversations.map((conversation) => ({
    title: titleOf(conversation.ticket),
    text: [
      factsOf(conversation.ticket),
      ...chosenComments(question, conversation.comments).map(
        ({ author, public: isPublic, createdAt, text }) =>
          `${isPublic ? author : 'internal note'}, ${dayOf(createdAt)}: ${text.slice(0, commentCharacters)}`,
      ),
    ].join('\n'),
  }));
  const listed = tickets.length > conversations.length ? [listOf(tickets.slice(0, ticketsListed))] : [];
  const phones = new Set<string>();
  return [...read, ...listed].map(({ title, text }, at) => ({
    number: first + at,
    title: withoutAddresses(title, phones),
    url: null,
    origin: 'customer-ticket',
    internal: true,
    text: withoutAddresses(text, phones),
  }));
}

const dayOf = (time: string): string => time.slice(0, 10);
const titleOf = ({ id, subject }: Ticket): string => `#${id} ${subject}`;

const factsOf = ({ status, priority, type, tags, createdAt, updatedAt, badRating }: Ticket): string =>
  [
    `Created ${dayOf(createdAt)}, status ${status}, last changed ${dayOf(updatedAt)}`,
    ...(type === null ? [] : [`type ${type}`]),
    ...(priority === null ? [] : [`priority ${priority}`]),
    ...(tags.length === 0 ? [] : [`tags ${tags.join(' ')}`]),
    ...(badRating ? ['rated bad by the customer'] : []),
  ].join(', ');

const listOf = (tickets: readonly Ticket[]) => ({
  title: `${tickets
    .slice(0, numbersInTitle)
    .map(({ id }) => `#${id}`)
    .join(', ')}${tickets.length > numbersInTitle ? ' …' : ''}`,
  text: tickets
    .map(
      ({ id, subject, status, createdAt }) =>
        `#${id} ${subject} (created ${dayOf(createdAt)}, status ${status})`,
    )
    .join('\n'),
});

/** The comments that meet the question best as far as there is room, in the order they were written; the newest always. */
function chosenComments(question: string, comments: readonly Comment[]): Comment[] {
  const written = comments.filter(({ text }) => text.trim() !== '');
  const ranked = rankByBm25(
    terms(question),
    written.map(({ text }) => terms(text)),
  ).map(({ index }) => index);
  const order = [...new Set([written.length - 1, ...ranked, 0, ...written.keys()])];
  const kept = new Set<number>();
  let used = 0;
  for (const at of order) {
    const size = Math.min(commentCharacters, written[at]?.text.length ?? 0);
    if (size === 0 || used + size > conversationCharacters) continue;
    kept.add(at);
    used += size;
  }
  return written.filter((_, at) => kept.has(at));
}

const addresses = { types: ['email', 'phone'], phoneRegions: [], patterns: [] } as const;

function withoutAddresses(text: string, knownPhones: Set<string>): string {
  let rest = '';
  let at = 0;
  for (const { start, end, type } of findValues(text, addresses, knownPhones)) {
    rest += `${text.slice(at, start)}[${type === 'email' ? 'e-mail' : type}]`;
    at = end;
  }
  return rest + text.slice(at);
}
