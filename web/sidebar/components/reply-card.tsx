import { Button } from '@zendeskgarden/react-buttons';
import { useState } from 'react';
import type { z } from 'zod';
import { SuggestedReply, type SuggestReplyInput } from '../../../src/contract/copilot.ts';
import { copyText } from '../../shared/copy-text.ts';
import { useFeatureRun } from '../hooks/use-feature-run.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { useReplyOutcome } from '../hooks/use-reply-outcome.ts';
import { useHeldHeight, useNote, useOnce, useShortcut } from '../hooks/use-small-things.ts';
import { composeInstruction, stripMarkers } from '../state/reply-text.ts';
import { ConfidenceChip, ConfidenceReasons, useReasonsPanel } from './confidence-chip.tsx';
import { DraftText } from './draft-text.tsx';
import { FeedbackReasons, FeedbackThumbs, useFeedback } from './feedback-thumbs.tsx';
import { FailureNotice, Notice } from './failure-notice.tsx';
import { InstructionLine } from './instruction-line.tsx';
import { InternalWarning } from './internal-warning.tsx';
import { MissingFacts } from './missing-facts.tsx';
import { Card, DemoLabel, NeedsProvider, ToolButton } from './small-controls.tsx';
import { SourceList } from './source-list.tsx';
import { StageLine } from './stage-line.tsx';

type ReplyBody = z.input<typeof SuggestReplyInput>;
type Use = 'insert' | 'replace' | 'copy';

