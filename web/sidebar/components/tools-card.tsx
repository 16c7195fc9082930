import { useId, useState, type ComponentType } from 'react';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { useKey } from '../hooks/use-small-things.ts';
import type { StringKey } from '../strings/translate.ts';
import { AskPanel } from './ask-panel.tsx';
import { ImprovePanel } from './improve-panel.tsx';
import { QualityPanel } from './quality-panel.tsx';
import { NeedsProvider } from './small-controls.tsx';

type ToolName = 'rewrite-text' | 'ask' | 'review-quality';

const tools: readonly {
  readonly name: ToolName;
  readonly title: StringKey;
  readonly Panel: ComponentType<{ readonly isOpen: boolean }>;
}[] = [
  { name: 'rewrite-text', title: 'improve.title', Panel: ImprovePanel },
  { name: 'ask', title: 'ask.title', Panel: AskPanel },
  { name: 'review-quality', title: 'quality.title', Panel: QualityPanel },
];

/** What an agent reaches for now and then: improve a text, ask, check quality. One is open at a time, and each keeps what it has. */
export function ToolsCard() {
  const { t, settings, isOn } = useSidebar();
  const [open, setOpen] = useState<ToolName | null>(null);
  const [opened, setOpened] = useState<ReadonlySet<ToolName>>(new Set());
  const prefix = useId();
  const shown = tools.filter(({ name }) => isOn(name));
  const show = (name: ToolName | null) => {
    setOpen(name);
    if (name !== null) setOpened((before) => new Set(before).add(name));
  };
  useKey('/', () => isOn('ask') && show('ask'));
  if (shown.length === 0) return null;
  return (
    <section className="card tools" aria-label={shown.map(({ title }) => t(title)).join(', ')}>
      <div className="tool-row">
        {shown.map(({ name, title }) => (
          <button
            key={name}
            type="button"
            aria-expanded={open === name}
            aria-controls={`${prefix}${name}`}
            onClick={() => show(open === name ? null : name)}
            {...(name === 'ask' && { 'aria-keyshortcuts': '/' })}
          >
            {t(title)}
          </button>
        ))}
      </div>
      {shown.map(({ name, Panel }) => (
        <div key={name} id={`${prefix}${name}`} hidden={open !== name}>
          {opened.has(name) &&
            (settings.provider === null ? (
              <NeedsProvider feature={name} />
            ) : (
              <Panel isOpen={open === name} />
            ))}
        </div>
      ))}
    </section>
  );
}
