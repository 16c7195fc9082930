import { useCallback, useEffect, useRef, useState } from 'react';
import {
  confirmMerge,
  readMerge,
  rehearseMerge,
  type MergeRehearsal,
} from '../../../src/contract/merging.ts';
import type { Failure } from '../../shared/failure.ts';
import { failureOf } from './run-stream.ts';
import { useSidebar } from './use-sidebar.ts';

const lookAgainAfterMs = 1_000;

/** Where a merge stands; only `rehearsed` can be confirmed, once. */
export type MergeState =
  | { readonly step: 'idle' | 'rehearsing' | 'merging' }
  | { readonly step: 'rehearsed'; readonly rehearsal: MergeRehearsal }
  | { readonly step: 'merged'; readonly targetId: number }
  /** Zendesk took the job and did not finish it, or the rehearsal is too old. */
  | { readonly step: 'refused'; readonly because: 'failed' | 'expired' }
  | { readonly step: 'problem'; readonly failure: Failure };

export interface Merge {
  readonly state: MergeState;
  readonly rehearse: (targetId: number, sourceId: number) => void;
  readonly confirm: () => void;
  readonly cancel: () => void;
}

/** Rehearses a merge of two tickets, and carries out exactly the rehearsed one when it is confirmed. */
export function useMerge(): Merge {
  const { api } = useSidebar();
  const [state, setState] = useState<MergeState>({ step: 'idle' });
  const gone = useRef(new AbortController());
  useEffect(() => {
    gone.current = new AbortController();
    const leaving = gone.current;
    return () => leaving.abort();
  }, []);
  const show = (next: MergeState) => {
    if (!gone.current.signal.aborted) setState(next);
  };
  const failed = (error: unknown) => show({ step: 'problem', failure: failureOf(error) });

  const rehearse = useCallback(
    (targetId: number, sourceId: number) => {
      setState({ step: 'rehearsing' });
      const body = { targetId, sourceIds: [sourceId] };
      api
        .call(rehearseMerge, { params: {}, body })
        .then((rehearsal) => show({ step: 'rehearsed', rehearsal }), failed);
    },
    [api],
  );

  // A token outlives its ten minutes in no page.
  const expiresIn = state.step === 'rehearsed' ? state.rehearsal.expiresInSeconds : null;
  useEffect(() => {
    if (expiresIn === null) return;
    const timer = setTimeout(() => setState({ step: 'refused', because: 'expired' }), expiresIn * 1_000);
    return () => clearTimeout(timer);
  }, [expiresIn]);

  const confirm = () => {
    if (state.step !== 'rehearsed') return;
    const { confirmation, target } = state.rehearsal;
    setState({ step: 'merging' });
    const follow = async () => {
      const { jobId } = await api.call(confirmMerge, { params: {}, body: { confirmation } });
      for (;;) {
        const job = await api.call(readMerge, { params: { jobId } });
        if (job.status === 'completed' && job.failed === 0)
          return show({ step: 'merged', targetId: target.id });
        if (job.status !== 'queued' && job.status !== 'working')
          return show({ step: 'refused', because: 'failed' });
        if (gone.current.signal.aborted) return;
        await new Promise((resolve) => setTimeout(resolve, lookAgainAfterMs));
      }
    };
    follow().catch(failed);
  };
  return { state, rehearse, confirm, cancel: () => setState({ step: 'idle' }) };
}
