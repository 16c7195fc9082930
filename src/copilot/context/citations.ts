import type { Citation, Source } from '../../contract/stream-events.ts';
import type { TicketWithComments } from '../../ports/help-desk.ts';
import type { DataBlock } from '../prompt/data-block.ts';
import { normalizeForQuote } from '../text/clean-text.ts';
import type { NumberedSource, SourcesContext } from './catalogue.ts';

/** The numbered sources as a model reads them. */
export const sourceBlocks = ({ sources }: SourcesContext): DataBlock[] =>
  sources.map(({ number, title, origin, internal, text }) => ({
    kind: 'source',
    attributes: { n: number, title, origin, internal },
    text,
    keep: 'always',
  }));

/** The sources as they are shown: without their text. */
export const shownSources = ({ sources }: SourcesContext): Source[] =>
  sources.map(({ number, title, url, origin, internal }) => ({ number, title, url, origin, internal }));

/** Texts whose links an answer about this ticket may repeat. */
export const linkTexts = (ticket: TicketWithComments, { sources }: SourcesContext): string[] => [
  ticket.ticket.subject,
  ...ticket.comments.map((comment) => comment.text),
  ...sources.flatMap((source) => [source.text, source.url ?? '']),
];

/** Keeps the citations whose source was retrieved and whose quote really stands in it. */
export function checkCitations(
  citations: readonly Citation[],
  sources: readonly NumberedSource[],
): Citation[] {
  const texts = new Map(sources.map((source) => [source.number, normalizeForQuote(source.text)]));
  return citations.filter(({ source, quote }) => {
    const wanted = normalizeForQuote(quote);
    return wanted.length >= 8 && (texts.get(source)?.includes(wanted) ?? false);
  });
}

/** Removes [n] marks that no checked citation stands behind. */
export function dropUncheckedMarks(text: string, checked: ReadonlySet<number>): string {
  return text.replace(/\s?\[(\d{1,3})\]/g, (mark, number: string) =>
    checked.has(Number(number)) ? mark : '',
  );
}
