import { button, element, icon } from './dom.ts';
import type { Words } from './words.ts';

/** How a message is coloured and how urgently it is read out. */
export type ToastKind = 'notice' | 'success' | 'alert' | 'error';

const SHOWN_MILLISECONDS = 6_000;
const MAXIMUM_SHOWN = 4;

/** Builds the corner where messages appear: a polite and an assertive live region. */
export function createToasts(words: Words): {
  readonly node: HTMLElement;
  readonly show: (text: string, kind?: ToastKind) => void;
} {
  const polite = element('div', { role: 'status', 'aria-live': 'polite', class: 'toast-list' });
  const urgent = element('div', { role: 'alert', 'aria-live': 'assertive', class: 'toast-list' });
  const node = element('div', { class: 'toasts' }, polite, urgent);
  const show = (text: string, kind: ToastKind = 'notice'): void => {
    const region = kind === 'error' || kind === 'alert' ? urgent : polite;
    while (region.childElementCount >= MAXIMUM_SHOWN) region.firstElementChild?.remove();
    const close = button(
      { class: 'bare', 'aria-label': words('Close') },
      () => toast.remove(),
      icon('close'),
    );
    const toast = element(
      'div',
      { class: `toast toast-${kind}` },
      element('p', { dir: 'auto' }, text),
      close,
    );
    region.append(toast);
    setTimeout(() => toast.remove(), kind === 'error' ? SHOWN_MILLISECONDS * 2 : SHOWN_MILLISECONDS);
  };
  return { node, show };
}
