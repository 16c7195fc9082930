import type { TicketList } from './api.ts';
import { button, element, icon, messageOf } from './dom.ts';
import { timeAgo } from './desk.ts';
import type { Desk } from './desk.ts';
import type { Ticket, User } from './types.ts';

/** The left column: views, search and the ticket list. */
export type Rail = {
  readonly node: HTMLElement;
  readonly reload: () => Promise<void>;
  readonly markOpen: (ticketId: number | null) => void;
  /** Moves the keyboard focus through the list by so many tickets. */
  readonly step: (by: number) => void;
  readonly focusSearch: () => void;
  /** The first ticket of the view, for a desk opened without one. */
  readonly firstTicket: () => number | null;
};

type View = {
  readonly name: string;
  readonly label: string;
  readonly holds: (ticket: Ticket, agentId: number) => boolean;
};

const isActive = (ticket: Ticket): boolean => ticket.status === 'new' || ticket.status === 'open';

const VIEWS: readonly View[] = [
  { name: 'mine', label: 'Your open', holds: (ticket, id) => isActive(ticket) && ticket.assignee_id === id },
  {
    name: 'unassigned',
    label: 'Unassigned',
    holds: (ticket) => isActive(ticket) && ticket.assignee_id === null,
  },
  { name: 'open', label: 'All open', holds: isActive },
  { name: 'pending', label: 'Pending', holds: ({ status }) => status === 'pending' || status === 'hold' },
  {
    name: 'solved',
    label: 'Recently solved',
    holds: ({ status }) => status === 'solved' || status === 'closed',
  },
];

const SEARCH_DELAY_MILLISECONDS = 250;

/** Builds the left column; `onView` is told which view was chosen. */
export function createRail(desk: Desk, startView: string, onView: (view: string) => void): Rail {
  const { words } = desk;
  let view = VIEWS.find((candidate) => candidate.name === startView) ?? VIEWS[0];
  let list: TicketList = { tickets: [], users: [] };
  let found: readonly Ticket[] | null = null;
  let openId: number | null = null;
  let loaded = false;
  const people = new Map<number, User>();
  const views = element('ul', { class: 'views' });
  const heading = element('h2', { class: 'list-heading' });
  const tickets = element('ul', { class: 'tickets', 'aria-busy': 'true' });
  const search = element('input', {
    type: 'search',
    placeholder: words('Search tickets'),
    'aria-label': words('Search tickets'),
    dir: 'auto',
  });

  const shown = (): readonly Ticket[] =>
    found ?? list.tickets.filter((ticket) => view?.holds(ticket, desk.agent.id) ?? false);
  const render = (): void => {
    const current = found === null ? view : undefined;
    const counted = loaded ? list.tickets : null;
    views.replaceChildren(
      ...VIEWS.map((item) => renderView(desk, item, item === current, counted, chooseView)),
    );
    heading.textContent = found === null ? words(view?.label ?? '') : `${words('Found')}: ${found.length}`;
    const focused = focusedId(tickets);
    const rows = shown().map((ticket) => renderTicket(desk, ticket, people.get(ticket.requester_id), openId));
    if (!loaded) return;
    tickets.setAttribute('aria-busy', 'false');
    tickets.replaceChildren(
      ...(rows.length > 0 ? rows : [element('li', { class: 'quiet' }, words('Nothing here.'))]),
    );
    if (focused !== null) tickets.querySelector<HTMLElement>(`[data-id="${focused}"]`)?.focus();
  };
  const chooseView = (chosen: View): void => {
    view = chosen;
    found = null;
    search.value = '';
    onView(chosen.name);
    render();
  };
  const reload = async (): Promise<void> => {
    try {
      list = await desk.api.listTickets();
      for (const user of list.users ?? []) people.set(user.id, user);
      loaded = true;
      render();
    } catch (error) {
      if (loaded) return;
      const again = button({ class: 'small' }, () => void reload(), words('Try again'));
      tickets.setAttribute('aria-busy', 'false');
      tickets.replaceChildren(element('li', { class: 'quiet problem' }, messageOf(error), again));
    }
  };
  connectSearch(desk, search, (result) => {
    found = result;
    render();
  });
  tickets.append(...[1, 2, 3, 4, 5].map(() => element('li', { class: 'skeleton' })));
  render();
  return {
    node: element(
      'nav',
      { class: 'rail', 'aria-label': words('Tickets') },
      views,
      element('div', { class: 'search' }, icon('search'), search),
      heading,
      tickets,
    ),
    reload,
    markOpen: (ticketId) => {
      openId = ticketId;
      for (const link of tickets.querySelectorAll<HTMLElement>('[data-id]')) {
        if (link.dataset['id'] === String(ticketId)) link.setAttribute('aria-current', 'page');
        else link.removeAttribute('aria-current');
      }
    },
    step: (by) => moveFocus(tickets, by),
    focusSearch: () => search.focus(),
    firstTicket: () => shown()[0]?.id ?? list.tickets[0]?.id ?? null,
  };
}

