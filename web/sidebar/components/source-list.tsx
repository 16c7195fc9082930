import type { Citation, Source } from '../../../src/contract/stream-events.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { SourceLine } from './citation-chip.tsx';

interface SourceListProps {
  readonly sources: readonly Source[];
  readonly citations: readonly Citation[];
}

/** The sources an answer cites, by their numbers. */
export function SourceList({ sources, citations }: SourceListProps) {
  const { t } = useSidebar();
  const cited = sources.filter(({ number }) => citations.some(({ source }) => source === number));
  if (cited.length === 0) return null;
  return (
    <ol className="source-list" aria-label={t('reply.sources')}>
      {cited.map((source) => (
        <li key={source.number} value={source.number}>
          <span className="source-number">{source.number}</span>
          <SourceLine source={source} />
        </li>
      ))}
    </ol>
  );
}
