import { useOpenedTicket } from '../hooks/use-opening.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { DuplicatesFold } from './duplicates-fold.tsx';
import { MacroList } from './macro-list.tsx';
import { SimilarFold } from './similar-fold.tsx';
import { TagRow } from './tag-row.tsx';
import { TriageFold } from './triage-fold.tsx';

/** The compact lists: macros, tags, fields, similar tickets, duplicates. Each keeps its place from the start. */
export function ListsCard() {
  const { t, isOn } = useSidebar();
  const { run, cards } = useOpenedTicket();
  const shown = (
    ['suggest-macros', 'suggest-tags', 'triage-ticket', 'similar-tickets', 'find-duplicates'] as const
  ).some(isOn);
  // The one failure that explains them all is told above, with its way out.
  const lost = run.status === 'failed' && Object.keys(cards).length === 0;
  if (!shown || lost) return null;
  return (
    <section className="card lists" aria-label={t('lists.title')}>
      {isOn('suggest-macros') && <MacroList />}
      {isOn('suggest-tags') && <TagRow />}
      {isOn('triage-ticket') && <TriageFold />}
      {isOn('similar-tickets') && <SimilarFold />}
      {isOn('find-duplicates') && <DuplicatesFold />}
    </section>
  );
}
