import { Button } from '@zendeskgarden/react-buttons';
import { useCallback, useState, type FormEvent } from 'react';
import { createAiAgent, listAiAgents, type AiAgentLine } from '../../../src/contract/ai-agents.ts';
import { stopAiAgents } from '../../../src/contract/questions.ts';
import { FailureNotice, Loading, Mark, TextField } from '../components/small-parts.tsx';
import { useConsole } from '../hooks/use-console.ts';
import { useAction, useLoad } from '../hooks/use-load.ts';
import { agentHref } from '../state/route.ts';

const tones = { draft: 'calm', active: 'good', off: 'warn' } as const;

/** Every AI agent of the subscription, and where another is made. */
export function AgentsPage() {
  const { api, t, mayWrite } = useConsole();
  const read = useCallback(
    async (signal: AbortSignal) => (await api.call(listAiAgents, { params: {}, signal })).aiAgents,
    [api],
  );
  const { data, failure, reload } = useLoad(read);
  return (
    <>
      <h1 tabIndex={-1}>{t('agents.title')}</h1>
      <FailureNotice failure={failure} t={t} onRetry={() => void reload()} />
      {data === null ? (
        failure === null && <Loading t={t} />
      ) : data.length === 0 ? (
        <section className="card stack">
          <h2>{t('agents.none')}</h2>
          <p>{t('agents.none.next')}</p>
          <ol className="steps">
            {(['agents.step.1', 'agents.step.2', 'agents.step.3', 'agents.step.4'] as const).map((key) => (
              <li key={key}>{t(key)}</li>
            ))}
          </ol>
        </section>
      ) : (
        <ul className="agents">
          {data.map((agent) => (
            <AgentRow key={agent.id} agent={agent} />
          ))}
        </ul>
      )}
      {mayWrite && data !== null && <NewAgent />}
      {mayWrite && data !== null && data.length > 0 && <StopAll />}
    </>
  );
}

function AgentRow({ agent }: { readonly agent: AiAgentLine }) {
  const { t } = useConsole();
  const { id, name, status, publishedVersion, newestVersion, updatedAt } = agent;
  return (
    <li className="card agent-row">
      <a href={agentHref(id, 'settings')}>{name}</a>
      <Mark tone={tones[status]}>{t(`status.${status}`)}</Mark>
      <span className="subtle">
        {publishedVersion === null
          ? t('agents.notPublished')
          : t('agents.version', { version: publishedVersion })}
        {publishedVersion !== null &&
          newestVersion > publishedVersion &&
          ` · ${t('agents.newer', { version: newestVersion })}`}
        {` · ${t('agents.changed', { time: t.time(updatedAt) })}`}
      </span>
    </li>
  );
}

function NewAgent() {
  const { api, t } = useConsole();
  const [name, setName] = useState('');
  const { busy, failure, run } = useAction();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') return;
    void run(async () => {
      const { id } = await api.call(createAiAgent, { params: {}, body: { name: name.trim() } });
      window.location.hash = agentHref(id, 'settings');
    });
  };
  return (
    <form className="card stack" onSubmit={submit}>
      <h2>{t('agents.new')}</h2>
      <TextField
        label={t('agents.name')}
        hint={t('agents.name.hint')}
        maxLength={80}
        required
        value={name}
        onChange={setName}
      />
      <FailureNotice failure={failure} t={t} />
      <div className="actions">
        <Button type="submit" size="small" isPrimary disabled={busy || name.trim() === ''}>
          {t('agents.create')}
        </Button>
      </div>
    </form>
  );
}

function StopAll() {
  const { api, t, stopped, lookAtStop } = useConsole();
  const { busy, failure, run } = useAction();
  if (stopped !== null) return null;
  const stop = () =>
    void run(async () => {
      await api.call(stopAiAgents, { params: {}, body: { stopped: true } });
      lookAtStop();
    });
  return (
    <section className="card stack">
      <h2>{t('stop.title')}</h2>
      <p>{t('stop.what')}</p>
      <FailureNotice failure={failure} t={t} />
      <div className="actions">
        <Button size="small" isDanger disabled={busy} onClick={stop}>
          {t('stop.go')}
        </Button>
      </div>
    </section>
  );
}
