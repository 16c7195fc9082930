import { useCallback } from 'react';
import { listAiAgentDays, type AiAgent } from '../../../src/contract/ai-agents.ts';
import { listAiAgentOutcomes } from '../../../src/contract/questions.ts';
import { FailureNotice, Loading } from '../components/small-parts.tsx';
import { useConsole } from '../hooks/use-console.ts';
import { useLoad } from '../hooks/use-load.ts';
import { joinDays } from '../state/statistics.ts';

/** What an AI agent did and how conversations ended, by day: numbers only. */
export function StatisticsTab({ agent }: { readonly agent: AiAgent }) {
  const { api, t } = useConsole();
  const read = useCallback(
    async (signal: AbortSignal) => {
      const params = { aiAgentId: agent.id };
      const [{ days }, outcomes] = await Promise.all([
        api.call(listAiAgentDays, { params, signal }),
        api.call(listAiAgentOutcomes, { params, signal }),
      ]);
      return joinDays(days, outcomes.days);
    },
    [api, agent.id],
  );
  const { data, failure, reload } = useLoad(read);
  if (data === null)
    return failure === null ? (
      <Loading t={t} />
    ) : (
      <FailureNotice failure={failure} t={t} onRetry={() => void reload()} />
    );
  if (data.total.conversations === 0)
    return (
      <section className="card stack">
        <h2>{t('statistics.none')}</h2>
        <p>{t('statistics.none.next')}</p>
      </section>
    );
  const money = (nano: number) =>
    t.number(nano / 1e9, { style: 'currency', currency: 'USD', maximumFractionDigits: 4 });
  const columns = [
    'conversations',
    'turns',
    'unanswered',
    'handOffs',
    'verdictsUp',
    'verdictsDown',
    'confirmed',
    'silent',
    'cameBack',
    'unknown',
  ] as const;
  const rows = [{ ...data.total, day: t('statistics.total') }, ...data.days];
  return (
    <section className="stack">
      <p>{t('statistics.what')}</p>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- so that a keyboard can scroll it */}
      <section className="scroll" tabIndex={0} aria-label={t('tab.statistics')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('statistics.day')}</th>
              {columns.map((one) => (
                <th key={one} scope="col" className="number">
                  {t(`statistics.${one}`)}
                </th>
              ))}
              <th scope="col" className="number">
                {t('statistics.tokens')}
              </th>
              <th scope="col" className="number">
                {t('statistics.cost')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={row.day} className={at === 0 ? 'total' : undefined}>
                <th scope="row">{row.day}</th>
                {columns.map((one) => (
                  <td key={one} className="number">
                    {t.number(row[one])}
                  </td>
                ))}
                <td className="number">{t.number(row.tokens)}</td>
                <td className="number">
                  {money(row.costNanoUsd)}
                  {row.unpricedTurns > 0 && '*'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="subtle">{t('statistics.unknown.why')}</p>
      {data.total.unpricedTurns > 0 && (
        <p className="subtle">{t('statistics.unpriced', { count: data.total.unpricedTurns })}</p>
      )}
    </section>
  );
}
