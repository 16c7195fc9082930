import { Button } from '@zendeskgarden/react-buttons';
import { Field, Textarea } from '@zendeskgarden/react-forms';
import { useEffect, useState } from 'react';
import type { z } from 'zod';
import { rewriteModes, RewrittenText, type RewriteTextInput } from '../../../src/contract/copilot.ts';
import { looksLikeHtml, textOfHtml } from '../../shared/html-text.ts';
import { useFeatureRun } from '../hooks/use-feature-run.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { useLatest, useNote } from '../hooks/use-small-things.ts';
import { FailureNotice } from './failure-notice.tsx';
import { ModeDetails } from './mode-details.tsx';
import { RewriteResult } from './rewrite-result.tsx';
import { StageLine } from './stage-line.tsx';

type Mode = (typeof rewriteModes)[number];
type RewriteBody = z.input<typeof RewriteTextInput>;

/** Works on the agent's own words: what stands in the reply field, or a text typed here. */
export function ImprovePanel({ isOpen }: { readonly isOpen: boolean }) {
  const { t, ticketId, composer } = useSidebar();
  const { run, start, stop } = useFeatureRun('rewrite-text', RewrittenText);
  const [text, setText] = useState('');
  /** The reply's HTML as long as the text shown here is exactly its words. */
  const [html, setHtml] = useState<string | null>(null);
  const [detailed, setDetailed] = useState<'translate' | 'custom' | null>(null);
  const [sent, setSent] = useState<RewriteBody | null>(null);
  const [note, showNote] = useNote();
  const running = run.status === 'running';

  const take = async (quietly: boolean) => {
    const draft = await composer.read().catch(() => '');
    const words = looksLikeHtml(draft) ? textOfHtml(draft) : draft;
    if (words.trim() === '') {
      if (!quietly) showNote(t('improve.take.empty'));
      return;
    }
    setText(words);
    setHtml(looksLikeHtml(draft) ? draft : null);
  };
  // Opened with nothing in it, it begins with what stands in the reply field.
  const takeWhenEmpty = useLatest(() => text === '' && void take(true));
  useEffect(() => {
    if (isOpen) takeWhenEmpty.current();
  }, [isOpen, takeWhenEmpty]);
  const rewrite = (mode: Mode, more: Pick<RewriteBody, 'instruction' | 'targetLanguage'> = {}) => {
    const body: RewriteBody = {
      ticketId,
      locale: t.locale,
      mode,
      text: html ?? text,
      html: html !== null,
      ...more,
    };
    setDetailed(null);
    setSent(body);
    start(body);
  };
  const choose = (mode: Mode) => {
    if (mode === 'translate' || mode === 'custom') setDetailed(detailed === mode ? null : mode);
    else rewrite(mode);
  };

  return (
    <div className="improve" aria-busy={running}>
      <Field>
        <div className="label-line">
          <Field.Label isRegular className="small-label">
            {t('improve.text')}
          </Field.Label>
          <Button isLink onClick={() => void take(false)}>
            {t('improve.take')}
          </Button>
        </div>
        <Textarea
          isCompact
          isResizable
          minRows={3}
          maxRows={10}
          dir="auto"
          maxLength={50_000}
          placeholder={t('improve.text.placeholder')}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setHtml(null);
          }}
        />
      </Field>
      {note !== null && <p className="subtle">{note}</p>}
      <fieldset className="modes" aria-label={t('improve.modes')}>
        {rewriteModes.map((mode) => (
          <Button
            key={mode}
            size="small"
            isNeutral
            disabled={running || text.trim() === ''}
            onClick={() => choose(mode)}
            {...((mode === 'translate' || mode === 'custom') && { 'aria-expanded': detailed === mode })}
          >
            {t(`improve.${mode}`)}
          </Button>
        ))}
      </fieldset>
      {detailed !== null && (
        <ModeDetails key={detailed} mode={detailed} onRun={(more) => rewrite(detailed, more)} />
      )}
      {running && (
        <div className="running-line">
          <StageLine run={run} />
          <Button isLink onClick={stop}>
            {t('action.stop')}
          </Button>
        </div>
      )}
      {run.failure !== null && (
        <FailureNotice failure={run.failure} t={t} onRetry={() => sent !== null && start(sent)} />
      )}
      {sent !== null && (
        <RewriteResult run={run} before={sent.text} html={sent.html === true} mode={sent.mode} />
      )}
    </div>
  );
}
