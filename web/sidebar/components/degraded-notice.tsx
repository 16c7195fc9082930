import { problemTypes, type ProblemType } from '../../../src/kernel/problem-types.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { Notice } from './failure-notice.tsx';

/** Problems that only somebody else can solve: trying again would not help. */
const forOthers: ReadonlySet<string> = new Set([
  'provider-not-connected',
  'provider-auth',
  'provider-quota',
  'provider-model-not-found',
  'quota-exceeded',
  'masking-unreadable',
]);

interface DegradedNoticeProps {
  /** Of the problem; one this build does not know is told as one of ours. */
  readonly slug: string | null;
  readonly onRetry: () => void;
}

/** Says calmly why only evidence answered, and that the rest goes on. */
export function DegradedNotice({ slug, onRetry }: DegradedNoticeProps) {
  const { t } = useSidebar();
  const known = slug !== null && Object.hasOwn(problemTypes, slug) ? (slug as ProblemType) : 'internal';
  const { title, wayOut } = t.problem(known);
  return (
    <Notice tone="calm" title={title}>
      <p>{wayOut}</p>
      <p className="subtle">{t('degraded.text')}</p>
      {!forOthers.has(known) && (
        <button type="button" className="link" onClick={onRetry}>
          {t('action.retry')}
        </button>
      )}
    </Notice>
  );
}
