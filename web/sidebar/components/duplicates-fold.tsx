import { useState } from 'react';
import type { Duplicates } from '../../../src/contract/abilities.ts';
import { linkProblem } from '../../../src/contract/merging.ts';
import type { Failure } from '../../shared/failure.ts';
import { useCard } from '../hooks/use-opening.ts';
import { failureOf } from '../hooks/run-stream.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { FailureNotice } from './failure-notice.tsx';
import { FoldLine } from './fold-line.tsx';
import { NoCard } from './no-card.tsx';
import { MergeRehearsalPanel } from './merge-rehearsal.tsx';
import { TicketLink } from './ticket-link.tsx';

type Candidate = Duplicates['candidates'][number];

/** Tickets that may be about the same: one customer's are merged after a rehearsal, another's are linked. */
export function DuplicatesFold() {
  const { t } = useSidebar();
  const view = useCard('find-duplicates');
  const value = view.card?.value ?? null;
  const candidates = value?.candidates ?? [];
  const words =
    value === null ? (
      <NoCard view={view} />
    ) : candidates.length === 0 ? (
      t('duplicates.none')
    ) : (
      t.count('duplicates.count', candidates.length)
    );
  return (
    <FoldLine name={t('duplicates.title')} words={words} empty={candidates.length === 0}>
      <ul className="evidence">
        {candidates.map((candidate) => (
          <CandidateRow key={candidate.ticket.id} candidate={candidate} />
        ))}
      </ul>
    </FoldLine>
  );
}

function CandidateRow({ candidate }: { readonly candidate: Candidate }) {
  const { t } = useSidebar();
  const { ticket, kind, band, own, other } = candidate;
  return (
    <li>
      <TicketLink ticket={ticket} />
      <p className="proposal">
        <span className="subtle">{t(`duplicates.${kind}`)}</span>
        <span className={`chip chip-${band}`}>{t(`band.${band}`)}</span>
      </p>
      <div className="side-by-side">
        <Words title={t('duplicates.own')} text={own} />
        <Words title={t('duplicates.other', { id: ticket.id })} text={other} />
      </div>
      {kind === 'same-requester' ? (
        <MergeRehearsalPanel otherId={ticket.id} otherCreatedAt={ticket.createdAt} />
      ) : candidate.isProblem ? (
        <ProblemLink problemId={ticket.id} />
      ) : (
        <p className="subtle">
          {t('duplicates.neverMerge')} {t('duplicates.noProblem')}
        </p>
      )}
    </li>
  );
}

function Words({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <div>
      <p className="subtle">{title}</p>
      <p className="answer" dir="auto">
        {text}
      </p>
    </div>
  );
}

function ProblemLink({ problemId }: { readonly problemId: number }) {
  const { t, api, ticketId, announce } = useSidebar();
  const [state, setState] = useState<'idle' | 'working' | 'linked'>('idle');
  const [failure, setFailure] = useState<Failure | null>(null);
  const linked = t('duplicates.linked', { id: `#${problemId}` });
  const link = () => {
    setState('working');
    setFailure(null);
    api.call(linkProblem, { params: {}, body: { ticketId, problemId } }).then(
      () => {
        setState('linked');
        announce(linked);
      },
      (error: unknown) => {
        setState('idle');
        setFailure(failureOf(error));
      },
    );
  };
  if (state === 'linked') return <p className="applied">{linked}</p>;
  return (
    <>
      <p className="subtle">
        {t('duplicates.neverMerge')} {t('duplicates.linkHint')}
      </p>
      <button type="button" className="link" disabled={state === 'working'} onClick={link}>
        {t('duplicates.link')}
      </button>
      {failure !== null && <FailureNotice failure={failure} t={t} onRetry={link} />}
    </>
  );
}
