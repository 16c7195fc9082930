import type { SignedSidebar } from './api.ts';
import { button, element, messageOf } from './dom.ts';
import type { Desk } from './desk.ts';
import type { Fields } from './fields.ts';
import { APP_WIDTH, clampAppWidth, readPreferences, savePreferences } from './preferences.ts';
import type { TicketSession } from './session.ts';
import { createGuid, startZafHost } from './zaf-host.ts';
import type { ZafHost } from './zaf-host.ts';
import { zafEventFor } from './zaf-shapes.ts';
import { createZafSurface } from './zaf-surface.ts';

/** The right column with the app in its frame. */
export type AppPanel = {
  readonly node: HTMLElement;
  /** Tells the app about a change of the session. */
  readonly follow: (property: string) => void;
  readonly emit: (event: string, message?: unknown) => void;
  /** Asks the app before saving; rejects with its reason. */
  readonly askHook: (event: string, message?: unknown) => Promise<void>;
  readonly setVisible: (visible: boolean) => void;
  readonly setScheme: (scheme: 'light' | 'dark') => void;
  readonly dispose: () => void;
};

const HANDSHAKE_PATIENCE_MILLISECONDS = 10_000;
const KEY_STEP_PIXELS = 10;
const MAXIMUM_HEIGHT_PIXELS = 5_000;

/** Builds the column of one ticket and starts the app in it. */
export function createAppPanel(desk: Desk, session: TicketSession, fields: Fields): AppPanel {
  const { words } = desk;
  const body = element('div', {
    class: 'app-body',
    role: 'group',
    tabindex: 0,
    'aria-label': desk.config.app.name,
  });
  const state = element('div', { class: 'app-state', role: 'status' });
  const { name } = desk.config.app;
  const say: Say = (text, retryLabel) => {
    const retry = retryLabel === undefined ? null : button({ class: 'small' }, start, words(retryLabel));
    state.replaceChildren(
      ...(text === '' ? [] : [element('p', {}, text)]),
      ...(retry === null ? [] : [retry]),
    );
  };
  const runner = createRunner(desk, session, fields, body, say);
  const start = (): void => void runner.start();
  const node = element(
    'aside',
    { class: 'app-panel', 'aria-label': `${words('App')}: ${name}` },
    element(
      'header',
      { class: 'app-head' },
      element('h2', {}, name),
      button({ class: 'bare small' }, start, words('Reload')),
    ),
    state,
    body,
  );
  node.prepend(createResizer(desk, node));
  start();
  return {
    node,
    follow: (property) => {
      const host = runner.host();
      const event = zafEventFor(session, property);
      if (event !== null) host?.emit(`ticket.${event.name}.changed`, event.value);
      if (property === 'conversation') host?.emit('ticket.comments.changed');
      if (property === 'ticket') host?.emit('ticket.updated');
    },
    emit: (event, message) => runner.host()?.emit(event, message),
    askHook: (event, message) => runner.host()?.askHook(event, message) ?? Promise.resolve(),
    setVisible: (visible) => {
      if (node.hidden === !visible) return;
      node.hidden = !visible;
      runner.host()?.setActive(visible);
    },
    setScheme: (scheme) => runner.host()?.emit('colorScheme.changed', scheme),
    dispose: runner.dispose,
  };
}

type Say = (text: string, retryLabel?: string) => void;
type Runner = {
  readonly host: () => ZafHost | null;
  readonly start: () => Promise<void>;
  readonly dispose: () => void;
};

