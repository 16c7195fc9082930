const reachable =
  'a[href], button:not([disabled]), textarea:not([disabled]), input:not([disabled]), summary, [tabindex="0"]';

/** Keeps the keyboard inside the chat while it is open; Escape leaves it. */
export function keepFocus(page: Document, onEscape: () => void): void {
  page.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented && !event.isComposing) return onEscape();
    if (event.key !== 'Tab' || page.querySelector('dialog[open]') !== null) return;
    const all = [...page.querySelectorAll<HTMLElement>(reachable)].filter((one) => one.checkVisibility());
    const edge = event.shiftKey ? all.at(0) : all.at(-1);
    const next = event.shiftKey ? all.at(-1) : all.at(0);
    if (page.activeElement !== edge && page.activeElement !== page.body) return;
    event.preventDefault();
    next?.focus();
  });
}