function renderView(
  desk: Desk,
  view: View,
  current: boolean,
  tickets: readonly Ticket[] | null,
  choose: (view: View) => void,
): HTMLElement {
  const count = tickets?.filter((ticket) => view.holds(ticket, desk.agent.id)).length;
  const open = button(
    { class: 'view', 'aria-current': current ? 'true' : null },
    () => choose(view),
    element('span', {}, desk.words(view.label)),
    element('span', { class: 'count' }, count === undefined ? '' : String(count)),
  );
  return element('li', {}, open);
}

function connectSearch(
  desk: Desk,
  search: HTMLInputElement,
  show: (found: readonly Ticket[] | null) => void,
): void {
  let timer = 0;
  let turn = 0;
  const run = async (text: string, mine: number): Promise<void> => {
    try {
      const found = await desk.api.searchTickets(text);
      if (mine === turn) show(found);
    } catch (error) {
      if (mine === turn) desk.toast(messageOf(error), 'error');
    }
  };
  search.addEventListener('input', () => {
    clearTimeout(timer);
    turn += 1;
    const mine = turn;
    const text = search.value.trim();
    if (text === '') show(null);
    else timer = window.setTimeout(() => void run(text, mine), SEARCH_DELAY_MILLISECONDS);
  });
}

function renderTicket(
  desk: Desk,
  ticket: Ticket,
  requester: User | undefined,
  openId: number | null,
): HTMLElement {
  const { words, language } = desk;
  const urgent = ticket.priority === 'urgent' || ticket.priority === 'high';
  const link = element(
    'a',
    {
      href: `/agent/tickets/${ticket.id}`,
      'data-id': ticket.id,
      'aria-current': ticket.id === openId ? 'page' : null,
    },
    element(
      'span',
      { class: 'ticket-line' },
      element('span', { class: `status status-${ticket.status}` }, words(ticket.status)),
      urgent && element('span', { class: 'priority-mark' }, words(ticket.priority ?? '')),
      element('time', { datetime: ticket.updated_at }, timeAgo(ticket.updated_at, language)),
    ),
    element('span', { class: 'ticket-subject', dir: 'auto' }, ticket.subject ?? words('No subject')),
    element('span', { class: 'ticket-who' }, `#${ticket.id} · `, element('bdi', {}, requester?.name ?? '')),
  );
  link.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    desk.openTicket(ticket.id);
  });
  return element('li', {}, link);
}

function focusedId(tickets: HTMLElement): string | null {
  const active = document.activeElement;
  return active instanceof HTMLElement && tickets.contains(active) ? (active.dataset['id'] ?? null) : null;
}

function moveFocus(tickets: HTMLElement, by: number): void {
  const links = [...tickets.querySelectorAll<HTMLElement>('[data-id]')];
  if (links.length === 0) return;
  const focused = links.findIndex((link) => link === document.activeElement);
  const current = focused === -1 ? links.findIndex((link) => link.hasAttribute('aria-current')) : focused;
  const next = Math.min(links.length - 1, Math.max(0, current + by));
  links[next]?.focus();
}
