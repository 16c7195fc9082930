import { useMemo } from 'react';
import type { Citation, Source } from '../../../src/contract/stream-events.ts';
import { splitMarkers, withoutOpenMarker } from '../state/reply-text.ts';
import { CitationChip } from './citation-chip.tsx';

interface DraftTextProps {
  readonly text: string;
  /** The language of the draft, once it is known. */
  readonly language: string | undefined;
  readonly sources: readonly Source[];
  readonly citations: readonly Citation[];
  readonly streaming: boolean;
}

/** The draft with its markers as chips. */
export function DraftText({ text, language, sources, citations, streaming }: DraftTextProps) {
  const byNumber = useMemo(() => new Map(sources.map((source) => [source.number, source])), [sources]);
  const pieces = useMemo(
    () => splitMarkers(streaming ? withoutOpenMarker(text) : text, new Set(byNumber.keys())),
    [text, byNumber, streaming],
  );
  return (
    <div className="draft-text" dir="auto" lang={language}>
      {pieces.map((piece, index) => {
        if (piece.kind === 'text') {
          const moved = pieces[index - 1]?.kind === 'marker' ? leadingSigns(piece.text) : '';
          return <span key={index}>{piece.text.slice(moved.length)}</span>;
        }
        const source = byNumber.get(piece.source);
        if (source === undefined) return null;
        const quotes = citations
          .filter((citation) => citation.source === piece.source)
          .map(({ quote }) => quote);
        const next = pieces[index + 1];
        return (
          <span key={index} className="together">
            <CitationChip source={source} quotes={[...new Set(quotes)]} />
            {next?.kind === 'text' && leadingSigns(next.text)}
          </span>
        );
      })}
    </div>
  );
}

/** Punctuation that must not begin a line, so it stays with the chip before it. */
function leadingSigns(text: string): string {
  return /^[.,;:!?…)\]»”"'،؛؟。、]+/.exec(text)?.[0] ?? '';
}
