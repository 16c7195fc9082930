import { Skeleton } from '@zendeskgarden/react-loaders';
import { useCallback } from 'react';
import { SimilarTickets } from '../../../src/contract/abilities.ts';
import { runFeature } from '../../../src/contract/copilot.ts';
import { useAnswer } from '../hooks/use-answer.ts';
import { useCard } from '../hooks/use-opening.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { FailureNotice } from './failure-notice.tsx';
import { FoldLine } from './fold-line.tsx';
import { NoCard } from './no-card.tsx';
import { TicketLink } from './ticket-link.tsx';

/** Solved tickets like this one with what they were answered, and how many are open now. */
export function SimilarFold() {
  const { t } = useSidebar();
  const view = useCard('similar-tickets');
  const value = view.card?.value ?? null;
  const empty = value === null || value.solved.length + value.openCount === 0;
  const counts =
    value === null
      ? null
      : [
          t('similar.solved', { count: value.solved.length }),
          ...(value.openCount > 0 ? [t('similar.open', { count: value.openCount })] : []),
        ].join(' · ');
  return (
    <FoldLine
      name={t('similar.title')}
      words={value === null ? <NoCard view={view} /> : empty ? t('similar.none') : counts}
      empty={empty}
    >
      {value !== null && <SimilarList found={value} />}
    </FoldLine>
  );
}

/** The list at once, the answers as soon as Zendesk has given them. */
function SimilarList({ found }: { readonly found: SimilarTickets }) {
  const { t, api, ticketId } = useSidebar();
  const answered = useAnswer(
    useCallback(
      async (signal: AbortSignal) => {
        const body = { ticketId, locale: t.locale, withAnswers: true };
        const { output } = await api.call(runFeature, {
          params: { feature: 'similar-tickets' },
          body,
          signal,
        });
        return SimilarTickets.parse(output);
      },
      [api, ticketId, t],
    ),
  );
  const { solved, open } = answered.value ?? found;
  const answering = answered.value === null && answered.failure === null;
  return (
    <>
      {answered.failure !== null && (
        <FailureNotice failure={answered.failure} t={t} onRetry={answered.again} />
      )}
      <ul className="evidence">
        {solved.map((ticket) => (
          <li key={ticket.id}>
            <TicketLink ticket={ticket} />
            {answering ? (
              <Skeleton height="32px" />
            ) : (
              <p className="answer" dir="auto">
                {ticket.answer ?? t('similar.noAnswer')}
              </p>
            )}
            <p className="subtle">
              {t('similar.likeness', { likeness: ticket.likeness })}
              {ticket.shared.length > 0 && `, ${t('similar.shares', { words: ticket.shared.join(', ') })}`}
              {ticket.tags.length > 0 && ` · ${ticket.tags.slice(0, 3).join(' ')}`}
            </p>
          </li>
        ))}
      </ul>
      {open.length > 0 && (
        <>
          <h4>{t('similar.openTitle')}</h4>
          <ul className="evidence">
            {open.map((ticket) => (
              <li key={ticket.id}>
                <TicketLink ticket={ticket} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
