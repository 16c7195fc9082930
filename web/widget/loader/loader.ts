import { lineToFrame, type FromFrame } from '../protocol.ts';
import { launcherStrings, widgetLanguage } from '../strings/launcher.ts';
import { createLauncher } from './launcher.ts';
import { createPageStore } from './page-store.ts';
import { openSession, readLook, SessionRefused, warn, type Identity, type Opened } from './sessions.ts';

/** What a customer's page may do with the widget. */
export interface InDeskApi {
  open(): void;
  close(): void;
  /** Who the visitor is, from the next conversation on; null: nobody known, and the conversation on the screen is forgotten. */
  identify(identity: Identity | null): void;
}

declare global {
  interface Window {
    InDesk?: InDeskApi;
  }
}

/** A frame that says nothing for this long was not let in; milliseconds. */
const frameLimit = 15_000;

const script = document.currentScript;
if (script instanceof HTMLScriptElement && script.dataset['agent'] !== undefined) {
  if (window.InDesk === undefined) void start(script, script.dataset['agent']);
  else warn('The snippet stands on this page twice; the second one is ignored.');
} else warn('The snippet needs data-agent, and must be a classic script.');

async function start({ src, dataset }: HTMLScriptElement, agentKey: string): Promise<void> {
  const origin = new URL(src).origin;
  const address = `${origin}/v1/chat/${encodeURIComponent(agentKey)}`;
  const store = createPageStore(agentKey);
  const locale = (dataset['language'] ?? (document.documentElement.lang || navigator.language)) || 'en';
  let identity: Identity | null = dataset['identity'] ?? null;
  let wantsOpen: boolean | undefined;
  let forgets = false;
  let act: { open(): void; close(): void; forget(): void } | undefined;
  window.InDesk = {
    open: () => {
      if (act === undefined) wantsOpen = true;
      else act.open();
    },
    close: () => {
      if (act === undefined) wantsOpen = false;
      else act.close();
    },
    identify: (next) => {
      identity = next;
      if (next !== null) return;
      if (act === undefined) forgets = true;
      else act.forget();
    },
  };
  document.dispatchEvent(new CustomEvent('indesk-ready'));

  const look = await untilOnline(() => readLook(address));
  if (look === undefined) {
    warn(
      'This page does not show the chat: its origin is not on the list of the AI agent, or the AI agent is off.',
    );
    return;
  }
  if (document.body === null)
    await new Promise((done) => document.addEventListener('DOMContentLoaded', done));

  const language = widgetLanguage(locale, look.languages);
  let current: string | null = null;
  let renewal: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  /** Of a first opening, asked for while the frame loads. */
  let early: Promise<Opened> | undefined;

  const begin = (session: string | null): Promise<Opened> =>
    openSession(address, { locale, session, identity });
  const hand = async (asked: Promise<Opened>): Promise<void> => {
    clearTimeout(renewal);
    try {
      const { session, history, renewAfterSeconds } = await asked;
      current = session;
      line.send({ type: 'session', session, history });
      renewal = setTimeout(() => void hand(begin(current)), renewAfterSeconds * 1000);
    } catch (error) {
      const { problem, retryAfterSeconds } =
        error instanceof SessionRefused ? error : new SessionRefused('unreachable', null);
      line.send({ type: 'refused', problem, retryAfterSeconds });
    }
  };
  const hear = (message: FromFrame): void => {
    switch (message.type) {
      case 'ready':
        clearTimeout(silence);
        line.send({ type: 'look', look, locale, language, state: message.keeps ? null : store.read().state });
        if (launcher.isOpen()) line.send({ type: 'shown' });
        return;
      case 'begin':
        current = null;
        void hand(early ?? begin(null));
        early = undefined;
        return;
      case 'prolong':
        early = undefined;
        void hand(begin(message.session));
        return;
      case 'close':
        return close();
      case 'keep':
        return store.write({ state: message.state });
      case 'talking':
        return store.write({ talking: message.talking });
    }
  };
  const launcher = createLauncher({
    look,
    strings: launcherStrings(language),
    direction: language === 'ar' ? 'rtl' : 'ltr',
    frameUrl: `${origin}/widget/frame/${encodeURIComponent(agentKey)}?page=${encodeURIComponent(location.origin)}`,
    onPress: () => (launcher.isOpen() ? close() : open()),
    onEscape: () => close(),
  });
  const line = lineToFrame({ here: window, there: () => launcher.frameWindow(), origin }, hear);

  const open = (): void => {
    if (launcher.isOpen()) return;
    const isFirst = launcher.frameWindow() === null;
    if (isFirst) {
      const { talking } = store.read();
      if (!talking) {
        early = begin(null);
        // Whether it failed is asked when the frame wants it.
        early.catch(() => undefined);
      }
      silence = setTimeout(() => launcher.failed(), frameLimit);
    }
    launcher.show();
    store.write({ open: true });
    if (!isFirst) line.send({ type: 'shown' });
  };
  const close = (): void => {
    if (!launcher.isOpen()) return;
    launcher.hide(true);
    store.write({ open: false });
  };
  const forget = (): void => {
    store.write({ state: null, talking: false });
    early = undefined;
    clearTimeout(renewal);
    current = null;
    line.send({ type: 'forget' });
  };
  act = { open, close, forget };
  if (forgets) forget();
  const { open: wasOpen } = store.read();
  if (wantsOpen ?? wasOpen) open();
}

/** Asks again when the network is back; undefined when there is no widget on this page. */
async function untilOnline<T>(ask: () => Promise<T>): Promise<T | undefined> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof SessionRefused) || error.problem !== 'unreachable' || navigator.onLine)
        return undefined;
      await new Promise((done) => window.addEventListener('online', done, { once: true }));
    }
  }
}
