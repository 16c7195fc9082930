import { useId, useState } from 'react';
import type { Confidence } from '../../../src/contract/copilot.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { Icon } from './icons.tsx';

/** How sure the draft is; opens the list of reasons. */
export function ConfidenceChip({
  open,
  panel,
  confidence,
  onToggle,
}: {
  readonly confidence: Confidence;
  readonly open: boolean;
  readonly panel: string;
  readonly onToggle: () => void;
}) {
  const { t } = useSidebar();
  const level = t(`confidence.${confidence.level}`);
  return (
    <button
      type="button"
      className={`chip chip-button chip-${confidence.level}`}
      aria-label={t('confidence.label', { level, score: confidence.score })}
      aria-expanded={open}
      aria-controls={panel}
      onClick={onToggle}
    >
      {level} {confidence.score}
      <Icon name="chevron" className={open ? 'turned' : ''} />
    </button>
  );
}

/** The rules that raised or lowered the confidence. */
export function ConfidenceReasons({
  id,
  confidence,
  isBoxed = false,
}: {
  readonly id?: string;
  readonly confidence: Confidence;
  readonly isBoxed?: boolean;
}) {
  const { t } = useSidebar();
  const points = new Intl.NumberFormat(t.locale, { signDisplay: 'always' });
  return (
    <div id={id} className={isBoxed ? 'reasons reasons-boxed' : 'reasons'}>
      <p className="subtle">{t('confidence.title')}</p>
      <ul>
        {confidence.reasons.map((reason) => (
          <li key={reason.code}>
            <span>{t(`reason.${reason.code}`)}</span>
            <span className={reason.points < 0 ? 'points points-down' : 'points'}>
              {points.format(reason.points)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The open state and ids of the reasons panel. */
export function useReasonsPanel() {
  const [open, setOpen] = useState(false);
  return { open, panel: useId(), toggle: () => setOpen((before) => !before) };
}
