import { Button } from '@zendeskgarden/react-buttons';
import { useEffect, useRef, useState } from 'react';
import { problemSlug } from '../../../src/contract/problem.ts';
import { previewScore, writeScore, type ScorePreview } from '../../../src/contract/quality-scores.ts';
import type { Failure } from '../../shared/failure.ts';
import { failureOf } from '../hooks/run-stream.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { FailureNotice } from './failure-notice.tsx';

type Writing =
  | { readonly step: 'idle' | 'looking' }
  /** `again`: the ticket changed between the look and the press. */
  | { readonly step: 'shown' | 'writing'; readonly preview: ScorePreview; readonly again: boolean }
  | { readonly step: 'written' }
  | { readonly step: 'problem'; readonly failure: Failure };

/** Writes a review's score to the ticket, after showing what that changes. */
export function ScoreWriter({ score }: { readonly score: number }) {
  const { t, api, ticketId, announce } = useSidebar();
  const [writing, setWriting] = useState<Writing>({ step: 'idle' });
  const failed = (error: unknown) => setWriting({ step: 'problem', failure: failureOf(error) });

  const look = (again: boolean) => {
    setWriting({ step: 'looking' });
    api
      .call(previewScore, { params: {}, body: { ticketId, score } })
      .then((preview) => setWriting({ step: 'shown', preview, again }), failed);
  };
  const write = (preview: ScorePreview) => {
    setWriting({ step: 'writing', preview, again: false });
    const body = { ticketId, score, updatedAt: preview.updatedAt };
    api.call(writeScore, { params: {}, body }).then(
      () => {
        setWriting({ step: 'written' });
        announce(t('score.written'));
      },
      (error: unknown) => {
        const failure = failureOf(error);
        // What was shown no longer holds: it is shown anew, and nothing is written unseen.
        if (failure.kind === 'problem' && problemSlug(failure.problem) === 'ticket-changed') look(true);
        else setWriting({ step: 'problem', failure });
      },
    );
  };
  switch (writing.step) {
    case 'written':
      return <p className="applied">{t('score.written')}</p>;
    case 'problem':
      return <FailureNotice failure={writing.failure} t={t} onRetry={() => look(false)} />;
    case 'shown':
    case 'writing':
      return (
        <ScoreChange
          preview={writing.preview}
          again={writing.again}
          busy={writing.step === 'writing'}
          onConfirm={() => write(writing.preview)}
          onCancel={() => setWriting({ step: 'idle' })}
        />
      );
    default:
      return (
        <button
          type="button"
          className="link"
          disabled={writing.step === 'looking'}
          onClick={() => look(false)}
        >
          {t('score.look')}
        </button>
      );
  }
}

interface ScoreChangeProps {
  readonly preview: ScorePreview;
  readonly again: boolean;
  readonly busy: boolean;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

function ScoreChange({ preview, again, busy, onConfirm, onCancel }: ScoreChangeProps) {
  const { t } = useSidebar();
  const start = useRef<HTMLElement>(null);
  useEffect(() => start.current?.focus(), []);
  const { title, from, to } = preview;
  return (
    <section ref={start} className="rehearsal" tabIndex={-1} aria-label={t('score.title')}>
      {again && <p className="subtle">{t('score.again')}</p>}
      <dl className="rows">
        <div className="row">
          <dt>
            <bdi>{title ?? t('score.tag')}</bdi>
          </dt>
          <dd>
            {from === to ? (
              <>
                <bdi>{to}</bdi> <span className="subtle">{t('score.there')}</span>
              </>
            ) : (
              <>
                <del>
                  <bdi>{from ?? t('score.empty')}</bdi>
                </del>{' '}
                <ins>
                  <bdi>{to}</bdi>
                </ins>
              </>
            )}
          </dd>
        </div>
      </dl>
      <div className="actions">
        {from !== to && (
          <Button size="small" isPrimary disabled={busy} onClick={onConfirm}>
            {t('score.write')}
          </Button>
        )}
        <Button size="small" isBasic disabled={busy} onClick={onCancel}>
          {t('action.cancel')}
        </Button>
      </div>
    </section>
  );
}
