import { useEffect, useRef, useState } from 'react';
import type { SidebarSettings } from '../hooks/use-sidebar.ts';
import type { Translate } from '../strings/translate.ts';
import { DemoLabel, ToolButton } from './small-controls.tsx';

interface HeaderLineProps {
  readonly t: Translate;
  readonly settings: SidebarSettings | null;
  readonly onReceipts?: (() => void) | undefined;
}

/** Product name, the model that answers, and the small menu. */
export function HeaderLine({ t, settings, onReceipts }: HeaderLineProps) {
  return (
    <header className="top">
      <h1>
        <span className="mark" aria-hidden="true" />
        {t('app.name')}
      </h1>
      {settings !== null && <ModelChip t={t} provider={settings.provider} />}
      <span className="card-tools">
        {onReceipts !== undefined && <MoreMenu t={t} onReceipts={onReceipts} />}
      </span>
    </header>
  );
}

function ModelChip({
  t,
  provider,
}: {
  readonly t: Translate;
  readonly provider: SidebarSettings['provider'];
}) {
  if (provider === null) return <span className="chip">{t('app.noModel')}</span>;
  if (provider.demo) return <DemoLabel text={t('app.demoModel')} why={t('app.demoModel.why')} />;
  return (
    <span className="chip chip-model" title={t('app.model', { model: provider.model, host: provider.host })}>
      {provider.model}
    </span>
  );
}

function MoreMenu({ t, onReceipts }: { readonly t: Translate; readonly onReceipts: () => void }) {
  const [open, setOpen] = useState(false);
  const around = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (!open) return;
    around.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus();
    const onPointer = (event: PointerEvent) => {
      if (event.target instanceof Node && around.current?.contains(event.target) !== true) setOpen(false);
    };
    document.addEventListener('pointerdown', onPointer);
    return () => document.removeEventListener('pointerdown', onPointer);
  }, [open]);
  const close = () => {
    setOpen(false);
    around.current?.querySelector('button')?.focus();
  };
  return (
    <span
      ref={around}
      className="menu-around"
      role="presentation"
      onKeyDown={(event) => event.key === 'Escape' && open && close()}
      onBlur={(event) =>
        event.relatedTarget !== null && !event.currentTarget.contains(event.relatedTarget) && setOpen(false)
      }
    >
      <ToolButton icon="more" label={t('app.more')} onClick={() => setOpen(!open)} expanded={open} />
      {open && (
        <span className="menu" role="menu" aria-label={t('app.more')}>
          <button
            type="button"
            role="menuitem"
            onClick={() => {
              close();
              onReceipts();
            }}
          >
            {t('receipts.title')}
          </button>
        </span>
      )}
    </span>
  );
}
