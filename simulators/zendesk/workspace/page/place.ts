import { button, element, messageOf } from './dom.ts';
import type { Desk } from './desk.ts';
import type { TicketSession } from './session.ts';
import { createTicketPane, loadSession } from './ticket-pane.ts';
import type { TicketPane } from './ticket-pane.ts';

/** The main part of the page: the one open ticket, or what stands there instead. */
export type Place = {
  readonly node: HTMLElement;
  readonly pane: () => TicketPane | null;
  readonly show: (ticketId: number) => Promise<void>;
  readonly showEmpty: () => void;
  /** Closes the open ticket; unsent work is kept for the next visit. */
  readonly leave: () => void;
};

/** Builds the place; `unsent` keeps drafts by agent and ticket, `onShow` hears which ticket is opened. */
export function createPlace(
  desk: Desk,
  unsent: Map<string, TicketSession>,
  onShow: (ticketId: number) => void,
): Place {
  const { words, agent } = desk;
  const node = element('div', { class: 'place' });
  let pane: TicketPane | null = null;
  let turn = 0;
  const say = (role: 'status' | 'alert', text: string, action?: HTMLElement): void =>
    node.replaceChildren(element('div', { class: 'empty', role }, element('p', {}, text), action));
  const leave = (): void => {
    turn += 1;
    if (pane === null) return;
    const key = `${agent.id}:${pane.session.ticket.id}`;
    if (pane.session.hasUnsentWork()) unsent.set(key, pane.session);
    else unsent.delete(key);
    pane.dispose();
    pane = null;
  };
  const show = async (ticketId: number): Promise<void> => {
    leave();
    const mine = turn;
    onShow(ticketId);
    say('status', words('Opening the ticket …'));
    try {
      const session = await loadSession(desk, ticketId, unsent.get(`${agent.id}:${ticketId}`));
      if (mine !== turn) return;
      pane = createTicketPane(desk, session);
      node.replaceChildren(pane.node);
    } catch (error) {
      const again = button({ class: 'primary' }, () => void show(ticketId), words('Try again'));
      if (mine === turn) say('alert', messageOf(error), again);
    }
  };
  say('status', words('Opening the ticket …'));
  return {
    node,
    pane: () => pane,
    show,
    showEmpty: () => say('status', words('Choose a ticket on the left.')),
    leave,
  };
}
