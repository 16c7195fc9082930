import { useEffect, useMemo, useRef } from 'react';
import { reportOutcome } from '../../../src/contract/feedback.ts';
import { looksLikeHtml, textOfHtml } from '../../shared/html-text.ts';
import { changedShare } from '../state/changed-share.ts';
import { useLatest } from './use-small-things.ts';
import { useSidebar } from './use-sidebar.ts';

/** Tells how a draft was used when the ticket is submitted: as it was, or how much of it was changed. Numbers only. */
export function useReplyOutcome(): { readonly used: (receiptId: string, text: string) => void } {
  const { api, zaf, composer } = useSidebar();
  const draft = useRef<{ readonly receiptId: string; readonly text: string } | null>(null);
  const sent = useRef<string | null>(null);
  const read = useLatest(composer.read);
  useEffect(() => {
    // Listening, not asking to be asked: nothing here may hold up the agent's save.
    const offStart = zaf.on('ticket.submit.start', async () => {
      sent.current = draft.current === null ? null : await read.current().catch(() => null);
    });
    const offDone = zaf.on('ticket.submit.done', () => {
      if (draft.current === null || sent.current === null) return;
      const { receiptId, text } = draft.current;
      const share = changedShare(text, looksLikeHtml(sent.current) ? textOfHtml(sent.current) : sent.current);
      draft.current = null;
      const outcome = share === 0 ? ('inserted' as const) : ('edited' as const);
      const body = { receiptId, outcome, editDistanceShare: share };
      api.call(reportOutcome, { params: {}, body }).catch(() => {});
    });
    return () => {
      offStart();
      offDone();
    };
  }, [api, zaf, read]);
  return useMemo(() => ({ used: (receiptId, text) => void (draft.current = { receiptId, text }) }), []);
}
