import type { TriageProposal } from '../../../src/contract/abilities.ts';
import { useCard } from '../hooks/use-opening.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { useTicketForm } from '../hooks/use-ticket-form.ts';
import { useUndoable } from '../hooks/use-undoable.ts';
import { fieldName, ticketNumbers, valueName } from '../state/field-words.ts';
import { pathOfField } from '../state/ticket-form.ts';
import { openTies } from '../state/triage-ties.ts';
import { FoldLine } from './fold-line.tsx';
import { NoCard } from './no-card.tsx';
import { TriageTies } from './triage-ties.tsx';
import { UndoNote } from './undo-note.tsx';

type Proposed = TriageProposal['values'][number];

/** Fields by the nearest solved tickets: set one by one in the open form, each with Undo. */
export function TriageFold() {
  const { t } = useSidebar();
  const view = useCard('triage-ticket');
  const value = view.card?.value ?? null;
  const ties = openTies(value);
  const values = value?.values.filter((one) => isChange(one) && !ties.includes(one)) ?? [];
  const words =
    value === null ? (
      <NoCard view={view} />
    ) : values.length === 0 ? (
      ties.length === 0 ? (
        t('triage.none')
      ) : (
        t.count('triage.open', ties.length)
      )
    ) : (
      values
        .map(
          ({ field, title, value: to, valueTitle }) =>
            `${fieldName(field, t, title)} ${valueName(field, to, valueTitle, t)}`,
        )
        .join(', ')
    );
  return (
    <FoldLine name={t('triage.title')} words={words} empty={values.length === 0 && ties.length === 0}>
      <ul className="proposals">
        {values.map((one) => (
          <Proposal key={one.field} proposed={one} />
        ))}
      </ul>
      {ties.length > 0 && <TriageTies ties={ties} />}
    </FoldLine>
  );
}

/** Worth a look: another value than now, not a guess, and one that can be set from here. */
const isChange = ({ field, value, current, band }: Proposed): boolean =>
  value !== current && band !== 'low' && pathOfField(field) !== null;

function Proposal({ proposed }: { readonly proposed: Proposed }) {
  const { t } = useSidebar();
  const form = useTicketForm();
  const change = useUndoable('triage.done', 'triage.undone');
  const name = fieldName(proposed.field, t, proposed.title);
  const value = valueName(proposed.field, proposed.value, proposed.valueTitle, t);
  const { current, certainty, evidence, band } = proposed;
  return (
    <li>
      <div className="proposal">
        <span>
          <span className="subtle">{name}</span> <bdi>{value}</bdi>
        </span>
        <span className={`chip chip-${band}`}>{t(`band.${band}`)}</span>
        {!change.done && (
          <button
            type="button"
            className="link"
            aria-label={t('triage.setNamed', { field: name, value })}
            disabled={change.busy}
            onClick={() => void change.apply(() => form.setField(proposed.field, proposed.value))}
          >
            {t('triage.set')}
          </button>
        )}
      </div>
      <p className="subtle">
        {current !== null &&
          proposed.field !== 'group_id' &&
          `${t('triage.now', { value: valueName(proposed.field, current, current, t) })}; `}
        {t('triage.certainty', { certainty, tickets: ticketNumbers(evidence) })}
      </p>
      {change.done && <UndoNote text={t('triage.done')} onUndo={change.undo} />}
      {change.problem !== null && <p className="subtle">{t(change.problem)}</p>}
    </li>
  );
}
