import { Button } from '@zendeskgarden/react-buttons';
import { DEFAULT_THEME, ThemeProvider } from '@zendeskgarden/react-theming';
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { z } from 'zod';
import { readAccount } from '../../src/contract/accounts.ts';
import { readStop } from '../../src/contract/questions.ts';
import { problemSlug } from '../../src/contract/problem.ts';
import type { Failure } from '../shared/failure.ts';
import type { ConsoleApi } from './api.ts';
import { ProveDialog } from './components/prove-dialog.tsx';
import { FailureNotice, Loading } from './components/small-parts.tsx';
import { StopBanner } from './components/stop-banner.tsx';
import { ConsoleContext, type Console } from './hooks/use-console.ts';
import { toFailure, useLoad } from './hooks/use-load.ts';
import { AgentPage } from './pages/agent-page.tsx';
import { AgentsPage } from './pages/agents-page.tsx';
import { SignInPage } from './pages/sign-in-page.tsx';
import type { MailLink } from './state/link.ts';
import { readRoute } from './state/route.ts';
import { translateFor } from './strings/translate.ts';

type Account = z.output<typeof readAccount.response>;

/** How often the page looks whether all AI agents were stopped. */
const lookMs = 30_000;
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const subscribeToDark = (changed: () => void) => {
  dark.addEventListener('change', changed);
  return () => dark.removeEventListener('change', changed);
};
const subscribeToHash = (changed: () => void) => {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
};

/** The whole console: sign-in, then the pages. */
export function App({ api, link }: { readonly api: ConsoleApi; readonly link: MailLink | null }) {
  const base = useSyncExternalStore(subscribeToDark, () =>
    dark.matches ? ('dark' as const) : ('light' as const),
  );
  const theme = useMemo(() => ({ ...DEFAULT_THEME, colors: { ...DEFAULT_THEME.colors, base } }), [base]);
  const t = useMemo(() => translateFor(navigator.language), []);
  const [account, setAccount] = useState<Account | 'none' | null>(link === null ? null : 'none');
  const [failure, setFailure] = useState<Failure | null>(null);
  const [notice, setNotice] = useState<Failure | null>(null);

  useEffect(() => {
    document.documentElement.lang = t.language;
    document.documentElement.dataset['scheme'] = base;
  }, [t, base]);

  const enter = useCallback(async () => {
    setFailure(null);
    try {
      setAccount(await api.call(readAccount, { params: {} }));
    } catch (error) {
      const found = toFailure(error);
      const isOut = found.kind === 'problem' && problemSlug(found.problem) !== 'internal';
      if (!isOut) return setFailure(found);
      setNotice(problemSlug(found.problem) === 'console-sign-in-needed' ? null : found);
      setAccount('none');
    }
  }, [api]);
  useEffect(() => {
    if (link !== null) return;
    api.resume().then(
      (isIn) => (isIn ? void enter() : setAccount('none')),
      (error: unknown) => setFailure(toFailure(error)),
    );
  }, [api, enter, link]);

  const leave = () =>
    void api.end().finally(() => {
      window.location.hash = '';
      setAccount('none');
    });
  return (
    <ThemeProvider theme={theme}>
      {failure !== null ? (
        <main className="narrow">
          <h1 className="visually-hidden">InDesk</h1>
          <FailureNotice failure={failure} t={t} onRetry={() => void enter()} />
        </main>
      ) : account === null ? (
        <main className="narrow">
          <h1 className="visually-hidden">InDesk</h1>
          <Loading t={t} />
        </main>
      ) : account === 'none' ? (
        <SignInPage api={api} t={t} link={link} notice={notice} onSignedIn={enter} />
      ) : (
        <SignedIn api={api} t={t} account={account} onLeave={leave} />
      )}
    </ThemeProvider>
  );
}

function SignedIn({
  api,
  t,
  account,
  onLeave,
}: {
  readonly api: ConsoleApi;
  readonly t: Console['t'];
  readonly account: Account;
  readonly onLeave: () => void;
}) {
  const hash = useSyncExternalStore(subscribeToHash, () => window.location.hash);
  const route = useMemo(() => readRoute(hash), [hash]);
  const readStopped = useCallback((signal: AbortSignal) => api.call(readStop, { params: {}, signal }), [api]);
  const { data: stop, reload: lookAtStop } = useLoad(readStopped, () => lookMs);
  const [spoken, announce] = useState('');
  const [proving, setProving] = useState<((proven: boolean) => void) | null>(null);
  const main = useRef<HTMLElement>(null);
  const context = useMemo<Console>(
    () => ({
      api,
      t,
      mayWrite: account.permissions.includes('settings:write'),
      stopped: stop?.stopped,
      lookAtStop: () => void lookAtStop(),
      announce,
      prove: () => new Promise((resolve) => setProving(() => resolve)),
    }),
    [api, t, account, stop, lookAtStop],
  );
  const place = route.page === 'agent' ? route.id : '';
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current) main.current?.querySelector<HTMLElement>('h1')?.focus();
    isFirst.current = false;
  }, [place]);

  return (
    <ConsoleContext.Provider value={context}>
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.querySelector<HTMLElement>('h1')?.focus();
        }}
      >
        {t('app.skip')}
      </a>
      <header className="top">
        <a className="brand" href="#/agents">
          InDesk
        </a>
        <nav aria-label={t('app.pages')}>
          <a href="#/agents" aria-current={route.page === 'agents' ? 'page' : undefined}>
            {t('agents.title')}
          </a>
        </nav>
        <span className="who" title={account.email}>
          {account.subscription.name} · {account.email}
        </span>
        <Button size="small" isBasic onClick={onLeave}>
          {t('signIn.leave')}
        </Button>
      </header>
      <main ref={main} id="main">
        <StopBanner />
        {route.page === 'agents' ? (
          <AgentsPage />
        ) : (
          <AgentPage key={route.id} id={route.id} tab={route.tab} />
        )}
      </main>
      <output className="visually-hidden">{spoken}</output>
      {proving !== null && (
        <ProveDialog
          onEnd={(proven) => {
            setProving(null);
            proving(proven);
          }}
        />
      )}
    </ConsoleContext.Provider>
  );
}
