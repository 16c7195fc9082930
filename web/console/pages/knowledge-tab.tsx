import { useCallback } from 'react';
import type { AiAgent } from '../../../src/contract/ai-agents.ts';
import { listKnowledgeSources } from '../../../src/contract/knowledge.ts';
import { NewSource } from '../components/new-source.tsx';
import { FailureNotice, Loading, Notice } from '../components/small-parts.tsx';
import { SourceCard } from '../components/source-card.tsx';
import { useConsole } from '../hooks/use-console.ts';
import { useLoad } from '../hooks/use-load.ts';

const lookMs = 2_000;
const restMs = 20_000;

/** What the AI agent answers from. */
export function KnowledgeTab({ agent }: { readonly agent: AiAgent }) {
  const { api, t, mayWrite } = useConsole();
  const read = useCallback(
    async (signal: AbortSignal) =>
      (await api.call(listKnowledgeSources, { params: {}, signal })).sources.filter(
        ({ aiAgentId }) => aiAgentId === agent.id,
      ),
    [api, agent.id],
  );
  const { data, failure, reload } = useLoad(read, (sources) =>
    sources?.some(({ reading, vectors }) => reading?.state === 'running' || vectors.state === 'waiting') ===
    true
      ? lookMs
      : restMs,
  );
  return (
    <div className="stack">
      <FailureNotice failure={failure} t={t} onRetry={() => void reload()} />
      {data === null ? (
        failure === null && <Loading t={t} />
      ) : (
        <>
          {data.some(({ vectors }) => vectors.state === 'no-model') && (
            <Notice title={t('knowledge.noModel')}>
              <p>{t('knowledge.noModel.why')}</p>
            </Notice>
          )}
          {data.length === 0 && (
            <section className="card stack">
              <h2>{t('knowledge.none')}</h2>
              <p>{t('knowledge.none.next')}</p>
            </section>
          )}
          {data.map((source) => (
            <SourceCard key={source.id} source={source} onChange={reload} />
          ))}
          {mayWrite && <NewSource aiAgentId={agent.id} onMade={reload} />}
        </>
      )}
    </div>
  );
}
