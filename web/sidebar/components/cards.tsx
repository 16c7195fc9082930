import { useState } from 'react';
import { problemTypes, type ProblemType } from '../../../src/kernel/problem-types.ts';
import { featureNames } from '../../../src/contract/copilot.ts';
import { OpeningContext, useOpening } from '../hooks/use-opening.ts';
import { useSidebar, type SidebarSettings } from '../hooks/use-sidebar.ts';
import { FailureNotice, Notice } from './failure-notice.tsx';
import { GlassPanel } from './glass-panel.tsx';
import { InsightLine } from './insight-line.tsx';
import { ListsCard } from './lists-card.tsx';
import { MoreMenu, type MenuPanel } from './more-menu.tsx';
import { ReceiptsPanel } from './receipts-panel.tsx';
import { ReplyCard } from './reply-card.tsx';
import { SummaryCard } from './summary-card.tsx';
import { ToolsCard } from './tools-card.tsx';

/** The cards the subscription has switched on for the agent's role, or the one reason why none can work. */
export function Cards() {
  const { t, settings, isOn } = useSidebar();
  const problem = missingConnection(settings);
  if (problem !== null)
    return (
      <div className="card">
        <FailureNotice
          failure={{ kind: 'problem', problem: { type: `/problems/${problem}`, ...problemTypes[problem] } }}
          t={t}
        />
      </div>
    );
  if (!featureNames.some(isOn))
    return (
      <div className="card">
        <Notice tone="calm" title={t('app.allDisabled')} />
      </div>
    );
  return <OpenedTicketCards />;
}

function OpenedTicketCards() {
  const { t, settings, isOn } = useSidebar();
  const opened = useOpening();
  const [panel, setPanel] = useState<MenuPanel | null>(null);
  const close = () => setPanel(null);
  return (
    <OpeningContext.Provider value={opened}>
      <InsightLine menu={<MoreMenu t={t} provider={settings.provider} onOpen={setPanel} />} />
      {panel === 'receipts' && <ReceiptsPanel onClose={close} />}
      {panel === 'glass' && <GlassPanel onClose={close} />}
      {(isOn('ticket-insight') || isOn('summarize-ticket')) && <SummaryCard />}
      {isOn('suggest-reply') && <ReplyCard />}
      <ListsCard />
      <ToolsCard />
    </OpeningContext.Provider>
  );
}

function missingConnection(settings: SidebarSettings): ProblemType | null {
  if (settings.zendesk.status === 'not-connected') return 'zendesk-not-connected';
  return settings.zendesk.status === 'reconnect-needed' ? 'zendesk-reconnect-needed' : null;
}
