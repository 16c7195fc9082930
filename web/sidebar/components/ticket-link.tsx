import { useState } from 'react';
import type { TicketEvidence } from '../../../src/contract/abilities.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { valueName } from '../state/field-words.ts';

/** Another ticket by number and subject; a press opens it in Zendesk. */
export function TicketLink({ ticket }: { readonly ticket: TicketEvidence }) {
  const { t, zaf } = useSidebar();
  const [now] = useState(() => Date.now());
  const days = Math.round((Date.parse(ticket.createdAt) - now) / 86_400_000);
  const age = new Intl.RelativeTimeFormat(t.language, { numeric: 'auto', style: 'short' });
  return (
    <p className="ticket-link">
      <button
        type="button"
        className="link"
        aria-label={t('ticket.open', { id: ticket.id, subject: ticket.subject })}
        onClick={() => void zaf.invoke('routeTo', 'ticket', ticket.id).catch(() => {})}
      >
        #{ticket.id}
      </button>{' '}
      <span dir="auto">{ticket.subject}</span>{' '}
      <span className="subtle">
        {valueName('status', ticket.status, ticket.status, t)},{' '}
        <time dateTime={ticket.createdAt}>
          {days <= -60 ? age.format(Math.round(days / 30), 'month') : age.format(days, 'day')}
        </time>
      </span>
    </p>
  );
}
