import { DEFAULT_THEME, ThemeProvider } from '@zendeskgarden/react-theming';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { sidebarState, type FeatureName } from '../../src/contract/copilot.ts';
import { problemTypes, type ProblemType } from '../../src/kernel/problem-types.ts';
import type { ApiClient } from '../shared/api-client.ts';
import { RequestFailedError, type Failure } from '../shared/failure.ts';
import { isRecord, type ZafClient } from '../shared/zaf-client.ts';
import type { Boot } from './boot.ts';
import { Cards } from './components/cards.tsx';
import { FailureNotice, Notice } from './components/failure-notice.tsx';
import { OpeningCards } from './components/opening-cards.tsx';
import { useComposer } from './hooks/use-composer.ts';
import { useColorScheme, useFrameHeight, useOnline, type ColorScheme } from './hooks/use-frame.ts';
import { SidebarContext, type Sidebar, type SidebarSettings } from './hooks/use-sidebar.ts';
import { isMessagingChannel } from './state/messaging.ts';
import { withPrompt, type SentPrompt } from './state/sent-prompts.ts';
import { translateFor } from './strings/translate.ts';

interface AppProps {
  readonly boot: Boot;
  readonly api: ApiClient | null;
  /** Null outside of Zendesk. */
  readonly zaf: Promise<ZafClient> | null;
  readonly scheme: ColorScheme;
}

interface Host {
  readonly zaf: ZafClient;
  readonly ticketId: number | null;
  readonly agentId: number | null;
  readonly isAdmin: boolean;
  readonly messaging: boolean;
  readonly locale: string;
}

/** The whole sidebar. */
export function App({ boot, api, zaf, scheme }: AppProps) {
  const { host, silent } = useHost(zaf);
  const base = useColorScheme(host?.zaf ?? null, scheme);
  const content = useFrameHeight(host?.zaf ?? null);
  const theme = useMemo(() => ({ ...DEFAULT_THEME, colors: { ...DEFAULT_THEME.colors, base } }), [base]);
  const t = useMemo(() => translateFor(host?.locale ?? navigator.language), [host]);
  const { settings, failure, again } = useSettings(api);
  const composer = useComposer(host?.zaf ?? null);
  const [prompts, setPrompts] = useState<readonly SentPrompt[]>([]);
  const [spoken, announce] = useState('');
  const online = useOnline();

  useEffect(() => {
    // The language of the words, which are not the agent's where we have no catalogue.
    document.documentElement.lang = t.locale.startsWith(t.language) ? t.locale : t.language;
  }, [t]);

  const addPrompt = useCallback(
    (sent: Omit<SentPrompt, 'at'>) => setPrompts((before) => withPrompt(before, { ...sent, at: new Date() })),
    [],
  );
  const isOn = useMemo(() => visibility(settings, host?.isAdmin === true), [settings, host]);

  const sidebar = useMemo<Sidebar | null>(() => {
    if (api === null || settings === null || host === null || host.ticketId === null) return null;
    const { zaf: client, ticketId, agentId, messaging } = host;
    const subdomain = client.context.account?.subdomain ?? '';
    const about = { zaf: client, ticketId, agentId, messaging, subdomain };
    return { ...about, api, settings, isOn, t, composer, prompts, addPrompt, announce };
  }, [api, settings, host, isOn, t, composer, prompts, addPrompt]);

  const blocked = blockOf(boot, zaf === null || silent) ?? failure;
  return (
    <ThemeProvider theme={theme}>
      <div ref={content} className="sidebar">
        <main>
          <h1 className="visually-hidden">{t('app.name')}</h1>
          {!online && (
            <div className="card">
              <Notice tone="calm" title={t('failure.offline.title')}>
                <p>{t('failure.offline.wayOut')}</p>
              </Notice>
            </div>
          )}
          {blocked !== null ? (
            <div className="card">
              {blocked === 'outside' ? (
                <Notice tone="calm" title={t('app.outside.title')}>
                  <p>{t('app.outside.wayOut')}</p>
                </Notice>
              ) : (
                <FailureNotice failure={blocked} t={t} onRetry={failure === null ? undefined : again} />
              )}
            </div>
          ) : host !== null && host.ticketId === null ? (
            <div className="card">
              <Notice tone="calm" title={t('app.noTicket.title')}>
                <p>{t('app.noTicket.wayOut')}</p>
              </Notice>
            </div>
          ) : (
            <SidebarContext.Provider value={sidebar}>
              {sidebar === null ? <OpeningCards t={t} /> : <Cards />}
            </SidebarContext.Provider>
          )}
        </main>
        <output className="visually-hidden">{spoken}</output>
      </div>
    </ThemeProvider>
  );
}

function blockOf(boot: Boot, outside: boolean): Failure | 'outside' | null {
  if (boot.kind === 'problem') return { kind: 'problem', problem: boot.problem };
  if (outside) return 'outside';
  return boot.kind === 'none' ? problemFailure('not-signed-in') : null;
}

/** Which abilities are switched on and not hidden from the agent's role. */
function visibility(settings: SidebarSettings | null, isAdmin: boolean): (feature: FeatureName) => boolean {
  const hidden = settings?.sidebarRules.hidden[isAdmin ? 'admin' : 'agent'] ?? [];
  const on = new Set(settings?.features.flatMap(({ name, enabled }) => (enabled ? [name] : [])));
  return (feature) => on.has(feature) && !hidden.includes(feature);
}

/** A problem the browser finds by itself. */
function problemFailure(slug: ProblemType): Failure {
  return { kind: 'problem', problem: { type: `/problems/${slug}`, ...problemTypes[slug] } };
}

function useHost(connecting: Promise<ZafClient> | null): { host: Host | null; silent: boolean } {
  const [host, setHost] = useState<Host | null>(null);
  const [silent, setSilent] = useState(false);
  useEffect(() => {
    connecting?.then(readHost).then(setHost, () => setSilent(true));
  }, [connecting]);
  return { host, silent };
}

async function readHost(zaf: ZafClient): Promise<Host> {
  const values = await zaf
    .get(['currentUser', 'ticket.id', 'ticket.via'])
    .catch((): Readonly<Record<string, unknown>> => ({}));
  const user = isRecord(values['currentUser']) ? values['currentUser'] : {};
  const ticketId = Number(zaf.context.ticketId ?? values['ticket.id'] ?? Number.NaN);
  const agentId = Number(user['id'] ?? Number.NaN);
  return {
    zaf,
    ticketId: Number.isSafeInteger(ticketId) && ticketId > 0 ? ticketId : null,
    agentId: Number.isSafeInteger(agentId) ? agentId : null,
    isAdmin: user['role'] === 'admin',
    messaging: isMessagingChannel(values['ticket.via']),
    locale: typeof user['locale'] === 'string' ? user['locale'] : 'en',
  };
}

function useSettings(api: ApiClient | null) {
  const [settings, setSettings] = useState<SidebarSettings | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const load = useCallback(() => {
    api
      ?.call(sidebarState, { params: {} })
      .then(setSettings, (error: unknown) =>
        setFailure(error instanceof RequestFailedError ? error.failure : { kind: 'unreachable' }),
      );
  }, [api]);
  useEffect(load, [load]);
  const again = () => {
    setFailure(null);
    load();
  };
  return { settings, failure, again };
}