/** Starts, restarts and stops the app of one ticket; `say` shows what the agent has to know meanwhile. */
function createRunner(
  desk: Desk,
  session: TicketSession,
  fields: Fields,
  container: HTMLElement,
  say: Say,
): Runner {
  const { words } = desk;
  let host: ZafHost | null = null;
  let turn = 0;
  let patience = 0;
  const stop = (): void => {
    turn += 1;
    clearTimeout(patience);
    host?.dispose();
    host = null;
  };
  const open = (signed: SignedSidebar): ZafHost => {
    const guid = signed.appGuid ?? createGuid();
    const instance: ZafHost = startZafHost({
      container,
      title: desk.config.app.name,
      sidebarUrl: signed.url,
      token: signed.token,
      guid,
      colorScheme: desk.scheme(),
      context: describeContext(desk, session, guid),
      metadata: { ...desk.config.app, plan: { name: desk.config.planName } },
      surface: createZafSurface(desk, session, {
        guid,
        colorScheme: desk.scheme,
        resize: ({ height }) => setHeight(instance.iframe, height),
        close: () => {
          stop();
          say(words('The app was closed.'), 'Open again');
        },
        setFieldState: fields.setFieldState,
      }),
      onRegistered: () => {
        clearTimeout(patience);
        say('');
      },
    });
    return instance;
  };
  const start = async (): Promise<void> => {
    stop();
    const mine = turn;
    say(words('Opening the app …'));
    try {
      const signed = await desk.api.signSidebar(session.ticket.id);
      if (mine !== turn) return;
      host = open(signed);
      const impatient = (): void => say(words('The app has not answered yet.'), 'Try again');
      patience = window.setTimeout(impatient, HANDSHAKE_PATIENCE_MILLISECONDS);
    } catch (error) {
      if (mine === turn) say(`${words('The app could not be opened')}: ${messageOf(error)}`, 'Try again');
    }
  };
  return { host: () => host, start, dispose: stop };
}

function describeContext(desk: Desk, session: TicketSession, guid: string): Record<string, unknown> {
  return {
    instanceGuid: guid,
    product: 'support',
    account: { subdomain: desk.config.subdomain },
    location: 'ticket_sidebar',
    ticketId: session.ticket.id,
  };
}

// Apps give a number, "240px" or "60vh"; anything else leaves the frame as it is.
function setHeight(iframe: HTMLIFrameElement, height: unknown): void {
  const parts = /^(\d+(?:\.\d+)?)(px|vh)?$/.exec(String(height));
  const pixels = Number(parts?.[1]) * (parts?.[2] === 'vh' ? innerHeight / 100 : 1);
  if (pixels > 0) iframe.style.height = `${Math.min(pixels, MAXIMUM_HEIGHT_PIXELS)}px`;
}

function createResizer(desk: Desk, panel: HTMLElement): HTMLElement {
  const handle = element('div', {
    class: 'resizer',
    role: 'separator',
    tabindex: 0,
    'aria-orientation': 'vertical',
    'aria-label': desk.words('Width of the app'),
    'aria-valuemin': APP_WIDTH.minimum,
    'aria-valuemax': APP_WIDTH.maximum,
  });
  let width = readPreferences().appWidth;
  const apply = (wanted: number): void => {
    width = clampAppWidth(wanted);
    panel.style.width = `${width}px`;
    handle.setAttribute('aria-valuenow', String(width));
  };
  const keep = (): void => savePreferences({ appWidth: width });
  const outward = (): number => (getComputedStyle(panel).direction === 'rtl' ? -1 : 1);
  handle.addEventListener('pointerdown', (event) => {
    const from = event.clientX;
    const before = width;
    handle.setPointerCapture(event.pointerId);
    panel.classList.add('is-resizing');
    const move = (next: PointerEvent): void => apply(before + (from - next.clientX) * outward());
    const end = (): void => {
      handle.removeEventListener('pointermove', move);
      panel.classList.remove('is-resizing');
      keep();
    };
    handle.addEventListener('pointermove', move);
    handle.addEventListener('pointerup', end, { once: true });
    handle.addEventListener('pointercancel', end, { once: true });
  });
  handle.addEventListener('keydown', (event) => {
    const towards = event.key === 'ArrowLeft' ? 1 : event.key === 'ArrowRight' ? -1 : 0;
    if (towards === 0) return;
    event.preventDefault();
    apply(width + towards * outward() * KEY_STEP_PIXELS);
    keep();
  });
  apply(width);
  return handle;
}
