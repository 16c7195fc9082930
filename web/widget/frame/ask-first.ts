import { make } from './dom.ts';

/** Asks before something that cannot be undone. */
export function askFirst(root: HTMLElement, question: string, yes: string, no: string): Promise<boolean> {
  return new Promise((resolve) => {
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
    dialog.addEventListener('keydown', (event) => event.key === 'Escape' && event.stopPropagation());
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    root.append(dialog);
    dialog.showModal();
  });
}
