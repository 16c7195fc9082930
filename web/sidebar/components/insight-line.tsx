import { Skeleton } from '@zendeskgarden/react-loaders';
import type { TicketInsight } from '../../../src/contract/abilities.ts';
import { useOpenedTicket } from '../hooks/use-opening.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { insightOf } from '../state/opening.ts';
import { EntityList, RiskLine } from './risk-line.tsx';

/** What the ticket is about, how the customer sounds and in which language; below it the risk or what is named. */
export function InsightLine({ menu }: { readonly menu: React.ReactNode }) {
  const { t, isOn } = useSidebar();
  const opened = useOpenedTicket();
  const insight = insightOf(opened);
  const card = opened.cards['predict-escalation']?.value ?? null;
  const risk = isOn('predict-escalation') ? (card ?? insight?.escalation ?? null) : null;
  const lost = opened.run.status === 'failed' && insight === null && risk === null;
  const reading = insight === null && opened.run.status === 'running';
  return (
    <section className="insight" aria-label={t('insight.title')} aria-busy={reading}>
      <div className="top">
        <span className={`mark mark-${insight?.sentiment ?? 'none'}`} aria-hidden="true" />
        {reading ? (
          <span className="insight-words">
            <Skeleton width="160px" height="12px" />
            <span className="visually-hidden">{t('insight.reading')}</span>
          </span>
        ) : (
          <InsightWords insight={insight} />
        )}
        {menu}
      </div>
      {!lost && (
        <div className="risk-slot">
          {risk !== null && risk.level !== 'calm' ? (
            <RiskLine risk={risk} />
          ) : (
            <EntityList entities={insight?.entities ?? []} calm={risk !== null} />
          )}
        </div>
      )}
    </section>
  );
}

function InsightWords({ insight }: { readonly insight: TicketInsight | null }) {
  const { t } = useSidebar();
  const { intent, sentiment, language } = insight ?? {};
  const names = new Intl.DisplayNames(t.language, { type: 'language' });
  return (
    <p className="insight-words">
      {intent !== null && intent !== undefined && (
        <strong title={t('insight.certainty', { name: intent.name, certainty: intent.certainty })} dir="auto">
          {intent.name}
        </strong>
      )}
      {sentiment !== null && sentiment !== undefined && <span>{t(`sentiment.${sentiment}`)}</span>}
      {language !== null && language !== undefined && (
        <abbr title={names.of(language.code) ?? language.code}>{language.code.toUpperCase()}</abbr>
      )}
      {insight === null && <span>{t('app.name')}</span>}
    </p>
  );
}
