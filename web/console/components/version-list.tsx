import { Button } from '@zendeskgarden/react-buttons';
import {
  publishAiAgentVersion,
  readAiAgentVersion,
  type AiAgentSettings,
} from '../../../src/contract/ai-agents.ts';
import { useConsole } from '../hooks/use-console.ts';
import { useAction } from '../hooks/use-load.ts';
import type { AgentParts } from '../pages/agent-page.tsx';
import { FailureNotice, Mark } from './small-parts.tsx';

/** Versions of the settings: publish, roll back, load into the form. */
export function VersionList({
  agent,
  versions,
  onChange,
  onLoad,
}: AgentParts & { readonly onLoad: (settings: AiAgentSettings) => void }) {
  const { api, t, mayWrite, announce } = useConsole();
  const { busy, failure, run } = useAction();
  const params = (version: number) => ({ aiAgentId: agent.id, version });
  const publish = (version: number) =>
    void run(async () => {
      onChange(await api.call(publishAiAgentVersion, { params: params(version) }));
      announce(t('versions.published', { version }));
    });
  const load = (version: number) =>
    void run(async () => {
      onLoad((await api.call(readAiAgentVersion, { params: params(version) })).settings);
      announce(t('versions.loaded', { version }));
    });
  return (
    <aside className="card stack versions">
      <h2>{t('versions.title')}</h2>
      {agent.publishedVersion === null && <p className="subtle">{t('versions.none')}</p>}
      <FailureNotice failure={failure} t={t} />
      <ul className="stack">
        {versions.map(({ version, createdAt, published }) => (
          <li key={version} className="version">
            <span>
              <strong>{t('versions.name', { version })}</strong>{' '}
              {published && <Mark tone="good">{t('versions.answers')}</Mark>}
              <br />
              <span className="subtle">{t.time(createdAt)}</span>
            </span>
            {mayWrite && (
              <span className="actions">
                <Button
                  size="small"
                  isBasic
                  disabled={busy}
                  aria-label={t('versions.load.label', { version })}
                  onClick={() => load(version)}
                >
                  {t('versions.load')}
                </Button>
                {!published && (
                  <Button
                    size="small"
                    disabled={busy}
                    aria-label={t(
                      version < (agent.publishedVersion ?? 0)
                        ? 'versions.rollBack.label'
                        : 'versions.publish.label',
                      { version },
                    )}
                    onClick={() => publish(version)}
                  >
                    {t(version < (agent.publishedVersion ?? 0) ? 'versions.rollBack' : 'versions.publish')}
                  </Button>
                )}
              </span>
            )}
          </li>
        ))}
      </ul>
    </aside>
  );
}
