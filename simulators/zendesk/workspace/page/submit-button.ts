import { button, element, icon } from './dom.ts';
import type { Desk } from './desk.ts';
import type { TicketSession } from './session.ts';

/** The button that saves the ticket, with a menu of the statuses to save it as. */
export type SubmitButton = {
  readonly node: HTMLElement;
  readonly show: () => void;
  readonly press: () => void;
  readonly setBusy: (busy: boolean) => void;
};

const CHOICES = ['open', 'pending', 'solved'] as const;

/** Builds the button; the proposed status is the ticket's own, a new ticket is proposed as open. */
export function createSubmitButton(
  desk: Desk,
  session: TicketSession,
  onSubmit: (status: string) => void,
): SubmitButton {
  const { words } = desk;
  const proposed = (): string => {
    const status = session.value('status');
    return status === 'new' || status === 'closed' ? 'open' : status;
  };
  const main = button({ class: 'primary' }, () => onSubmit(proposed()));
  const items = CHOICES.map((status) =>
    button(
      { role: 'menuitem', tabindex: -1 },
      () => {
        setOpen(false);
        onSubmit(status);
      },
      element('span', { class: `status status-${status}`, 'aria-hidden': 'true' }),
      words(`Submit as ${status}`),
    ),
  );
  const menu = element(
    'div',
    { class: 'menu', role: 'menu', hidden: true, 'aria-label': words('Submit as') },
    ...items,
  );
  const caret = button(
    {
      class: 'primary caret',
      'aria-haspopup': 'menu',
      'aria-expanded': 'false',
      'aria-label': words('Submit as'),
    },
    () => setOpen(menu.hidden !== false),
    icon('chevron'),
  );
  const node = element('div', { class: 'submit' }, main, caret, menu);
  const setOpen = (open: boolean): void => {
    menu.hidden = !open;
    caret.setAttribute('aria-expanded', String(open));
    if (open) items[Math.max(0, CHOICES.indexOf(proposed() as 'open'))]?.focus();
  };
  node.addEventListener('keydown', (event) => {
    if (menu.hidden) return;
    const at = items.findIndex((item) => item === document.activeElement);
    if (event.key === 'Escape') {
      setOpen(false);
      caret.focus();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : items.length - 1;
      items[(at + step) % items.length]?.focus();
    } else return;
    event.preventDefault();
  });
  node.addEventListener('focusout', (event) => {
    if (!(event.relatedTarget instanceof Node) || !node.contains(event.relatedTarget)) setOpen(false);
  });
  let busy = false;
  const show = (): void => {
    main.textContent = busy ? words('Saving …') : words(`Submit as ${proposed()}`);
    const blocked = busy || session.ticket.status === 'closed';
    main.disabled = blocked;
    caret.disabled = blocked;
  };
  show();
  return {
    node,
    show,
    press: () => {
      if (!main.disabled) onSubmit(proposed());
    },
    setBusy: (now) => {
      busy = now;
      show();
    },
  };
}
