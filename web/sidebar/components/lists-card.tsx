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
  const lost = run.status === 'failed' && Object.keys(cards).length === 0;
  const shown = (
    ['suggest-macros', 'suggest-tags', 'triage-ticket', 'similar-tickets', 'find-duplicates'] as const
  ).some(isOn);
  if (!shown) return null;
  return (
    <section className={lost ? 'card lists lists-lost' : 'card lists'} aria-label={t('lists.title')}>
      {isOn('suggest-macros') && <MacroList />}
      {isOn('suggest-tags') && <TagRow />}
      {isOn('triage-ticket') && <TriageFold />}
      {isOn('similar-tickets') && <SimilarFold />}
      {isOn('find-duplicates') && <DuplicatesFold />}
    </section>
  );
}
