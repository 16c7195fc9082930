import { Button } from '@zendeskgarden/react-buttons';
import { stopAiAgents } from '../../../src/contract/questions.ts';
import { useConsole } from '../hooks/use-console.ts';
import { useAction } from '../hooks/use-load.ts';
import { FailureNotice, Notice } from './small-parts.tsx';

/** Says that all AI agents are stopped, and by whom. */
export function StopBanner() {
  const { api, t, mayWrite, stopped, lookAtStop } = useConsole();
  const { busy, failure, run } = useAction();
  const goOn = () =>
    void run(async () => {
      await api.call(stopAiAgents, { params: {}, body: { stopped: false } });
      lookAtStop();
    });
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
            <Button size="small" disabled={busy} onClick={goOn}>
              {t('stop.goOn')}
            </Button>
          )}
        </Notice>
      )}
      <FailureNotice failure={failure} t={t} />
    </>
  );
}
