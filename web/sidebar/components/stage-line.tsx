import { Dots } from '@zendeskgarden/react-loaders';
import type { FeatureRun } from '../state/feature-run.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';

/** What a running feature is doing right now. */
export function StageLine({ run }: { readonly run: FeatureRun<unknown> }) {
  const { t } = useSidebar();
  const stage = t(`stage.${run.stage ?? 'reading-ticket'}`);
  const { parts } = run;
  return (
    <p className="stage">
      <Dots size={16} delayMS={0} aria-hidden="true" />
      {parts === null ? stage : t('stage.parts', { stage, done: parts.done, total: parts.total })}
    </p>
  );
}
