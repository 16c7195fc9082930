import { Skeleton } from '@zendeskgarden/react-loaders';
import { useCallback, useEffect, useState } from 'react';
import { featureNames, listReceipts } from '../../../src/contract/copilot.ts';
import { maskTypes } from '../../../src/contract/masking.ts';
import { problemSlug } from '../../../src/contract/problem.ts';
import type { Receipt } from '../../../src/contract/stream-events.ts';
import { RequestFailedError, type Failure } from '../../shared/failure.ts';
import { copyText } from '../../shared/copy-text.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { useNote } from '../hooks/use-small-things.ts';
import { receiptsCsv } from '../state/receipts-csv.ts';
import type { Translate } from '../strings/translate.ts';
import { FailureNotice } from './failure-notice.tsx';
import { Card, ToolButton } from './small-controls.tsx';

/** The content-free records of the calls made for this ticket, newest first. */
export function ReceiptsPanel({ onClose }: { readonly onClose: () => void }) {
  const { t, api, ticketId } = useSidebar();
  const [receipts, setReceipts] = useState<readonly Receipt[] | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [note, showNote] = useNote();

  const load = useCallback(
    (signal?: AbortSignal) => {
      api.call(listReceipts, { params: { ticketId }, ...(signal && { signal }) }).then(
        (answer) => setReceipts(answer.receipts),
        (error: unknown) => error instanceof RequestFailedError && setFailure(error.failure),
      );
    },
    [api, ticketId],
  );
  const copy = async (all: readonly Receipt[]) =>
    showNote(t((await copyText(receiptsCsv(all))) ? 'action.copied' : 'action.copyFailed'));
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
          {receipts !== null && receipts.length > 0 && (
            <ToolButton icon="copy" label={note ?? t('receipts.copy')} onClick={() => void copy(receipts)} />
          )}
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
  const at = new Date(receipt.at);
  const time = new Intl.DateTimeFormat(t.locale, { dateStyle: 'short', timeStyle: 'short' }).format(at);
  const seconds = new Intl.NumberFormat(t.locale, { maximumFractionDigits: 1 }).format(
    receipt.durationMs / 1_000,
  );
  const asked = receipt.providerKind !== 'none';
  const masked = maskTypes.flatMap((type) => {
    const count = receipt.masked[type];
    return count === undefined ? [] : [t(`receipts.masked.${type}`, { count })];
  });
  return (
    <li>
      <p className="receipt-head">
        <strong>{featureTitle(receipt.feature, t)}</strong>
        <time dateTime={receipt.at} className="subtle">
          {time}
        </time>
      </p>
      <p>
        {modelText(receipt, t)}
        {' · '}
        {t('receipts.seconds', { seconds })}
      </p>
      {receipt.outcome !== 'ok' && <p>{outcomeText(receipt.outcome, t)}</p>}
      {asked && (
        <>
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
            {masked.length > 0 && ` (${masked.join(', ')})`}
          </p>
          <p className="subtle">
            {receipt.promptVersion === 0
              ? t('receipts.prompt.default')
              : t('receipts.prompt', { version: receipt.promptVersion })}
          </p>
        </>
      )}
    </li>
  );
}

function featureTitle(name: string, t: Translate): string {
  const feature = featureNames.find((known) => known === name);
  return feature === undefined ? name : t(`feature.${feature}`);
}

function modelText(receipt: Receipt, t: Translate): string {
  if (receipt.providerKind === 'none') return t('receipts.noModel');
  return receipt.demo ? t('app.demoModel') : `${receipt.model} · ${receipt.providerHost}`;
}

function outcomeText(outcome: string, t: Translate): string {
  if (outcome === 'aborted') return t('receipts.aborted');
  const slug = problemSlug({ type: outcome.startsWith('/') ? outcome : `/problems/${outcome}` });
  return t('receipts.failed', { problem: t.problem(slug).title });
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
