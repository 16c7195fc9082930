import { Button } from '@zendeskgarden/react-buttons';
import type { TestResultView, TestRunView } from '../../../src/contract/questions.ts';
import { useConsole } from '../hooks/use-console.ts';
import { Mark, Progress } from './small-parts.tsx';

/** How far the newest run is, what came of it, and what changed since the one before. */
export function RunSummary({
  run,
  results,
  onCancel,
}: {
  readonly run: TestRunView;
  readonly results: readonly TestResultView[];
  readonly onCancel: (() => void) | undefined;
}) {
  const { t } = useConsole();
  const done = run.passed + run.failed + run.errors;
  const changed = results.filter(({ outcome, before }) => before !== null && before !== outcome);
  const better = changed.filter(({ outcome }) => outcome === 'passed').length;
  const worse = changed.filter(({ before }) => before === 'passed').length;
  return (
    <section className="card stack" aria-live="polite">
      <h2>{t('run.title', { version: run.version, time: t.time(run.startedAt) })}</h2>
      {run.state === 'running' ? (
        <div className="line-form">
          <Progress label={t('run.progress', { done, total: run.total })} done={done} total={run.total} />
          {onCancel !== undefined && (
            <Button size="small" onClick={onCancel}>
              {t('action.stop')}
            </Button>
          )}
        </div>
      ) : (
        <p className="actions">
          <Mark tone={run.state === 'done' ? 'calm' : 'warn'}>{t(`run.${run.state}`)}</Mark>
          <Mark tone="good">{t('run.passed', { count: run.passed })}</Mark>
          {run.failed > 0 && <Mark tone="bad">{t('run.failedCount', { count: run.failed })}</Mark>}
          {run.errors > 0 && <Mark tone="warn">{t('run.errors', { count: run.errors })}</Mark>}
        </p>
      )}
      {run.state !== 'running' && changed.length > 0 && <p>{t('run.changed', { better, worse })}</p>}
    </section>
  );
}
