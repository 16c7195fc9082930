import { Button } from '@zendeskgarden/react-buttons';
import { useCallback, useState, type FormEvent } from 'react';
import { saveAiAgentSettings } from '../../../src/contract/ai-agents.ts';
import { listIntegrations } from '../../../src/contract/integrations.ts';
import { problemSlug } from '../../../src/contract/problem.ts';
import { AnswerFields, HandOffFields, LimitFields, LookFields } from '../components/settings-fields.tsx';
import { FailureNotice, Notice } from '../components/small-parts.tsx';
import { VersionList } from '../components/version-list.tsx';
import { useConsole } from '../hooks/use-console.ts';
import { useAction, useLoad } from '../hooks/use-load.ts';
import { readDraft, toDraft, type DraftErrors, type SettingsDraft } from '../state/settings-draft.ts';
import type { AgentParts } from './agent-page.tsx';

/** All settings of an AI agent, saved as a version, and the versions there are. */
export function SettingsTab(parts: AgentParts) {
  const { agent, onChange } = parts;
  const { api, t, mayWrite, announce } = useConsole();
  const [draft, setDraft] = useState<SettingsDraft>(() => toDraft(agent.settings));
  /** The version the form was filled from: a newer one somebody else saved is a conflict. */
  const [basedOn, setBasedOn] = useState(agent.newestVersion);
  const [errors, setErrors] = useState<DraftErrors>({});
  const [saved, setSaved] = useState<number | null>(null);
  const { busy, failure, run, clear } = useAction();
  const readProviders = useCallback(
    async (signal: AbortSignal) => (await api.call(listIntegrations, { params: {}, signal })).providers,
    [api],
  );
  const providers = useLoad(readProviders).data ?? [];
  const set = (change: Partial<SettingsDraft>) => {
    setSaved(null);
    setDraft((before) => ({ ...before, ...change }));
  };
  const fill = (settings: AgentParts['agent']['settings'], version: number) => {
    setDraft(toDraft(settings));
    setBasedOn(version);
    setErrors({});
    clear();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const read = readDraft(draft);
    if (!read.ok) {
      setErrors(read.errors);
      announce(t('settings.invalid'));
      return;
    }
    setErrors({});
    void run(async () => {
      const next = await api.call(saveAiAgentSettings, {
        params: { aiAgentId: agent.id },
        body: { basedOn, settings: read.settings },
      });
      setBasedOn(next.newestVersion);
      setSaved(next.newestVersion);
      announce(t('settings.saved', { version: next.newestVersion }));
      onChange(next);
    });
  };
  const isConflict =
    (failure?.kind === 'problem' && problemSlug(failure.problem) === 'conflict') ||
    agent.newestVersion > basedOn;
  const isWrong = Object.keys(errors).length > 0;
  const fields = { draft, set, errors };
  return (
    <div className="columns">
      <form className="stack grow" onSubmit={submit} noValidate>
        <AnswerFields {...fields} providers={providers} />
        <HandOffFields {...fields} />
        <LookFields {...fields} />
        <LimitFields {...fields} />
        {isWrong && (
          <Notice title={t('settings.invalid')} tone="danger">
            <p>{t('settings.invalid.wayOut')}</p>
          </Notice>
        )}
        {isConflict ? (
          <Notice title={t('settings.conflict')} tone="warning">
            <p>{t('settings.conflict.wayOut', { version: agent.newestVersion })}</p>
            <Button size="small" onClick={() => fill(agent.settings, agent.newestVersion)}>
              {t('settings.conflict.load')}
            </Button>
          </Notice>
        ) : (
          <FailureNotice failure={failure} t={t} />
        )}
        {saved !== null && agent.publishedVersion !== saved && (
          <Notice title={t('settings.saved', { version: saved })} tone="success" />
        )}
        {mayWrite && (
          <div className="actions bar">
            <Button type="submit" isPrimary disabled={busy}>
              {t('settings.save')}
            </Button>
            <span className="subtle">{t('settings.save.why')}</span>
          </div>
        )}
      </form>
      <VersionList {...parts} onLoad={(settings) => fill(settings, agent.newestVersion)} />
    </div>
  );
}
