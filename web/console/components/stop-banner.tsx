import { Button } from '@zendeskgarden/react-buttons';
import { useCallback } from 'react';
import { readStop, stopAiAgents } from '../../../src/contract/questions.ts';
import { useConsole } from '../hooks/use-console.ts';
import { useAction, useLoad } from '../hooks/use-load.ts';
import { FailureNotice, Notice } from './small-parts.tsx';

const lookMs = 30_000;

/** Says that all AI agents are stopped, and by whom. */
export function StopBanner() {
  const { api, t, mayWrite } = useConsole();
  const read = useCallback((signal: AbortSignal) => api.call(readStop, { params: {}, signal }), [api]);
  const { data, show } = useLoad(read, () => lookMs);
  const { busy, failure, run } = useAction();
  const set = (stopped: boolean) =>
    void run(async () => show(await api.call(stopAiAgents, { params: {}, body: { stopped } })));
  const stopped = data?.stopped ?? null;
  return (
    <>
      {stopped === 'host' && (
        <Notice title={t('stop.host')} tone="warning">
          <p>{t('stop.host.wayOut')}</p>
        </Notice>
      )}
      {stopped === 'subscription' && (
        <Notice title={t('stop.own')} tone="warning">
          <p>{t('stop.own.why')}</p>
          {mayWrite && (
            <Button size="small" disabled={busy} onClick={() => set(false)}>
              {t('stop.goOn')}
            </Button>
          )}
        </Notice>
      )}
      <FailureNotice failure={failure} t={t} />
    </>
  );
}
