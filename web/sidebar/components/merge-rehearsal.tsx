import { Button } from '@zendeskgarden/react-buttons';
import { Dots } from '@zendeskgarden/react-loaders';
import { useEffect, useRef, useState } from 'react';
import type { MergeRehearsal } from '../../../src/contract/merging.ts';
import { useMerge } from '../hooks/use-merge.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { valueName } from '../state/field-words.ts';
import { FailureNotice, Notice } from './failure-notice.tsx';

interface MergeRehearsalPanelProps {
  readonly otherId: number;
  /** ISO 8601. */
  readonly otherCreatedAt: string;
}

/** Shows what merging two tickets of one customer would do, and merges only what was shown. */
export function MergeRehearsalPanel({ otherId, otherCreatedAt }: MergeRehearsalPanelProps) {
  const { t, zaf, ticketId, announce } = useSidebar();
  const { state, rehearse, confirm, cancel } = useMerge();
  const [targetId, setTargetId] = useState<number | null>(null);
  const merged = state.step === 'merged' ? t('merge.done', { id: `#${state.targetId}` }) : null;
  useEffect(() => {
    if (merged !== null) announce(merged);
  }, [merged, announce]);

  const show = (target: number) => {
    setTargetId(target);
    rehearse(target, target === ticketId ? otherId : ticketId);
  };
  // The older ticket stays unless the agent says otherwise: it is the one the customer was answered in.
  const showOlder = async () => {
    const values = await zaf.get(['ticket.createdAt']).catch((): Record<string, unknown> => ({}));
    const own = Date.parse(String(values['ticket.createdAt'] ?? ''));
    show(own < Date.parse(otherCreatedAt) ? ticketId : otherId);
  };
  switch (state.step) {
    case 'merged':
      return <p className="applied">{merged}</p>;
    case 'rehearsed':
      return (
        <Rehearsal
          rehearsal={state.rehearsal}
          onConfirm={confirm}
          onSwap={() => show(targetId === ticketId ? otherId : ticketId)}
          onCancel={cancel}
        />
      );
    case 'problem':
      return <FailureNotice failure={state.failure} t={t} onRetry={() => void showOlder()} />;
    default:
      return (
        <>
          {state.step === 'refused' && <p>{t(`merge.${state.because}`)}</p>}
          {state.step === 'merging' ? (
            <p className="stage">
              <Dots size={16} delayMS={0} aria-hidden="true" />
              {t('merge.working')}
            </p>
          ) : (
            <button
              type="button"
              className="link"
              disabled={state.step === 'rehearsing'}
              onClick={() => void showOlder()}
            >
              {t('merge.rehearse')}
            </button>
          )}
        </>
      );
  }
}

interface RehearsalProps {
  readonly rehearsal: MergeRehearsal;
  readonly onConfirm: () => void;
  readonly onSwap: () => void;
  readonly onCancel: () => void;
}

function Rehearsal({ rehearsal, onConfirm, onSwap, onCancel }: RehearsalProps) {
  const { t } = useSidebar();
  const start = useRef<HTMLElement>(null);
  useEffect(() => start.current?.focus(), []);
  const { target, sources, targetComment, sourceComment } = rehearsal;
  return (
    <section ref={start} className="rehearsal" tabIndex={-1} aria-label={t('merge.title')}>
      <dl className="rows">
        <Side name={t('merge.stays')} ticket={target} />
        {sources.map((source) => (
          <Side key={source.id} name={t('merge.closes')} ticket={source} />
        ))}
        <Comment name={t('merge.targetComment', { id: `#${target.id}` })} text={targetComment} />
        <Comment name={t('merge.sourceComment')} text={sourceComment} />
      </dl>
      <Notice tone="warning" title={t('merge.warning')}>
        <div className="actions">
          <Button size="small" isDanger onClick={onConfirm}>
            {t('merge.confirm')}
          </Button>
          <Button size="small" isBasic onClick={onSwap}>
            {t('merge.swap')}
          </Button>
          <Button size="small" isBasic onClick={onCancel}>
            {t('action.cancel')}
          </Button>
        </div>
      </Notice>
    </section>
  );
}

function Side({ name, ticket }: { readonly name: string; readonly ticket: MergeRehearsal['target'] }) {
  const { t } = useSidebar();
  return (
    <div className="row">
      <dt>{name}</dt>
      <dd dir="auto">
        #{ticket.id} {ticket.subject}
      </dd>
      <dd className="subtle">
        {valueName('status', ticket.status, ticket.status, t)}, {t.count('merge.comments', ticket.comments)}
      </dd>
    </div>
  );
}

function Comment({ name, text }: { readonly name: string; readonly text: string }) {
  return (
    <div className="row">
      <dt>{name}</dt>
      <dd dir="auto">{text}</dd>
    </div>
  );
}
