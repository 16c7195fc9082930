import { Field, Textarea } from '@zendeskgarden/react-forms';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { AskAnswer } from '../../../src/contract/abilities.ts';
import { copyText } from '../../shared/copy-text.ts';
import { useFeatureRun } from '../hooks/use-feature-run.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { useNote, useOnce } from '../hooks/use-small-things.ts';
import { stripMarkers } from '../state/reply-text.ts';
import { DraftText } from './draft-text.tsx';
import { FailureNotice, Notice } from './failure-notice.tsx';
import { FeedbackReasons, FeedbackThumbs, useFeedback } from './feedback-thumbs.tsx';
import { DemoLabel, ToolButton } from './small-controls.tsx';
import { SourceList } from './source-list.tsx';
import { StageLine } from './stage-line.tsx';

/** A question about the ticket, its customer or the knowledge, answered with citations. */
export function AskPanel({ isOpen }: { readonly isOpen: boolean }) {
  const { t, ticketId, announce } = useSidebar();
  const { run, start, stop } = useFeatureRun('ask', AskAnswer);
  const [question, setQuestion] = useState('');
  const [note, showNote] = useNote();
  const field = useRef<HTMLTextAreaElement>(null);
  const feedback = useFeedback(run.status === 'done' ? (run.receipt?.id ?? null) : null);
  const running = run.status === 'running';
  const text = run.output?.text ?? run.text;

  useEffect(() => {
    if (isOpen) field.current?.focus();
  }, [isOpen]);
  useOnce(run.status === 'done', () => announce(t('ask.ready')));

  const ask = () => {
    const asked = question.trim();
    if (asked !== '' && !running) start({ ticketId, locale: t.locale, question: asked });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    ask();
  };
  const copy = async () =>
    showNote(t((await copyText(stripMarkers(text))) ? 'action.copied' : 'action.copyFailed'));
  return (
    <div className="improve" aria-busy={running}>
      <div className="instruction">
        <Field>
          <Field.Label hidden>{t('ask.question')}</Field.Label>
          <Textarea
            ref={field}
            isCompact
            minRows={1}
            maxRows={5}
            dir="auto"
            maxLength={2_000}
            placeholder={t('ask.placeholder')}
            value={question}
            onChange={(event) => setQuestion(event.target.value)}
            onKeyDown={onKeyDown}
          />
        </Field>
        {running ? (
          <ToolButton icon="stop" label={t('action.stop')} onClick={stop} />
        ) : (
          <ToolButton icon="send" label={t('ask.send')} onClick={ask} disabled={question.trim() === ''} />
        )}
      </div>
      {(running || text !== '') && (
        <div className="draft">
          {run.demo && text !== '' && <DemoLabel text={t('app.demo')} why={t('app.demoModel.why')} />}
          {text !== '' && (
            <DraftText
              text={text}
              language={undefined}
              streaming={running && run.output === null}
              sources={run.output?.sources ?? run.sources}
              citations={run.output?.citations ?? run.citations}
            />
          )}
          {running && <StageLine run={run} />}
          {run.output !== null && (
            <SourceList sources={run.output.sources} citations={run.output.citations} />
          )}
        </div>
      )}
      {run.status === 'done' && text === '' && <Notice tone="calm" title={t('ask.empty')} />}
      {run.status === 'stopped' && <p className="subtle">{t('run.stopped')}</p>}
      {run.failure !== null && <FailureNotice failure={run.failure} t={t} onRetry={ask} />}
      {run.status === 'done' && text !== '' && (
        <div className="answer-tools">
          <ToolButton icon="copy" label={t('action.copy')} onClick={() => void copy()} />
          <FeedbackThumbs feedback={feedback} />
        </div>
      )}
      <FeedbackReasons feedback={feedback} />
      {note !== null && <p className="subtle">{note}</p>}
    </div>
  );
}
