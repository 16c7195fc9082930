import { useMemo } from 'react';
import type { Citation, Source } from '../../../src/contract/stream-events.ts';
import { splitMarkers, withoutOpenMarker } from '../state/reply-text.ts';
import { CitationChip } from './citation-chip.tsx';

interface DraftTextProps {
  readonly text: string;
  readonly sources: readonly Source[];
  readonly citations: readonly Citation[];
  readonly streaming: boolean;
}

/** The draft with its markers as chips. */
export function DraftText({ text, sources, citations, streaming }: DraftTextProps) {
  const byNumber = useMemo(() => new Map(sources.map((source) => [source.number, source])), [sources]);
  const pieces = useMemo(
    () => splitMarkers(streaming ? withoutOpenMarker(text) : text, new Set(byNumber.keys())),
    [text, byNumber, streaming],
  );
  return (
    <div className="draft-text" dir="auto">
      {pieces.map((piece, index) => {
        if (piece.kind === 'text') return <span key={index}>{piece.text}</span>;
        const source = byNumber.get(piece.source);
        if (source === undefined) return null;
        const quotes = citations.filter((citation) => citation.source === piece.source).map(({ quote }) => quote);
        return <CitationChip key={index} source={source} quotes={[...new Set(quotes)]} />;
      })}
    </div>
  );
}
