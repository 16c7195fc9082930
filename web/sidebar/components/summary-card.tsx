import { Button } from '@zendeskgarden/react-buttons';
import { Field, Toggle } from '@zendeskgarden/react-forms';
import { useCallback, useId, useRef, useState } from 'react';
import type { z } from 'zod';
import { TicketSummary, type SummarizeTicketInput } from '../../../src/contract/copilot.ts';
import { copyText } from '../../shared/copy-text.ts';
import { useFeatureRun } from '../hooks/use-feature-run.ts';
import { useNewComments } from '../hooks/use-new-comments.ts';
import { useOpenedTicket } from '../hooks/use-opening.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { useHeldHeight, useNote, useOnce, useShortcut, useTallerThan } from '../hooks/use-small-things.ts';
import { growingSummary } from '../state/opening.ts';
import { hasRows, readPartialSummary } from '../state/partial-summary.ts';
import { DegradedNotice } from './degraded-notice.tsx';
import { FailureNotice } from './failure-notice.tsx';
import { FeedbackReasons, FeedbackThumbs, useFeedback } from './feedback-thumbs.tsx';
import { Card, DemoLabel, NeedsProvider, ToolButton } from './small-controls.tsx';
import { StageLine } from './stage-line.tsx';
import { RowsSkeleton, SummaryRowsList, summaryText } from './summary-rows.tsx';

/** Height in pixels the summary has from the start, as in sidebar.css. */
const reservedHeight = 136;

/** The ticket in a few rows: first what the opening brought, then what was asked for again. */
export function SummaryCard() {
  const { t, ticketId, settings, isOn, announce } = useSidebar();
  const opened = useOpenedTicket();
  const own = useFeatureRun('summarize-ticket', TicketSummary);
  const [withNotes, setWithNotes] = useState(true);
  const [asked, setAsked] = useState(false);
  const [note, showNote] = useNote();
  const news = useNewComments();
  const panel = useId();

  const fromOpening = own.run.status === 'idle' && isOn('ticket-insight');
  const run = fromOpening ? opened.run : own.run;
  const running = run.status === 'running';
  const summary = fromOpening ? (opened.run.output?.summary ?? null) : own.run.output;
  const rows = readPartialSummary(summary ?? (fromOpening ? growingSummary(opened) : own.run.partial));
  const shown = hasRows(rows);
  const lost = run.status === 'failed' && !shown;
  const degraded = run.degraded !== null && !shown;
  const canAsk = isOn('summarize-ticket') && settings.provider !== null;
  // What stands below must not move while words arrive.
  const whole = asked && !running;
  const body = useHeldHeight(running);
  const [rowsNode, tall] = useTallerThan(reservedHeight);
  const feedback = useFeedback(run.status === 'done' && shown ? (run.receipt?.id ?? null) : null);

  const since = useRef(news.seenId);
  const start = own.start;
  const summarise = useCallback(
    (includeInternalNotes: boolean) => {
      // Asking again without anything new must not wipe out what was new when the ticket was opened.
      if (news.count > 0) since.current = news.seenId;
      const input: z.input<typeof SummarizeTicketInput> = {
        ticketId,
        locale: t.locale,
        includeInternalNotes,
        sinceCommentId: since.current,
      };
      start(input);
    },
    [start, ticketId, t, news.count, news.seenId],
  );
  const again = () => (canAsk ? summarise(withNotes) : opened.again());
  const stop = fromOpening ? opened.stop : own.stop;

  useOnce(!isOn('ticket-insight') && canAsk, () => summarise(withNotes));
  useOnce(run.status === 'done' && shown, () => {
    announce(t('summary.ready'));
    news.markSeen(summary?.lastCommentId ?? null);
  });
  useShortcut('KeyS', again);

  const copy = async () =>
    showNote(t((await copyText(summaryText(rows, t))) ? 'action.copied' : 'action.copyFailed'));

  return (
    <Card
      title={t('summary.title')}
      busy={running}
      badge={run.demo && shown && <DemoLabel text={t('app.demo')} why={t('app.demoModel.why')} />}
      tools={
        <>
          {shown && !running && (
            <ToolButton
              icon={note === t('action.copied') ? 'check' : 'copy'}
              label={note ?? t('action.copy')}
              onClick={() => void copy()}
            />
          )}
          {running ? (
            <ToolButton icon="stop" label={t('action.stop')} onClick={stop} />
          ) : (
            settings.provider !== null && (
              <ToolButton icon="refresh" label={t('summary.refresh')} onClick={again} />
            )
          )}
        </>
      }
    >
      <div ref={body} className={lost ? undefined : 'summary-body'}>
        {shown ? (
          <div id={panel} className={whole ? undefined : tall ? 'clipped is-cut' : 'clipped'}>
            <div ref={rowsNode}>
              <SummaryRowsList rows={rows} t={t} />
            </div>
          </div>
        ) : degraded ? (
          <DegradedNotice slug={run.degraded} onRetry={fromOpening ? opened.again : again} />
        ) : settings.provider === null && !isOn('ticket-insight') ? (
          <NeedsProvider feature="summarize-ticket" />
        ) : (
          run.status !== 'failed' && run.status !== 'stopped' && run.status !== 'done' && <RowsSkeleton />
        )}
        {run.failure !== null && (
          <FailureNotice failure={run.failure} t={t} onRetry={fromOpening ? opened.again : again} />
        )}
        {run.status === 'stopped' && (
          <div className="stopped">
            <p className="subtle">{t('run.stopped')}</p>
            <Button size="small" onClick={fromOpening ? opened.again : again}>
              {t('summary.start')}
            </Button>
          </div>
        )}
      </div>
      <footer className="card-foot" hidden={lost}>
        <div className="foot-line">
          {running ? (
            <StageLine run={run} />
          ) : news.count > 0 && canAsk ? (
            <button type="button" className="link" onClick={again}>
              {t.count('summary.new', news.count)}
            </button>
          ) : (
            canAsk &&
            shown && (
              <Field>
                <Toggle
                  checked={withNotes}
                  onChange={(event) => {
                    setWithNotes(event.target.checked);
                    summarise(event.target.checked);
                  }}
                >
                  <Field.Label isRegular className="small-label">
                    {t('summary.notes')}
                  </Field.Label>
                </Toggle>
              </Field>
            )
          )}
          {shown && !running && (
            <span className="foot-tools">
              <FeedbackThumbs feedback={feedback} />
              {tall && (
                <Button isLink aria-expanded={whole} aria-controls={panel} onClick={() => setAsked(!whole)}>
                  {t(whole ? 'summary.less' : 'summary.more')}
                </Button>
              )}
            </span>
          )}
        </div>
        {whole && summary !== null && summary.commentsLeftOut > 0 && (
          <p className="subtle">{t.count('summary.leftOut', summary.commentsLeftOut)}</p>
        )}
        <FeedbackReasons feedback={feedback} />
      </footer>
    </Card>
  );
}
