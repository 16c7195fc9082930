import { Button } from '@zendeskgarden/react-buttons';
import { useState } from 'react';
import { QualityReview } from '../../../src/contract/abilities.ts';
import { problemSlug } from '../../../src/contract/problem.ts';
import { looksLikeHtml, textOfHtml } from '../../shared/html-text.ts';
import { useFeatureRun } from '../hooks/use-feature-run.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { useNote, useOnce } from '../hooks/use-small-things.ts';
import { FailureNotice, Notice } from './failure-notice.tsx';
import { FeedbackReasons, FeedbackThumbs, useFeedback } from './feedback-thumbs.tsx';
import { ScoreWriter } from './score-writer.tsx';
import { DemoLabel } from './small-controls.tsx';
import { StageLine } from './stage-line.tsx';

const longestDraft = 20_000;

/** Scores the draft before it is sent, or the last reply, by the subscription's scorecard. */
export function QualityPanel() {
  const { t, ticketId, composer, announce } = useSidebar();
  const { run, start, stop } = useFeatureRun('review-quality', QualityReview);
  const [sent, setSent] = useState<unknown>(null);
  const [note, showNote] = useNote();
  const feedback = useFeedback(run.status === 'done' ? (run.receipt?.id ?? null) : null);
  const running = run.status === 'running';
  useOnce(run.status === 'done', () => announce(t('quality.ready')));

  const { failure } = run;
  const nothingToReview = failure?.kind === 'problem' && problemSlug(failure.problem) === 'ticket-empty';

  const review = (more: { draft?: string }) => {
    const body = { ticketId, locale: t.locale, ...more };
    setSent(body);
    start(body);
  };
  const reviewDraft = async () => {
    const text = await composer.read().catch(() => '');
    const draft = (looksLikeHtml(text) ? textOfHtml(text) : text).trim();
    if (draft === '') showNote(t('quality.emptyDraft'));
    else review({ draft: draft.slice(0, longestDraft) });
  };
  return (
    <div className="improve" aria-busy={running}>
      <div className="actions">
        <Button size="small" isNeutral disabled={running} onClick={() => void reviewDraft()}>
          {t('quality.draft')}
        </Button>
        <Button size="small" isNeutral disabled={running} onClick={() => review({})}>
          {t('quality.last')}
        </Button>
      </div>
      {note !== null && <p className="subtle">{note}</p>}
      {running && (
        <div className="running-line">
          <StageLine run={run} />
          <Button isLink onClick={stop}>
            {t('action.stop')}
          </Button>
        </div>
      )}
      {run.status === 'stopped' && <p className="subtle">{t('run.stopped')}</p>}
      {nothingToReview && <Notice tone="calm" title={t('quality.noReply')} />}
      {run.failure !== null && !nothingToReview && (
        <FailureNotice failure={run.failure} t={t} onRetry={() => sent !== null && start(sent)} />
      )}
      {run.status === 'done' && run.output !== null && (
        <>
          <Review review={run.output} demo={run.demo} thumbs={<FeedbackThumbs feedback={feedback} />} />
          <FeedbackReasons feedback={feedback} />
          {run.output.writable && run.output.total !== null && (
            <ScoreWriter key={run.receipt?.id} score={run.output.total} />
          )}
        </>
      )}
    </div>
  );
}

interface ReviewProps {
  readonly review: QualityReview;
  readonly demo: boolean;
  readonly thumbs: React.ReactNode;
}

function Review({ review, demo, thumbs }: ReviewProps) {
  const { t } = useSidebar();
  return (
    <section className="review">
      <header className="card-head">
        <strong>
          {review.total === null ? t('quality.none') : t('quality.total', { total: review.total })}
        </strong>
        {demo && <DemoLabel text={t('app.demo')} why={t('app.demoModel.why')} />}
        <span className="card-tools">{thumbs}</span>
      </header>
      <ul>
        {review.lines.map(({ name, score, reason, quote }) => (
          <li key={name}>
            <p className="score-line">
              <bdi>{name}</bdi>
              {score === null ? (
                <span className="subtle">{t('quality.notApplicable')}</span>
              ) : (
                <meter
                  min={0}
                  max={100}
                  low={50}
                  high={75}
                  optimum={100}
                  value={score}
                  aria-label={t('quality.score', { name, score })}
                />
              )}
              <span aria-hidden="true" className="score">
                {score}
              </span>
            </p>
            {reason !== '' && (
              <p className="subtle" dir="auto">
                {reason}
              </p>
            )}
            {quote !== '' && (
              <q className="evidence-quote" dir="auto">
                {quote}
              </q>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
