import type { WidgetLook } from '../../../src/contract/chat.ts';
import { readableOn } from '../../../src/kernel/contrast.ts';
import type { WidgetStrings } from '../strings/en.ts';
import { icon, make } from './dom.ts';

export interface Header {
  readonly element: HTMLElement;
  set(state: { readonly canEnd: boolean }): void;
}

interface Acts {
  readonly close: () => void;
  readonly startOver: () => void;
  readonly end: () => void;
}

/** Who answers, that it is no person, and the way out. */
export function createHeader(look: WidgetLook, words: WidgetStrings, acts: Acts): Header {
  const choose = (act: () => void) => () => {
    show(false);
    act();
  };
  const end = make('button', { type: 'button', onclick: choose(acts.end) }, words.endConversation);
  const startOver = make('button', { type: 'button', onclick: choose(acts.startOver) }, words.startOver);
  const menu = make('div', { id: 'menu', className: 'menu', hidden: true }, startOver, end);
  const more = make(
    'button',
    {
      type: 'button',
      className: 'quiet',
      aria: { label: words.more, expanded: 'false', controls: 'menu' },
      onclick: () => show(menu.hidden === true),
    },
    icon('more'),
  );
  const show = (open: boolean): void => {
    menu.hidden = !open;
    more.setAttribute('aria-expanded', String(open));
    if (open) startOver.focus();
  };
  const element = make(
    'header',
    {
      // Escape closes the menu first, then the chat.
      onkeydown: (event) => {
        if (event.key !== 'Escape' || menu.hidden) return;
        event.stopPropagation();
        show(false);
        more.focus();
      },
    },
    avatar(look),
    make('div', { className: 'who' }, make('h1', {}, look.name), make('p', {}, words.assistant)),
    more,
    make(
      'button',
      { type: 'button', className: 'quiet', aria: { label: words.close }, onclick: acts.close },
      icon('close'),
    ),
    menu,
  );
  document.addEventListener('pointerdown', (event) => {
    if (
      !menu.hidden &&
      event.target instanceof Node &&
      !menu.contains(event.target) &&
      !more.contains(event.target)
    )
      show(false);
  });
  return {
    element,
    set: ({ canEnd }) => {
      more.hidden = !canEnd;
    },
  };
}

function avatar({ avatar: { image, initials, colour } }: WidgetLook): HTMLElement {
  if (image !== null) return make('img', { className: 'avatar', src: image, alt: '' });
  const element = make('span', { className: 'avatar', aria: { hidden: 'true' } }, initials);
  element.style.setProperty('background', colour);
  element.style.setProperty('color', readableOn(colour));
  return element;
}
