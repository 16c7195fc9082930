import { DeskApiError } from './api.ts';
import { createAppPanel } from './app-panel.ts';
import { createComposer } from './composer.ts';
import { createConversation } from './conversation.ts';
import { button, element, icon, messageOf } from './dom.ts';
import type { Desk } from './desk.ts';
import { createFields } from './fields.ts';
import { readPreferences, savePreferences } from './preferences.ts';
import { TicketSession } from './session.ts';
import type { TicketBundle } from './types.ts';

/** One open ticket: header, fields, conversation with composer, and the app. */
export type TicketPane = {
  readonly node: HTMLElement;
  readonly session: TicketSession;
  readonly focusComposer: (type: TicketSession['draftType']) => void;
  readonly setScheme: (scheme: 'light' | 'dark') => void;
  readonly dispose: () => void;
};

const REFRESH_MILLISECONDS = 8_000;

/** Loads a ticket with its comments; `earlier` hands over unsent work of the same ticket. */
export async function loadSession(
  desk: Desk,
  id: number,
  earlier: TicketSession | undefined,
): Promise<TicketSession> {
  const bundle: TicketBundle = await desk.api.loadTicket(id);
  const session = new TicketSession(desk.api, bundle);
  for (const agent of desk.config.agents) {
    if (!session.users.has(agent.id)) session.users.set(agent.id, agent);
  }
  if (earlier !== undefined) session.inherit(earlier);
  await session.loadComments();
  return session;
}

/** Builds the pane of a loaded ticket and keeps it up to date until it is disposed. */
export function createTicketPane(desk: Desk, session: TicketSession): TicketPane {
  const fields = createFields(desk, session);
  const conversation = createConversation(desk);
  const header = createHeader(
    desk,
    session,
    () => toggleFields(),
    () => toggleApp(),
  );
  const app = createAppPanel(desk, session, fields);
  const composer = createComposer(desk, session, (status) => void submit(status));
  const node = element(
    'main',
    { class: 'ticket', 'aria-label': `${desk.words('Ticket')} ${session.ticket.id}` },
    header.node,
    fields.node,
    element('div', { class: 'talk' }, conversation.node, composer.node),
    app.node,
  );
  let appOpen = readPreferences().appOpen;
  const toggleApp = (): void => {
    appOpen = !appOpen;
    savePreferences({ appOpen });
    app.setVisible(appOpen);
    header.show(appOpen);
  };
  const toggleFields = (): void => {
    header.fieldsToggle.setAttribute('aria-expanded', String(node.classList.toggle('shows-fields')));
  };
  const submit = async (status: string): Promise<void> => {
    composer.setBusy(true);
    app.emit('ticket.submit.start');
    try {
      await saveTicket(desk, session, status, (event) => app.askHook(event));
      app.emit('ticket.submit.done');
    } catch (error) {
      desk.toast(messageOf(error), 'error');
      app.emit('ticket.submit.fail');
    }
    app.emit('ticket.submit.always');
    composer.setBusy(false);
  };
  session.onChange((property) => {
    if (property === 'conversation') conversation.show(session);
    else if (property !== 'comment.text' && property !== 'comment.type') fields.show();
    composer.follow(property);
    header.show(appOpen);
    app.follow(property);
  });
  const timer = setInterval(() => {
    if (!document.hidden) void session.refresh().catch(() => undefined);
  }, REFRESH_MILLISECONDS);
  app.setVisible(appOpen);
  header.show(appOpen);
  conversation.show(session);
  return {
    node,
    session,
    focusComposer: composer.focus,
    setScheme: app.setScheme,
    dispose: () => {
      clearInterval(timer);
      session.stopListening();
      app.dispose();
    },
  };
}

async function saveTicket(
  desk: Desk,
  session: TicketSession,
  status: string,
  askHook: (event: string) => Promise<void>,
): Promise<void> {
  const { words } = desk;
  await askHook('ticket.save').catch((error: unknown) => {
    throw new Error(`${words('The app stopped the save')}: ${messageOf(error)}`);
  });
  try {
    await session.save(status);
  } catch (error) {
    if (!(error instanceof DeskApiError && error.status === 409)) throw error;
    await session.refresh().catch(() => undefined);
    throw new Error(words('Someone else changed this ticket. Look at it again, then submit.'));
  }
  desk.toast(`${words('Ticket')} ${session.ticket.id}: ${words(`saved as ${status}`)}`, 'success');
  desk.refreshList();
}

function createHeader(
  desk: Desk,
  session: TicketSession,
  toggleFields: () => void,
  toggleApp: () => void,
): { node: HTMLElement; fieldsToggle: HTMLElement; show: (appOpen: boolean) => void } {
  const { words } = desk;
  const subject = element('h2', { dir: 'auto' });
  const about = element('p', { class: 'ticket-about' });
  const fieldsToggle = button(
    { class: 'small fields-toggle', 'aria-expanded': 'false' },
    toggleFields,
    words('Ticket fields'),
  );
  const appToggle = button({ class: 'small' }, toggleApp, icon('panel'), words('App'));
  const node = element(
    'header',
    { class: 'ticket-head' },
    element('div', {}, subject, about),
    element('span', { class: 'spacer' }),
    fieldsToggle,
    appToggle,
  );
  const show = (appOpen: boolean): void => {
    const { ticket } = session;
    const requester = session.users.get(ticket.requester_id);
    appToggle.setAttribute('aria-pressed', String(appOpen));
    subject.textContent = session.value('subject') ?? words('No subject');
    document.title = `#${ticket.id} ${session.value('subject') ?? ''} · Brookline desk (simulator)`;
    about.replaceChildren(
      element('span', { class: `status status-${ticket.status}` }, words(ticket.status)),
      element('span', {}, `#${ticket.id}`),
      element('bdi', {}, requester?.name ?? ''),
      ...(session.hasUnsentWork() ? [element('span', { class: 'unsent' }, words('Not sent yet'))] : []),
    );
  };
  return { node, fieldsToggle, show };
}
