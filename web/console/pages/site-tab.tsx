import { Button } from '@zendeskgarden/react-buttons';
import { useCallback, useState } from 'react';
import {
  readAiAgent,
  readWidgetSnippet,
  removeIdentitySecret,
  setIdentitySecret,
} from '../../../src/contract/ai-agents.ts';
import { problemSlug } from '../../../src/contract/problem.ts';
import { copyText } from '../../shared/copy-text.ts';
import { RequestFailedError } from '../../shared/failure.ts';
import { DeleteButton, FailureNotice, Loading, Notice } from '../components/small-parts.tsx';
import { useConsole } from '../hooks/use-console.ts';
import { useAction, useLoad } from '../hooks/use-load.ts';
import { agentHref } from '../state/route.ts';
import type { AgentParts } from './agent-page.tsx';

/** What to paste into the company's site, and how that site says who a visitor is. */
export function SiteTab({ agent, onChange }: AgentParts) {
  const { api, t, mayWrite } = useConsole();
  const read = useCallback(
    (signal: AbortSignal) => api.call(readWidgetSnippet, { params: { aiAgentId: agent.id }, signal }),
    [api, agent.id],
  );
  const { data, failure, reload } = useLoad(read);
  return (
    <div className="stack">
      <section className="card stack">
        <h2>{t('site.snippet')}</h2>
        <FailureNotice failure={failure} t={t} onRetry={() => void reload()} />
        {data === null ? (
          failure === null && <Loading t={t} />
        ) : (
          <>
            <p>{t('site.snippet.what')}</p>
            <CopyBox text={data.html} />
            {agent.publishedVersion === null ? (
              <Notice title={t('site.notPublished')} tone="warning">
                <a href={agentHref(agent.id, 'settings')}>{t('tab.settings')}</a>
              </Notice>
            ) : data.allowedOrigins.length === 0 ? (
              <Notice title={t('site.noOrigins')} tone="warning">
                <a href={agentHref(agent.id, 'settings')}>{t('tab.settings')}</a>
              </Notice>
            ) : (
              <>
                <p>{t('site.origins')}</p>
                <ul className="plain">
                  {data.allowedOrigins.map((origin) => (
                    <li key={origin}>{origin}</li>
                  ))}
                </ul>
              </>
            )}
          </>
        )}
      </section>
      {mayWrite && <IdentitySecret agent={agent} onChange={onChange} />}
    </div>
  );
}

function CopyBox({ text }: { readonly text: string }) {
  const { t, announce } = useConsole();
  const [copied, setCopied] = useState<boolean | null>(null);
  const copy = async () => {
    const done = await copyText(text);
    setCopied(done);
    announce(t(done ? 'action.copied' : 'action.copyFailed'));
  };
  return (
    <div className="stack">
      <pre className="code">{text}</pre>
      <div className="actions">
        <Button size="small" onClick={() => void copy()}>
          {t('action.copy')}
        </Button>
        {copied !== null && (
          <span className="subtle">{t(copied ? 'action.copied' : 'action.copyFailed')}</span>
        )}
      </div>
    </div>
  );
}

function IdentitySecret({ agent, onChange }: Pick<AgentParts, 'agent' | 'onChange'>) {
  const { api, t, prove } = useConsole();
  const [secret, setSecret] = useState<string | null>(null);
  const { busy, failure, run } = useAction();
  const params = { aiAgentId: agent.id };
  const refresh = async () => onChange(await api.call(readAiAgent, { params }));
  const make = async () => {
    try {
      setSecret((await api.call(setIdentitySecret, { params })).secret);
    } catch (error) {
      const isStepUp =
        error instanceof RequestFailedError &&
        error.failure.kind === 'problem' &&
        problemSlug(error.failure.problem) === 'step-up-needed';
      if (!isStepUp) throw error;
      if (!(await prove())) return;
      setSecret((await api.call(setIdentitySecret, { params })).secret);
    }
    await refresh();
  };
  const remove = async () => {
    await api.call(removeIdentitySecret, { params });
    setSecret(null);
    await refresh();
  };
  return (
    <section className="card stack">
      <h2>{t('identity.title')}</h2>
      <p>{t('identity.what')}</p>
      <p className="subtle">{t(agent.hasIdentitySecret ? 'identity.has' : 'identity.hasNot')}</p>
      {secret !== null && (
        <Notice title={t('identity.once')} tone="warning">
          <CopyBox text={secret} />
        </Notice>
      )}
      <FailureNotice failure={failure} t={t} />
      <div className="actions">
        <Button size="small" disabled={busy} onClick={() => void run(make)}>
          {t(agent.hasIdentitySecret ? 'identity.renew' : 'identity.make')}
        </Button>
        {agent.hasIdentitySecret && (
          <DeleteButton ask={t('identity.remove.ask')} busy={busy} onDelete={() => void run(remove)} />
        )}
      </div>
    </section>
  );
}
