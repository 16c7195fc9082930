import { useState } from 'react';
import { runFeature } from '../../../src/contract/copilot.ts';
import type { Failure } from '../../shared/failure.ts';
import { failureOf } from '../hooks/run-stream.ts';
import { useOpenedTicket } from '../hooks/use-opening.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { fieldName, valueName } from '../state/field-words.ts';
import type { Tie } from '../state/triage-ties.ts';
import { FailureNotice } from './failure-notice.tsx';

/** Fields that solved tickets leave open, and a button that has the model choose among what they say. */
export function TriageTies({ ties }: { readonly ties: readonly Tie[] }) {
  const { t, api, ticketId, announce } = useSidebar();
  const { putCard } = useOpenedTicket();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const ask = () => {
    setBusy(true);
    setFailure(null);
    const mayAskAbout = ties.map(({ field }) => field);
    const body = { ticketId, locale: t.locale, mayAskAbout };
    api.call(runFeature, { params: { feature: 'triage-ticket' }, body }).then(
      ({ output }) => {
        putCard('triage-ticket', output);
        announce(t('triage.decided'));
      },
      (error: unknown) => {
        setBusy(false);
        setFailure(failureOf(error));
      },
    );
  };
  return (
    <div>
      <ul className="proposals">
        {ties.map(({ field, title, candidates }) => (
          <li key={field}>
            <span className="subtle">{fieldName(field, t, title)}</span>{' '}
            <bdi>{candidates.map((one) => valueName(field, one.value, one.valueTitle, t)).join(' / ')}</bdi>
          </li>
        ))}
      </ul>
      <p className="subtle">{t('triage.openHint')}</p>
      <button type="button" className="link" disabled={busy} onClick={ask}>
        {t(busy ? 'triage.deciding' : 'triage.decide')}
      </button>
      {failure !== null && <FailureNotice failure={failure} t={t} onRetry={ask} />}
    </div>
  );
}
