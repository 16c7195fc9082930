import { problemTypes, type ProblemType } from '../../../src/kernel/problem-types.ts';
import type { FeatureName } from '../../../src/contract/copilot.ts';
import type { SidebarSettings } from '../hooks/use-sidebar.ts';
import type { Translate } from '../strings/translate.ts';
import { FailureNotice, Notice } from './failure-notice.tsx';
import { ImproveCard } from './improve-card.tsx';
import { ReceiptsPanel } from './receipts-panel.tsx';
import { ReplyCard } from './reply-card.tsx';
import { Card } from './small-controls.tsx';
import { RowsSkeleton, SummaryCard } from './summary-card.tsx';

interface CardsProps {
  readonly t: Translate;
  /** Null until the server has told what works. */
  readonly settings: SidebarSettings | null;
  readonly receipts: boolean;
  readonly onCloseReceipts: () => void;
}

/** The cards the subscription has switched on, or the one reason why none can work. */
export function Cards({ t, settings, receipts, onCloseReceipts }: CardsProps) {
  if (settings === null) return <OpeningCards t={t} />;
  const problem = missingConnection(settings);
  const on = (name: FeatureName) =>
    settings.features.some((feature) => feature.name === name && feature.enabled);
  const none = !on('summarize-ticket') && !on('suggest-reply') && !on('rewrite-text');
  return (
    <>
      {receipts && <ReceiptsPanel onClose={onCloseReceipts} />}
      {problem !== null ? (
        <div className="card">
          <FailureNotice
            failure={{ kind: 'problem', problem: { type: `/problems/${problem}`, ...problemTypes[problem] } }}
            t={t}
          />
        </div>
      ) : (
        <>
          {none && (
            <div className="card">
              <Notice tone="calm" title={t('app.allDisabled')} />
            </div>
          )}
          {on('summarize-ticket') && <SummaryCard />}
          {on('suggest-reply') && <ReplyCard />}
          {on('rewrite-text') && <ImproveCard />}
        </>
      )}
    </>
  );
}

function missingConnection(settings: SidebarSettings): ProblemType | null {
  if (settings.zendesk.status === 'not-connected') return 'zendesk-not-connected';
  if (settings.zendesk.status === 'reconnect-needed') return 'zendesk-reconnect-needed';
  return settings.provider === null ? 'provider-not-connected' : null;
}

function OpeningCards({ t }: { readonly t: Translate }) {
  return (
    <Card title={t('summary.title')} busy>
      <div className="summary-body">
        <RowsSkeleton />
      </div>
      <span className="visually-hidden">{t('app.loading')}</span>
    </Card>
  );
}
