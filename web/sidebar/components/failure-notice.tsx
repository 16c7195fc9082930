import { Button } from '@zendeskgarden/react-buttons';
import type { Failure } from '../../shared/failure.ts';
import { useCountdown } from '../hooks/use-small-things.ts';
import { failureWords } from '../state/problem-words.ts';
import type { Translate } from '../strings/translate.ts';

interface FailureNoticeProps {
  readonly failure: Failure;
  readonly t: Translate;
  /** Without it only a reload is offered, where that helps. */
  readonly onRetry?: (() => void) | undefined;
}

/** Why a card cannot work, and the one thing to do about it. */
export function FailureNotice({ failure, t, onRetry }: FailureNoticeProps) {
  const words = failureWords(failure, t);
  const left = useCountdown(words.retryAfterSeconds);
  const reload = words.action === 'reload';
  return (
    <Notice title={words.title} tone={words.tone}>
      <p>{words.detail ?? words.wayOut}</p>
      {words.detail !== null && <p>{words.wayOut}</p>}
      {words.requestNumber !== null && (
        <p className="subtle">{t('problem.request', { number: words.requestNumber })}</p>
      )}
      {(reload || onRetry !== undefined) && (
        <Button size="small" disabled={left > 0} onClick={reload ? () => window.location.reload() : onRetry}>
          {reload
            ? t('action.reload')
            : left > 0
              ? t('action.retryIn', { seconds: left })
              : t('action.retry')}
        </Button>
      )}
    </Notice>
  );
}

interface NoticeProps {
  readonly title: string;
  readonly tone: 'danger' | 'warning' | 'calm';
  readonly children?: React.ReactNode;
}

/** A short message box. */
export function Notice({ title, tone, children }: NoticeProps) {
  return (
    <div className={`notice notice-${tone}`}>
      <p className="notice-title">{title}</p>
      {children}
    </div>
  );
}
