import { Button } from '@zendeskgarden/react-buttons';
import { Field, Toggle } from '@zendeskgarden/react-forms';
import { useMemo, useState } from 'react';
import type { RewrittenText } from '../../../src/contract/copilot.ts';
import { copyText } from '../../shared/copy-text.ts';
import { textOfHtml } from '../../shared/html-text.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { useNote } from '../hooks/use-small-things.ts';
import type { FeatureRun } from '../state/feature-run.ts';
import { wordDifference, type DifferencePart } from '../state/word-difference.ts';
import { Notice } from './failure-notice.tsx';
import { DemoLabel, ToolButton } from './small-controls.tsx';

interface RewriteResultProps {
  readonly run: FeatureRun<RewrittenText>;
  readonly before: string;
  readonly html: boolean;
  readonly mode: string;
}

/** The rewritten text, with what changed marked in it, and the ways to use it. */
export function RewriteResult({ run, before, html, mode }: RewriteResultProps) {
  const { t, composer } = useSidebar();
  const [marked, setMarked] = useState<boolean | null>(null);
  const [applied, setApplied] = useState(false);
  const [note, showNote] = useNote();
  const raw = run.output?.text ?? run.text;
  const words = html ? textOfHtml(raw) : raw;
  const done = run.status === 'done' && run.output !== null;
  // A translation changes every word; marking them all says nothing.
  const showMarks = marked ?? mode !== 'translate';
  const parts = useMemo(
    () => (done ? wordDifference(html ? textOfHtml(before) : before, words) : null),
    [done, before, html, words],
  );
  if (words === '') return null;
  if (done && run.output?.changed === false) return <Notice tone="calm" title={t('improve.same')} />;

  const apply = () =>
    composer.replace(raw, html).then(
      () => setApplied(true),
      () => showNote(t('reply.composerFailed')),
    );
  const undo = () =>
    composer.undo().then(
      () => {
        setApplied(false);
        showNote(t('reply.restored'));
      },
      () => showNote(t('reply.composerFailed')),
    );
  const copy = async () => showNote(t((await copyText(words)) ? 'action.copied' : 'action.copyFailed'));

  return (
    <>
      <section className="draft" aria-label={t('improve.result')}>
        {run.demo && <DemoLabel text={t('app.demo')} why={t('app.demoModel.why')} />}
        <div className="draft-text" dir="auto">
          {parts === null || !showMarks ? words : <Difference parts={parts} />}
        </div>
      </section>
      {done && (
        <>
          <div className="actions">
            <Button size="small" isPrimary onClick={() => void apply()}>
              {t('improve.apply')}
            </Button>
            <ToolButton icon="copy" label={t('action.copy')} onClick={() => void copy()} />
            {parts !== null && (
              <Field className="marks-toggle">
                <Toggle checked={showMarks} onChange={(event) => setMarked(event.target.checked)}>
                  <Field.Label isRegular className="small-label">
                    {t('improve.difference')}
                  </Field.Label>
                </Toggle>
              </Field>
            )}
          </div>
          {applied && composer.canUndo && (
            <p className="applied">
              {t('improve.applied')}
              <Button isLink onClick={() => void undo()}>
                {t('action.undo')}
              </Button>
            </p>
          )}
        </>
      )}
      {note !== null && <p className="subtle">{note}</p>}
    </>
  );
}

function Difference({ parts }: { readonly parts: readonly DifferencePart[] }) {
  const { t } = useSidebar();
  return parts.map((part, index) => {
    if (part.kind === 'same') return <span key={index}>{part.text}</span>;
    const Mark = part.kind === 'inserted' ? 'ins' : 'del';
    return (
      <Mark key={index}>
        <span className="visually-hidden">{t(`improve.${part.kind}`)}</span>
        {part.text}
      </Mark>
    );
  });
}
