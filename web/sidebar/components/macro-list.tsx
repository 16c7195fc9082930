import { useId, useState } from 'react';
import type { MacroSuggestions } from '../../../src/contract/abilities.ts';
import { reportMacroEvents } from '../../../src/contract/macros.ts';
import { useCard } from '../hooks/use-opening.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { useOnce } from '../hooks/use-small-things.ts';
import { useTicketForm } from '../hooks/use-ticket-form.ts';
import { useUndoable } from '../hooks/use-undoable.ts';
import { NoCard } from './no-card.tsx';
import { MacroPreview } from './macro-preview.tsx';
import { UndoNote } from './undo-note.tsx';

const mostShown = 3;

/** The macros that fit, best first; shown and applied ones are reported as numbers. */
export function MacroList() {
  const { t, api, ticketId } = useSidebar();
  const view = useCard('suggest-macros');
  const value = view.card?.value ?? null;
  const shown = value?.macros.slice(0, mostShown) ?? [];
  const report = (event: 'shown' | 'applied', macros: typeof shown) => {
    const events = macros.map(({ id, rank }) => ({ macroId: id, rankShown: rank, event }));
    const look = { groupId: value?.groupId ?? null, bestScore: value?.macros[0]?.score ?? 0 };
    const body = { ticketId, totalShown: shown.length, events, ...(event === 'shown' && { look }) };
    // A lost count costs nobody anything.
    api.call(reportMacroEvents, { params: {}, body }).catch(() => {});
  };
  useOnce(value !== null, () => report('shown', shown));
  return (
    <div className="macros">
      <h3>{t('macros.title')}</h3>
      {value === null ? (
        <NoCard view={view} />
      ) : shown.length === 0 ? (
        <p className="line-words">{t('macros.none')}</p>
      ) : (
        <ul>
          {shown.map((macro) => (
            <MacroRow key={macro.id} macro={macro} onApplied={() => report('applied', [macro])} />
          ))}
        </ul>
      )}
    </div>
  );
}

/** Without the categories before it, which the line has no room for. */
const shortTitle = (title: string): string => title.split('::').at(-1)?.trim() || title;

function MacroRow({
  macro,
  onApplied,
}: {
  readonly macro: MacroSuggestions['macros'][number];
  readonly onApplied: () => void;
}) {
  const { t } = useSidebar();
  const form = useTicketForm();
  const change = useUndoable('macros.applied', 'macros.undone');
  const [open, setOpen] = useState(false);
  const panel = useId();
  const { shared, applied, shown } = macro.why;
  const why = [
    ...(shared.length > 0 ? [t('macros.shared', { words: shared.join(', ') })] : []),
    ...(shown > 0 ? [t('macros.taken', { applied, shown })] : []),
  ].join('. ');
  const apply = async () => {
    if (await change.apply(() => form.applyMacro(macro.id, macro.changes))) onApplied();
  };
  return (
    <li>
      <div className="macro">
        <button
          type="button"
          className="macro-name"
          title={[macro.title, why].filter((text) => text !== '').join('. ')}
          aria-expanded={open}
          aria-controls={panel}
          onClick={() => setOpen(!open)}
        >
          <bdi>{open ? macro.title.replaceAll('::', ' › ') : shortTitle(macro.title)}</bdi>
        </button>
        {!change.done && (
          <button
            type="button"
            className="link"
            aria-label={t('macros.applyNamed', { title: macro.title })}
            disabled={change.busy}
            onClick={() => void apply()}
          >
            {t('macros.apply')}
          </button>
        )}
      </div>
      <div id={panel} className="line-panel" hidden={!open}>
        {open && <MacroPreview macroId={macro.id} why={why} />}
      </div>
      {change.done && <UndoNote text={t('macros.applied')} onUndo={change.undo} />}
      {change.problem !== null && <p className="subtle">{t(change.problem)}</p>}
    </li>
  );
}
