import { Button } from '@zendeskgarden/react-buttons';
import { Field, Toggle } from '@zendeskgarden/react-forms';
import { Skeleton } from '@zendeskgarden/react-loaders';
import { useCallback, useEffect, useId, useRef, useState } from 'react';
import type { z } from 'zod';
import { TicketSummary, type SummarizeTicketInput } from '../../../src/contract/copilot.ts';
import { copyText } from '../../shared/copy-text.ts';
import { useFeatureRun } from '../hooks/use-feature-run.ts';
import { useNewComments } from '../hooks/use-new-comments.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { useHeldHeight, useNote, useOnce, useShortcut, useTallerThan } from '../hooks/use-small-things.ts';
import { hasRows, readPartialSummary, type SummaryRows } from '../state/partial-summary.ts';
import type { Translate } from '../strings/translate.ts';
import { FailureNotice } from './failure-notice.tsx';
import { Card, DemoLabel, ToolButton } from './small-controls.tsx';
import { StageLine } from './stage-line.tsx';

/** Height in pixels the summary has from the start, as in sidebar.css. */
const reservedHeight = 240;

/** The ticket in a few rows; begins by itself when the sidebar opens. */
export function SummaryCard() {
  const { t, zaf, ticketId, announce } = useSidebar();
  const { run, start, stop } = useFeatureRun('summarize-ticket', TicketSummary);
  const [withNotes, setWithNotes] = useState(true);
  const [note, showNote] = useNote();
  const news = useNewComments();
  const body = useHeldHeight(run.status === 'running');
  const running = run.status === 'running';
  const since = useRef(news.seenId);
  const [rowsNode, tall] = useTallerThan(reservedHeight);
  const [whole, setWhole] = useState(false);
  const panel = useId();

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
  const again = () => summarise(withNotes);

  useOnce(true, again);
  useOnce(run.status === 'done', () => {
    announce(t('summary.ready'));
    news.markSeen(run.output?.lastCommentId ?? null);
  });
  useShortcut('KeyS', again);
  // Hidden with its ticket the run was stopped; shown again it finishes what it began.
  const stopped = run.status === 'stopped';
  useEffect(
    () => zaf.on('app.activated', () => stopped && summarise(withNotes)),
    [zaf, stopped, summarise, withNotes],
  );

  const rows = run.output ?? readPartialSummary(run.partial);
  const shown = hasRows(rows);
  const copy = async () =>
    showNote(t((await copyText(summaryText(rows, t))) ? 'action.copied' : 'action.copyFailed'));

  return (
    <Card
      title={t('summary.title')}
      busy={running}
      badge={run.demo && shown && <DemoLabel text={t('app.demo')} why={t('app.demoModel.why')} />}
      tools={
        <>
          <ToolButton
            icon={note === t('action.copied') ? 'check' : 'copy'}
            label={note ?? t('action.copy')}
            onClick={() => void copy()}
            disabled={!shown || running}
          />
          {running ? (
            <ToolButton icon="stop" label={t('action.stop')} onClick={stop} />
          ) : (
            <ToolButton icon="refresh" label={t('summary.refresh')} onClick={again} />
          )}
        </>
      }
    >
      {news.count > 0 && !running && (
        <button type="button" className="news" onClick={again}>
          {t.count('summary.new', news.count)}
        </button>
      )}
      <div ref={body} className="summary-body">
        {shown ? (
          <div id={panel} className={whole ? undefined : tall ? 'clipped is-cut' : 'clipped'}>
            <div ref={rowsNode}>
              <Rows rows={rows} t={t} />
            </div>
          </div>
        ) : (
          run.status !== 'failed' && run.status !== 'stopped' && <RowsSkeleton />
        )}
        {run.failure !== null && <FailureNotice failure={run.failure} t={t} onRetry={again} />}
        {stopped && (
          <div className="stopped">
            <p className="subtle">{t('run.stopped')}</p>
            <Button size="small" onClick={again}>
              {t('summary.start')}
            </Button>
          </div>
        )}
      </div>
      <footer className="card-foot">
        <div className="foot-line">
          {running ? (
            <StageLine run={run} />
          ) : (
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
          )}
          {tall && (
            <Button isLink aria-expanded={whole} aria-controls={panel} onClick={() => setWhole(!whole)}>
              {t(whole ? 'summary.less' : 'summary.more')}
            </Button>
          )}
        </div>
        {run.output !== null && run.output.commentsLeftOut > 0 && (
          <p className="subtle">{t.count('summary.leftOut', run.output.commentsLeftOut)}</p>
        )}
      </footer>
    </Card>
  );
}

const rowOrder = ['changed', 'wants', 'facts', 'happened', 'open', 'next'] as const;

function Rows({ rows, t }: { readonly rows: SummaryRows; readonly t: Translate }) {
  return (
    <dl className="rows">
      {rowOrder.map((name) => {
        const lines = linesOf(rows, name);
        if (lines.length === 0) return null;
        return (
          <div key={name} className={`row row-${name}`}>
            <dt>{t(`summary.${name}`)}</dt>
            {lines.map((line, index) => (
              <dd key={index} dir="auto">
                {line}
              </dd>
            ))}
          </div>
        );
      })}
    </dl>
  );
}

function linesOf(rows: SummaryRows, name: (typeof rowOrder)[number]): readonly string[] {
  const value = rows[name];
  if (value === null || value === '') return [];
  return typeof value === 'string' ? [value] : value;
}

function summaryText(rows: SummaryRows, t: Translate): string {
  return rowOrder
    .map((name) => ({ name, lines: linesOf(rows, name) }))
    .filter(({ lines }) => lines.length > 0)
    .map(({ name, lines }) => `${t(`summary.${name}`)}: ${lines.join('; ')}`)
    .join('\n');
}

/** Holds the place of a summary until the first words arrive. */
export function RowsSkeleton() {
  return (
    <div className="rows" aria-hidden="true">
      {['92%', '78%', '84%', '60%', '88%', '70%', '82%', '64%'].map((width) => (
        <div key={width} className="row">
          <Skeleton width="44px" height="12px" />
          <Skeleton width={width} height="12px" />
        </div>
      ))}
    </div>
  );
}
