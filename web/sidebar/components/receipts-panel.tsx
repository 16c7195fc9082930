import { Skeleton } from '@zendeskgarden/react-loaders';
import { useCallback, useEffect, useState } from 'react';
import { featureNames, listReceipts } from '../../../src/contract/copilot.ts';
import type { Receipt } from '../../../src/contract/stream-events.ts';
import { RequestFailedError, type Failure } from '../../shared/failure.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import type { Translate } from '../strings/translate.ts';
import { FailureNotice } from './failure-notice.tsx';
import { Card, ToolButton } from './small-controls.tsx';

/** The content-free records of the calls made for this ticket, newest first. */
export function ReceiptsPanel({ onClose }: { readonly onClose: () => void }) {
  const { t, api, ticketId } = useSidebar();
  const [receipts, setReceipts] = useState<readonly Receipt[] | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);

  const load = useCallback(
    (signal?: AbortSignal) => {
      api.call(listReceipts, { params: { ticketId }, ...(signal && { signal }) }).then(
        (answer) => setReceipts(answer.receipts),
        (error: unknown) => error instanceof RequestFailedError && setFailure(error.failure),
      );
    },
    [api, ticketId],
  );
  const again = () => {
    setFailure(null);
    load();
  };
  useEffect(() => {
    const leaving = new AbortController();
    load(leaving.signal);
    return () => leaving.abort();
  }, [load]);

  return (
    <Card
      title={t('receipts.title')}
      tools={
        <>
          <ToolButton icon="refresh" label={t('action.retry')} onClick={again} />
          <ToolButton icon="close" label={t('action.close')} onClick={onClose} />
        </>
      }
    >
      <p className="subtle">{t('receipts.explain')}</p>
      {failure !== null && <FailureNotice failure={failure} t={t} onRetry={again} />}
      {receipts === null && failure === null && <Skeleton height="48px" />}
      {receipts?.length === 0 && <p>{t('receipts.empty')}</p>}
      {receipts !== null && receipts.length > 0 && (
        <ul className="receipts">
          {receipts.map((receipt) => (
            <ReceiptRow key={receipt.id} receipt={receipt} t={t} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function ReceiptRow({ receipt, t }: { readonly receipt: Receipt; readonly t: Translate }) {
  const number = new Intl.NumberFormat(t.locale);
  const feature = featureNames.find((name) => name === receipt.feature);
  const at = new Date(receipt.at);
  const time = new Intl.DateTimeFormat(t.locale, { dateStyle: 'short', timeStyle: 'short' }).format(at);
  return (
    <li>
      <p className="receipt-head">
        <strong>{feature === undefined ? receipt.feature : t(`feature.${feature}`)}</strong>
        <time dateTime={receipt.at} className="subtle">
          {time}
        </time>
      </p>
      <p>
        {receipt.demo ? t('app.demoModel') : `${receipt.model} · ${receipt.providerHost}`}
        {' · '}
        {t('receipts.seconds', {
          seconds: new Intl.NumberFormat(t.locale, { maximumFractionDigits: 1 }).format(
            receipt.durationMs / 1_000,
          ),
        })}
      </p>
      <p>
        {t('receipts.tokens', {
          input: number.format(receipt.inputTokens),
          output: number.format(receipt.outputTokens),
        })}
        {' · '}
        {costText(receipt, t)}
      </p>
      <p className="subtle">
        {t('receipts.sent', {
          comments: receipt.commentsSent,
          sources: receipt.sourcesSent,
          masked: receipt.valuesMasked,
        })}
      </p>
    </li>
  );
}

function costText(receipt: Receipt, t: Translate): string {
  if (receipt.demo) return t('receipts.cost.none');
  if (receipt.costNanoUsd === null) return t('receipts.cost.unknown');
  const money = new Intl.NumberFormat(t.locale, {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: 2,
    maximumFractionDigits: 6,
  });
  return t(`receipts.cost.${receipt.costQuality}`, { cost: money.format(receipt.costNanoUsd / 1e9) });
}
