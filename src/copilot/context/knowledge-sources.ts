import type { Retrieved } from '../../services/knowledge/passage.ts';
import { Transient } from '../../kernel/transient.ts';
import type { TicketWithComments } from '../../ports/help-desk.ts';
import type { NumberedSource, SourcesContext } from './catalogue.ts';

const passagesKept = 4;
const turnsRead = 6;

/** Finds passages of the knowledge attached to the copilot; the query is a conversation, newest last. */
export type SearchKnowledge = (query: Transient<readonly string[]>) => Promise<Retrieved>;

/** Passages for a ticket, and for what is asked about it, which counts as the newest. What is not sure is left out: beside articles and solved tickets it would only take room. */
export async function knowledgeSources(
  search: SearchKnowledge,
  ticket: Transient<TicketWithComments>,
  question: Transient<string>,
): Promise<Transient<readonly NumberedSource[]>> {
  const { passages, sure } = await search(
    Transient.all([ticket, question]).map(([conversation, asked]) =>
      [...turnsOf(conversation), asked].filter((text) => text.trim() !== ''),
    ),
  );
  if (!sure) return Transient.of([]);
  return passages.map((list) =>
    list.slice(0, passagesKept).map(({ title, headingPath, url, internal, text }, at) => ({
      number: at + 1,
      title: [title, ...headingPath.filter((heading) => heading !== title)].join(' › '),
      url: internal ? null : url,
      origin: 'knowledge',
      internal,
      text,
    })),
  );
}

/** What the customer wrote, newest last, with the subject before it. */
function turnsOf({ ticket, comments }: TicketWithComments): readonly string[] {
  const written = comments
    .filter((comment) => comment.author === 'customer' && comment.public)
    .slice(-turnsRead)
    .map(({ text }) => text);
  return [ticket.subject, ...written];
}

/** One numbering; an article that both found stands there once. */
export function joinSources(
  knowledge: readonly NumberedSource[],
  { sources }: SourcesContext,
): SourcesContext {
  const known = new Set(knowledge.flatMap(({ url }) => url ?? []));
  const others = sources.filter(({ url }) => url === null || !known.has(url));
  return { sources: [...knowledge, ...others].map((source, at) => ({ ...source, number: at + 1 })) };
}
