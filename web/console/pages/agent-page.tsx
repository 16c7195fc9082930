import { Button } from '@zendeskgarden/react-buttons';
import { useCallback, useState, type FormEvent } from 'react';
import {
  changeAiAgent,
  deleteAiAgent,
  listAiAgentVersions,
  readAiAgent,
  type AiAgent,
} from '../../../src/contract/ai-agents.ts';
import { DeleteButton, FailureNotice, Loading, Mark, TextField } from '../components/small-parts.tsx';
import { useConsole } from '../hooks/use-console.ts';
import { useAction, useLoad } from '../hooks/use-load.ts';
import { agentHref, agentTabs, type AgentTab } from '../state/route.ts';
import { KnowledgeTab } from './knowledge-tab.tsx';
import { QuestionsTab } from './questions-tab.tsx';
import { SettingsTab } from './settings-tab.tsx';
import { SiteTab } from './site-tab.tsx';
import { StatisticsTab } from './statistics-tab.tsx';
import { TryTab } from './try-tab.tsx';

/** What the parts of an AI agent's page are given. */
export interface AgentParts {
  readonly agent: AiAgent;
  readonly versions: readonly VersionLine[];
  /** Shows the AI agent as a change left it, and reads its versions again. */
  readonly onChange: (agent: AiAgent) => void;
}
export interface VersionLine {
  readonly version: number;
  readonly createdAt: string;
  readonly published: boolean;
}

/** One AI agent: its settings, knowledge, playground, questions, numbers and snippet. */
export function AgentPage({ id, tab }: { readonly id: string; readonly tab: AgentTab }) {
  const { api, t } = useConsole();
  const read = useCallback(
    async (signal: AbortSignal) => {
      const params = { aiAgentId: id };
      const [agent, { versions }] = await Promise.all([
        api.call(readAiAgent, { params, signal }),
        api.call(listAiAgentVersions, { params, signal }),
      ]);
      return { agent, versions };
    },
    [api, id],
  );
  const { data, failure, reload, show } = useLoad(read);
  if (data === null)
    return (
      <>
        <h1 tabIndex={-1}>{t('agent.title')}</h1>
        {failure === null ? (
          <Loading t={t} />
        ) : (
          <FailureNotice failure={failure} t={t} onRetry={() => void reload()} />
        )}
      </>
    );
  const parts: AgentParts = {
    ...data,
    onChange: (agent) => {
      show({ ...data, agent });
      void reload();
    },
  };
  return (
    <>
      <AgentHead {...parts} />
      <nav className="tabs" aria-label={t('agent.parts')}>
        {agentTabs.map((one) => (
          <a key={one} href={agentHref(id, one)} aria-current={one === tab ? 'page' : undefined}>
            {t(`tab.${one}`)}
          </a>
        ))}
      </nav>
      {tab === 'settings' && <SettingsTab {...parts} />}
      {tab === 'knowledge' && <KnowledgeTab agent={data.agent} />}
      {tab === 'try' && <TryTab {...parts} />}
      {tab === 'questions' && <QuestionsTab {...parts} />}
      {tab === 'statistics' && <StatisticsTab agent={data.agent} />}
      {tab === 'site' && <SiteTab {...parts} />}
    </>
  );
}

const tones = { draft: 'calm', active: 'good', off: 'warn' } as const;

function AgentHead({ agent, onChange }: AgentParts) {
  const { api, t, mayWrite } = useConsole();
  const [name, setName] = useState<string | null>(null);
  const { busy, failure, run } = useAction();
  const change = (body: { name?: string; status?: 'active' | 'off' }) =>
    run(async () => onChange(await api.call(changeAiAgent, { params: { aiAgentId: agent.id }, body })));
  const rename = async (event: FormEvent) => {
    event.preventDefault();
    if (name !== null && (await change({ name: name.trim() }))) setName(null);
  };
  const remove = () =>
    void run(async () => {
      await api.call(deleteAiAgent, { params: { aiAgentId: agent.id } });
      window.location.hash = '#/agents';
    });
  const { status, publishedVersion } = agent;
  return (
    <div className="stack">
      <div className="agent-head">
        <h1 tabIndex={-1}>{agent.name}</h1>
        <Mark tone={tones[status]}>{t(`status.${status}`)}</Mark>
        {mayWrite && (
          <div className="actions">
            {publishedVersion !== null && (
              <Button
                size="small"
                disabled={busy}
                onClick={() => void change({ status: status === 'active' ? 'off' : 'active' })}
              >
                {t(status === 'active' ? 'agent.switchOff' : 'agent.switchOn')}
              </Button>
            )}
            <Button size="small" isBasic onClick={() => setName(name === null ? agent.name : null)}>
              {t('agent.rename')}
            </Button>
            <DeleteButton ask={t('agent.delete.ask', { name: agent.name })} busy={busy} onDelete={remove} />
          </div>
        )}
      </div>
      {name !== null && (
        <form className="line-form" onSubmit={(event) => void rename(event)}>
          <TextField label={t('agents.name')} maxLength={80} required value={name} onChange={setName} />
          <Button type="submit" size="small" isPrimary disabled={busy || name.trim() === ''}>
            {t('action.save')}
          </Button>
        </form>
      )}
      <FailureNotice failure={failure} t={t} />
    </div>
  );
}
