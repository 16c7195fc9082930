import { useId, useState, type KeyboardEvent } from 'react';
import type { Source } from '../../../src/contract/stream-events.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { Icon } from './icons.tsx';

interface CitationChipProps {
  readonly source: Source;
  readonly quotes: readonly string[];
}

/** A citation in the text; hovering, focusing or pressing it shows the quote and its source. */
export function CitationChip({ source, quotes }: CitationChipProps) {
  const { t } = useSidebar();
  const [pinned, setPinned] = useState(false);
  const [near, setNear] = useState(false);
  const panel = useId();
  const open = pinned || near;
  const label = `${t('source.number', { number: source.number })}: ${source.title}`;
  const close = () => {
    setPinned(false);
    setNear(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !open) return;
    event.stopPropagation();
    close();
  };
  return (
    <span
      className="citation"
      role="presentation"
      onKeyDown={onKeyDown}
      onPointerEnter={() => setNear(true)}
      onPointerLeave={() => setNear(false)}
      onFocus={() => setNear(true)}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && close()}
    >
      <button
        type="button"
        className={source.internal ? 'cite cite-internal' : 'cite'}
        aria-label={source.internal ? `${label}, ${t('source.internal')}` : label}
        aria-expanded={open}
        aria-controls={panel}
        onClick={() => (pinned ? close() : setPinned(true))}
      >
        {source.internal && <Icon name="lock" className="cite-lock" />}
        {source.number}
      </button>
      <span id={panel} className="quote" hidden={!open}>
        {quotes.map((quote) => (
          <q key={quote} dir="auto">
            {quote}
          </q>
        ))}
        <SourceLine source={source} />
      </span>
    </span>
  );
}

/** A source by its title, with a link where it has an address of the web. */
export function SourceLine({ source }: { readonly source: Source }) {
  const { t } = useSidebar();
  const address = source.url !== null && /^https?:\/\//i.test(source.url) ? source.url : null;
  return (
    <span className="source">
      {source.internal && (
        <span className="chip chip-warning">
          <Icon name="lock" />
          {t('source.internal')}
        </span>
      )}
      {address === null ? (
        <bdi>{source.title}</bdi>
      ) : (
        <a href={address} target="_blank" rel="noopener noreferrer">
          <bdi>{source.title}</bdi>
        </a>
      )}
      <span className="subtle">{t(`source.${source.origin}`)}</span>
    </span>
  );
}
