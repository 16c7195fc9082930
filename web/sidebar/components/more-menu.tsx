import { useEffect, useRef, useState } from 'react';
import type { SidebarSettings } from '../hooks/use-sidebar.ts';
import type { Translate } from '../strings/translate.ts';
import { ToolButton } from './small-controls.tsx';

export type MenuPanel = 'glass' | 'receipts';

interface MoreMenuProps {
  readonly t: Translate;
  readonly provider: SidebarSettings['provider'];
  readonly onOpen: (panel: MenuPanel) => void;
}

/** The small menu: what was sent, receipts, which model answers, the keys. */
export function MoreMenu({ t, provider, onOpen }: MoreMenuProps) {
  const [open, setOpen] = useState(false);
  const around = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (!open) return;
    around.current?.querySelector<HTMLElement>('.menu button')?.focus();
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
  const choose = (panel: MenuPanel) => {
    close();
    onOpen(panel);
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
        <div className="menu">
          <button type="button" onClick={() => choose('glass')}>
            {t('glass.title')}
          </button>
          <button type="button" onClick={() => choose('receipts')}>
            {t('receipts.title')}
          </button>
          <p className="subtle menu-note">{modelWords(provider, t)}</p>
          <p className="subtle menu-note">{t('app.keys')}</p>
        </div>
      )}
    </span>
  );
}

function modelWords(provider: SidebarSettings['provider'], t: Translate): string {
  if (provider === null) return t('app.noModel');
  if (provider.demo) return `${t('app.demoModel')}. ${t('app.demoModel.why')}`;
  return t('app.model', { model: provider.model, host: provider.host });
}
