import { make } from './dom.ts';

/** Asks before something that cannot be undone, and does it on a yes. */
export function askFirst(
  root: HTMLElement,
  question: string,
  yes: string,
  no: string,
  act: () => void,
): void {
  const dialog = make('dialog', { aria: { labelledby: 'question' } });
  const answer = (value: string) => () => dialog.close(value);
  dialog.append(
    make('p', { id: 'question' }, question),
    make(
      'div',
      { className: 'row' },
      make('button', { type: 'button', className: 'primary', onclick: answer('yes') }, yes),
      make('button', { type: 'button', className: 'plain', onclick: answer('') }, no),
    ),
  );
  // Escape closes the question, not the chat with it.
  dialog.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') event.stopPropagation();
  });
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (dialog.returnValue === 'yes') act();
  });
  root.append(dialog);
  dialog.showModal();
}
