import { Button } from '@zendeskgarden/react-buttons';
import { useEffect, useRef } from 'react';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { Notice } from './failure-notice.tsx';

/** Asks before a text that rests on an internal source is used. */
export function InternalWarning({
  onConfirm,
  onCancel,
}: {
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}) {
  const { t } = useSidebar();
  const confirm = useRef<HTMLButtonElement>(null);
  useEffect(() => confirm.current?.focus(), []);
  return (
    <Notice tone="warning" title={t('reply.internal.title')}>
      <p>{t('reply.internal.text')}</p>
      <div className="actions">
        <Button size="small" ref={confirm} onClick={onConfirm}>
          {t('reply.internal.confirm')}
        </Button>
        <Button size="small" isBasic onClick={onCancel}>
          {t('action.cancel')}
        </Button>
      </div>
    </Notice>
  );
}
