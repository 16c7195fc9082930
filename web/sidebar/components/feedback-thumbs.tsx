import { useState } from 'react';
import { FeedbackReason, giveFeedback } from '../../../src/contract/feedback.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { ToolButton } from './small-controls.tsx';

type Verdict = 'up' | 'down';

export interface Feedback {
  readonly verdict: Verdict | null;
  /** Null once it was noted, or when nothing was said. */
  readonly asks: boolean;
  readonly note: 'feedback.thanks' | 'feedback.failed' | null;
  readonly give: (verdict: Verdict, reason?: FeedbackReason) => void;
}

/** A verdict on the answer of one receipt; a new receipt begins without one. */
export function useFeedback(receiptId: string | null): Feedback | null {
  const { t, api, announce } = useSidebar();
  const [given, setGiven] = useState<{
    readonly receiptId: string;
    readonly verdict: Verdict;
    readonly asks: boolean;
    readonly note: Feedback['note'];
  } | null>(null);
  if (receiptId === null) return null;
  const current = given?.receiptId === receiptId ? given : null;
  const give = (verdict: Verdict, reason?: FeedbackReason) => {
    const next = { receiptId, verdict, asks: verdict === 'down' && reason === undefined };
    setGiven({ ...next, note: null });
    const finish = (note: 'feedback.thanks' | 'feedback.failed') => {
      setGiven({ ...next, note: next.asks && note === 'feedback.thanks' ? null : note });
      announce(t(note));
    };
    api.call(giveFeedback, { params: {}, body: { receiptId, verdict, ...(reason && { reason }) } }).then(
      ({ accepted }) => finish(accepted ? 'feedback.thanks' : 'feedback.failed'),
      () => finish('feedback.failed'),
    );
  };
  return {
    verdict: current?.verdict ?? null,
    asks: current?.asks ?? false,
    note: current?.note ?? null,
    give,
  };
}

/** Thumbs for the tools of a card; nothing while there is no answer to judge. */
export function FeedbackThumbs({ feedback }: { readonly feedback: Feedback | null }) {
  const { t } = useSidebar();
  if (feedback === null) return null;
  return (
    <>
      {(['up', 'down'] as const).map((verdict) => (
        <ToolButton
          key={verdict}
          icon={verdict}
          label={t(`feedback.${verdict}`)}
          pressed={feedback.verdict === verdict}
          onClick={() => feedback.give(verdict)}
        />
      ))}
    </>
  );
}

/** What was wrong, from a list, after a thumb down. */
export function FeedbackReasons({ feedback }: { readonly feedback: Feedback | null }) {
  const { t } = useSidebar();
  if (feedback === null) return null;
  return (
    <>
      {feedback.asks && (
        <fieldset className="feedback-why" aria-label={t('feedback.why')}>
          <p className="subtle">{t('feedback.why')}</p>
          {FeedbackReason.options.map((reason) => (
            <button key={reason} type="button" className="tag" onClick={() => feedback.give('down', reason)}>
              {t(`feedback.${reason}`)}
            </button>
          ))}
        </fieldset>
      )}
      {feedback.note !== null && <p className="subtle">{t(feedback.note)}</p>}
    </>
  );
}
