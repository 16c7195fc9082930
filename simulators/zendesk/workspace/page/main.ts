import { createDeskApi } from './api.ts';
import { button, element, isTyping, messageOf } from './dom.ts';
import type { Desk } from './desk.ts';
import { effectiveScheme, readPreferences, savePreferences } from './preferences.ts';
import { createPlace } from './place.ts';
import type { Place } from './place.ts';
import { createRail } from './rail.ts';
import type { Rail } from './rail.ts';
import type { TicketSession } from './session.ts';
import { createStrip } from './strip.ts';
import type { TicketPane } from './ticket-pane.ts';
import { createToasts } from './toasts.ts';
import type { DeskConfig } from './types.ts';
import { createWords } from './words.ts';

const LIST_REFRESH_MILLISECONDS = 20_000;

type Sitting = { readonly setScheme: (scheme: 'light' | 'dark') => void; readonly end: () => void };

async function boot(): Promise<void> {
  const root = document.getElementById('desk');
  if (root === null) throw new Error('The page has no place for the desk');
  applyScheme();
  try {
    const response = await fetch('/agent/assets/config.json');
    if (!response.ok) throw new Error(`The simulator answered ${response.status}.`);
    const config = (await response.json()) as DeskConfig;
    if (config.agents.length === 0) throw new Error('The simulator has no agents.');
    runDesk(root, config);
  } catch (error) {
    const again = button({ class: 'primary' }, () => location.reload(), 'Try again');
    root.replaceChildren(
      element('div', { class: 'boot', role: 'alert' }, element('p', {}, messageOf(error)), again),
    );
  }
}

function runDesk(root: HTMLElement, config: DeskConfig): void {
  const unsent = new Map<string, TicketSession>();
  let sitting: Sitting | null = null;
  const sit = (): void => {
    sitting?.end();
    sitting = startSitting(root, config, unsent, sit, updateScheme);
  };
  const updateScheme = (): void => {
    applyScheme();
    sitting?.setScheme(effectiveScheme(readPreferences().theme));
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', updateScheme);
  sit();
}

/** One agent in one language at the desk, until either changes. */
function startSitting(
  root: HTMLElement,
  config: DeskConfig,
  unsent: Map<string, TicketSession>,
  sitAgain: () => void,
  updateScheme: () => void,
): Sitting {
  const { theme, view } = readPreferences();
  const toasts = createToasts(createWords(readPreferences().language));
  const desk = createDesk(config, {
    toast: toasts.show,
    openTicket: (id) => {
      history.pushState(null, '', `/agent/tickets/${id}`);
      void place.show(id);
    },
    refreshList: () => void rail.reload(),
  });
  const rail: Rail = createRail(desk, view, (chosen) => savePreferences({ view: chosen }));
  const place = createPlace(desk, unsent, (id) => {
    rail.markOpen(id);
    shell.classList.remove('shows-rail');
  });
  const change = (changes: Parameters<typeof savePreferences>[0]): void => {
    savePreferences(changes);
    sitAgain();
  };
  const strip = createStrip(desk, theme, {
    setTheme: (chosen) => {
      savePreferences({ theme: chosen });
      updateScheme();
    },
    setLanguage: (language) => change({ language }),
    setAgent: (agentId) => change({ agentId }),
    toggleRail: () => shell.classList.toggle('shows-rail'),
  });
  const shell = element('div', { class: 'shell' }, strip, rail.node, place.node, toasts.node);
  root.replaceChildren(shell);
  const ended = new AbortController();
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') shell.classList.remove('shows-rail');
    handleKey(event, rail, place.pane);
  };
  document.addEventListener('keydown', onKey, { signal: ended.signal });
  addEventListener('popstate', () => showAddress(place, rail), { signal: ended.signal });
  const timer = setInterval(() => {
    if (!document.hidden) void rail.reload();
  }, LIST_REFRESH_MILLISECONDS);
  const listed = rail.reload();
  if (addressedTicket() === null) void listed.then(() => showAddress(place, rail));
  else showAddress(place, rail);
  return {
    setScheme: (scheme) => place.pane()?.setScheme(scheme),
    end: () => {
      place.leave();
      clearInterval(timer);
      ended.abort();
    },
  };
}

function createDesk(config: DeskConfig, actions: Pick<Desk, 'toast' | 'openTicket' | 'refreshList'>): Desk {
  const { agentId, language } = readPreferences();
  const agent = config.agents.find(({ id }) => id === agentId) ?? config.agents[0];
  if (agent === undefined) throw new Error('The simulator has no agents.');
  document.documentElement.lang = language;
  document.documentElement.dir = language === 'ar' ? 'rtl' : 'ltr';
  const api = createDeskApi(agent.id);
  return {
    ...actions,
    config,
    api,
    agent,
    language,
    words: createWords(language),
    fields: once(() => api.listFields()),
    groups: once(() => api.listGroups()),
    scheme: () => effectiveScheme(readPreferences().theme),
  };
}

function addressedTicket(): number | null {
  const id = Number(/^\/agent\/tickets\/(\d+)/.exec(location.pathname)?.[1]);
  return Number.isSafeInteger(id) ? id : null;
}

/** Opens the ticket the address names, or else the first one of the list. */
function showAddress(place: Place, rail: Rail): void {
  const named = addressedTicket();
  const id = named ?? rail.firstTicket();
  if (id === null) {
    place.leave();
    place.showEmpty();
    return;
  }
  if (named === null) history.replaceState(null, '', `/agent/tickets/${id}`);
  void place.show(id);
}

function handleKey(event: KeyboardEvent, rail: Rail, pane: () => TicketPane | null): void {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const actions: Readonly<Record<string, () => void>> = {
    j: () => rail.step(1),
    k: () => rail.step(-1),
    '/': () => rail.focusSearch(),
    r: () => pane()?.focusComposer('publicReply'),
    n: () => pane()?.focusComposer('internalNote'),
  };
  const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
  if (action === undefined) return;
  event.preventDefault();
  action();
}

function applyScheme(): void {
  document.documentElement.dataset['scheme'] = effectiveScheme(readPreferences().theme);
}

function once<Item>(load: () => Promise<readonly Item[]>): () => Promise<readonly Item[]> {
  let pending: Promise<readonly Item[]> | null = null;
  return () => {
    pending ??= load().catch(() => {
      pending = null;
      return [];
    });
    return pending;
  };
}

void boot();
