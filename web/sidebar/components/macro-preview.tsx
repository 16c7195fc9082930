import { Skeleton } from '@zendeskgarden/react-loaders';
import { useCallback } from 'react';
import { previewMacro, type MacroPreviewAnswer } from '../../../src/contract/macros.ts';
import { useAnswer } from '../hooks/use-answer.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { fieldName, valueName } from '../state/field-words.ts';
import type { Translate } from '../strings/translate.ts';
import { FailureNotice } from './failure-notice.tsx';

/** Why a macro is suggested, the reply it writes and the fields it changes, before anything is applied. */
export function MacroPreview({ macroId, why }: { readonly macroId: number; readonly why: string }) {
  const { t, api, ticketId } = useSidebar();
  const { value, failure, again } = useAnswer(
    useCallback(
      (signal: AbortSignal) => api.call(previewMacro, { params: { macroId }, body: { ticketId }, signal }),
      [api, macroId, ticketId],
    ),
  );
  return (
    <>
      {why !== '' && <p className="subtle">{why}</p>}
      {failure !== null && <FailureNotice failure={failure} t={t} onRetry={again} />}
      {value === null && failure === null && <Skeleton height="40px" />}
      {value !== null && <Effects preview={value} />}
    </>
  );
}

function Effects({ preview }: { readonly preview: MacroPreviewAnswer }) {
  const { t } = useSidebar();
  const { comment, changes, tags, namesConnection } = preview;
  const changed = [
    ...changes.map(({ field, title, from, to }) => ({
      name: title ?? fieldName(field, t),
      text: `${shown(field, from, t)} → ${shown(field, to, t)}`,
    })),
    ...(tags.added.length + tags.removed.length > 0
      ? [
          {
            name: t('macros.tags'),
            text: [...tags.added.map((tag) => `+${tag}`), ...tags.removed.map((tag) => `−${tag}`)].join(' '),
          },
        ]
      : []),
  ];
  if (comment === null && changed.length === 0) return <p className="subtle">{t('macros.nothing')}</p>;
  return (
    <>
      {comment !== null && (
        <div className="preview">
          <p className="subtle">{t(comment.public ? 'macros.reply' : 'macros.note')}</p>
          <p className="preview-text" dir="auto">
            {comment.text}
          </p>
        </div>
      )}
      {changed.length > 0 && (
        <dl className="rows" aria-label={t('macros.preview')}>
          {changed.map(({ name, text }) => (
            <div key={name} className="row">
              <dt>{name}</dt>
              <dd dir="auto">{text}</dd>
            </div>
          ))}
        </dl>
      )}
      {namesConnection && <p className="subtle">{t('macros.connection')}</p>}
    </>
  );
}

const shown = (field: string, value: MacroPreviewAnswer['changes'][number]['from'], t: Translate): string =>
  value === null ? t('macros.empty') : valueName(field, value.value, value.name, t);