/** A draft of the answer to the customer; begins on a click, and changes the ticket only on a click. */
export function ReplyCard() {
  const { t, ticketId, composer, settings, messaging, announce } = useSidebar();
  const { run, start, stop } = useFeatureRun('suggest-reply', SuggestedReply);
  const [said, setSaid] = useState('');
  const [pending, setPending] = useState<Use | null>(null);
  const [applied, setApplied] = useState<'inserted' | 'replaced' | null>(null);
  const [note, showNote] = useNote();
  const [sent, setSent] = useState<ReplyBody | null>(null);
  const [earlier, setEarlier] = useState<SuggestedReply | null>(null);
  const reasons = useReasonsPanel();
  const running = run.status === 'running';
  const box = useHeldHeight(running);

  const send = (body: Pick<ReplyBody, 'instruction' | 'adjust' | 'draft'>) => {
    const whole: ReplyBody = { ticketId, locale: t.locale, ...body };
    if (run.output !== null) setEarlier(run.output);
    setSent(whole);
    setPending(null);
    setApplied(null);
    start(whole);
  };
  const write = (instruction: string) => send(instruction === '' ? {} : { instruction });

  // A failed "Shorter" must not cost the agent the draft it started from.
  const output = run.output ?? (run.text === '' && !running ? earlier : null);
  const text = output?.text ?? run.text;
  const usable = !running && text !== '';
  const apply = async (use: Use) => {
    setPending(null);
    const clean = stripMarkers(text);
    if (use === 'copy') return showNote(t((await copyText(clean)) ? 'action.copied' : 'action.copyFailed'));
    try {
      await (use === 'insert' ? composer.append(clean) : composer.replace(clean));
      setApplied(use === 'insert' ? 'inserted' : 'replaced');
      if (run.receipt !== null) outcome.used(run.receipt.id, clean);
    } catch {
      showNote(t('reply.composerFailed'));
    }
  };
  // While an answer is unchecked we only know what its sources are.
  const internal = output?.usesInternalSource ?? run.sources.some((source) => source.internal);
  const use = (way: Use) => (internal ? setPending(way) : void apply(way));
  const undo = () =>
    composer.undo().then(
      () => {
        setApplied(null);
        showNote(t('reply.restored'));
      },
      () => showNote(t('reply.composerFailed')),
    );

  const feedback = useFeedback(run.status === 'done' && text !== '' ? (run.receipt?.id ?? null) : null);
  const outcome = useReplyOutcome();

  useShortcut('KeyR', () => settings.provider !== null && !running && write(said));
  useShortcut('KeyI', () => usable && use('insert'));
  useOnce(run.status === 'done', () => announce(t('reply.ready')));
  useOnce(settings.sidebarRules.draftOnOpen && settings.provider !== null, () => write(said));

  if (settings.provider === null)
    return (
      <Card title={t('reply.title')}>
        <NeedsProvider feature="suggest-reply" />
      </Card>
    );

  return (
    <Card
      title={t('reply.title')}
      busy={running}
      badge={
        <>
          {messaging && (
            <span className="chip" title={t('messaging.why')}>
              {t('messaging.label')}
            </span>
          )}
          {output !== null && !running && (
            <ConfidenceChip
              confidence={output.confidence}
              open={reasons.open}
              panel={reasons.panel}
              onToggle={reasons.toggle}
            />
          )}
        </>
      }
      tools={
        running ? (
          <ToolButton icon="stop" label={t('action.stop')} onClick={stop} />
        ) : (
          usable && (
            <>
              <FeedbackThumbs feedback={feedback} />
              <ToolButton
                icon={note === t('action.copied') ? 'check' : 'copy'}
                label={t('action.copy')}
                onClick={() => use('copy')}
              />
              <ToolButton icon="refresh" label={t('reply.again')} onClick={() => write(said)} />
            </>
          )
        )
      }
    >
      {output !== null && !running && reasons.open && (
        <ConfidenceReasons id={reasons.panel} confidence={output.confidence} isBoxed />
      )}
      {run.status === 'idle' ? (
        <Button size="small" isStretched onClick={() => write(said)} aria-keyshortcuts="Alt+R">
          {t('reply.draft')}
        </Button>
      ) : (
        <div ref={box} className="reply-body">
          {(text !== '' || running) && (
            <div className="draft">
              {run.demo && text !== '' && <DemoLabel text={t('app.demo')} why={t('app.demoModel.why')} />}
              {text === '' ? (
                <div className="draft-waiting" />
              ) : (
                <DraftText
                  text={text}
                  language={output?.language}
                  streaming={running && run.output === null}
                  sources={output?.sources ?? run.sources}
                  citations={output?.citations ?? run.citations}
                />
              )}
              {running && <StageLine run={run} />}
              {usable && output !== null && (
                <SourceList sources={output.sources} citations={output.citations} />
              )}
            </div>
          )}
          {output !== null && !running && text === '' && output.missing.length === 0 && (
            <Notice tone="calm" title={t('reply.empty')}>
              <ConfidenceReasons confidence={output.confidence} />
            </Notice>
          )}
          {run.status === 'stopped' && <p className="subtle">{t('run.stopped')}</p>}
          {run.failure !== null && (
            <FailureNotice failure={run.failure} t={t} onRetry={() => sent !== null && start(sent)} />
          )}
          {pending !== null && (
            <InternalWarning onConfirm={() => void apply(pending)} onCancel={() => setPending(null)} />
          )}
          {usable && pending === null && (
            <div className="actions">
              <Button size="small" isPrimary onClick={() => use('insert')} aria-keyshortcuts="Alt+I">
                {t('reply.insert')}
              </Button>
              <Button size="small" isNeutral onClick={() => use('replace')}>
                {t('reply.replace')}
              </Button>
              <Button size="small" isBasic onClick={() => send({ adjust: 'shorter', draft: text })}>
                {t('reply.shorter')}
              </Button>
              <Button size="small" isBasic onClick={() => send({ adjust: 'warmer', draft: text })}>
                {t('reply.warmer')}
              </Button>
            </div>
          )}
          {run.status === 'stopped' && text === '' && (
            <Button size="small" onClick={() => write(said)}>
              {t('reply.draft')}
            </Button>
          )}
          {applied !== null && composer.canUndo && (
            <p className="applied">
              {t(`reply.${applied}`)}
              <Button isLink onClick={() => void undo()}>
                {t('action.undo')}
              </Button>
            </p>
          )}
          {note !== null && note !== t('action.copied') && <p className="subtle">{note}</p>}
          <FeedbackReasons feedback={feedback} />
          {output !== null && !running && output.missing.length > 0 && (
            <MissingFacts
              key={output.missing.join('\n')}
              questions={output.missing}
              onAnswer={(answers) => write(composeInstruction(said, answers))}
            />
          )}
        </div>
      )}
      <InstructionLine value={said} onChange={setSaid} onSend={write} disabled={running} />
    </Card>
  );
}
