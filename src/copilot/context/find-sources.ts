import { Transient } from '../../kernel/transient.ts';
import type { Article, HelpDesk, HelpDeskCall, TicketWithComments } from '../../ports/help-desk.ts';
import { rankByBm25 } from '../../kernel/text/bm25.ts';
import { terms } from '../../kernel/text/words.ts';
import type { NumberedSource, SourcesContext } from './catalogue.ts';
import { conversationWords, optional } from './find-neighbours.ts';
import { lastCustomerComment } from './ticket-blocks.ts';

const articlesAsked = 15;
const sourcesKept = 5;
const passageCharacters = 900;

interface Passage {
  readonly title: string;
  readonly url: string | null;
  readonly origin: NumberedSource['origin'];
  readonly internal: boolean;
  readonly text: string;
}

/** Help Center articles and similar solved tickets for a conversation and what is asked about it (empty: nothing), ranked in memory by BM25; the best passages, numbered from 1. */
export async function findSources(
  helpDesk: HelpDesk,
  call: HelpDeskCall,
  ticket: Transient<TicketWithComments>,
  question: Transient<string>,
  solved: () => Promise<Transient<readonly TicketWithComments[]>>,
): Promise<Transient<SourcesContext>> {
  const words = Transient.all([ticket, question]).map(([conversation, asked]) =>
    conversationWords(conversation, asked),
  );
  if (words.measure((list) => list.length) === 0) return Transient.of({ sources: [] });
  const [articles, similar] = await Promise.all([
    optional(helpDesk.searchArticles(call, words, { locale: null, limit: articlesAsked }), call.signal),
    solved(),
  ]);
  return Transient.all([ticket, question, articles, similar]).map(
    ([conversation, asked, foundArticles, foundTickets]) => ({
      sources: rankPassages(
        [...terms(asked), ...terms(asked), ...queryTerms(conversation)],
        [...foundArticles.flatMap(articlePassages), ...foundTickets.flatMap(resolutionPassages)],
      ),
    }),
  );
}

/** The whole conversation as query terms; subject and newest customer words count more. */
function queryTerms({ ticket, comments }: TicketWithComments): string[] {
  const newest = lastCustomerComment(comments);
  const subject = terms(ticket.subject);
  const newestTerms = newest === undefined ? [] : terms(newest.text);
  return [
    ...subject,
    ...subject,
    ...newestTerms,
    ...newestTerms,
    ...comments.filter((comment) => comment.public).flatMap((comment) => terms(comment.text)),
  ];
}

/** Paragraphs joined to passages of at most about 900 characters, so that a citation points at something short. */
function passagesOf(text: string): string[] {
  const passages: string[] = [];
  let current = '';
  for (const paragraph of text.split(/\n{1,}/)) {
    if (current !== '' && current.length + paragraph.length > passageCharacters) {
      passages.push(current);
      current = '';
    }
    current = current === '' ? paragraph : `${current}\n${paragraph}`;
    while (current.length > passageCharacters * 2) {
      passages.push(current.slice(0, passageCharacters));
      current = current.slice(passageCharacters);
    }
  }
  if (current.trim() !== '') passages.push(current);
  return passages;
}

const articlePassages = (article: Article): Passage[] =>
  passagesOf(article.text).map((text) => ({
    title: article.title,
    url: article.public ? article.url : null,
    origin: 'help-center',
    internal: !article.public,
    text,
  }));

/** What solved a ticket: the agents' last public comments. Another customer's ticket is internal by nature. */
function resolutionPassages({ ticket, comments }: TicketWithComments): Passage[] {
  return comments
    .filter((comment) => comment.author === 'agent' && comment.public && comment.text.trim() !== '')
    .slice(-2)
    .map((comment) => ({
      title: ticket.subject,
      url: null,
      origin: 'similar-ticket',
      internal: true,
      text: comment.text.slice(0, passageCharacters * 2),
    }));
}

function rankPassages(query: readonly string[], passages: readonly Passage[]): NumberedSource[] {
  const ranked = rankByBm25(
    query,
    passages.map((passage) => terms(`${passage.title} ${passage.text}`)),
  );
  return ranked
    .map(({ index }) => passages[index])
    .filter((passage) => passage !== undefined)
    .slice(0, sourcesKept)
    .map((passage, index) => ({ ...passage, number: index + 1 }));
}
