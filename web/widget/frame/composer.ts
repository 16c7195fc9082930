import { longestMessage } from './limits.ts';
import type { WidgetStrings } from '../strings/en.ts';
import { icon, make } from './dom.ts';

export interface Composer {
  readonly element: HTMLFormElement;
  focus(): void;
  set(state: { readonly busy: boolean; readonly draft: string; readonly canSend: boolean }): void;
}

interface Acts {
  readonly send: (text: string) => void;
  readonly stop: () => void;
  readonly draft: (text: string) => void;
}

const tallest = 140;
/** The count is shown from here on. */
const nearlyFull = 0.9;
const draftMs = 300;

/** Where the visitor writes: Enter sends, Shift+Enter begins a new line. */
export function createComposer(words: WidgetStrings, language: string, acts: Acts): Composer {
  const number = new Intl.NumberFormat(language);
  const hint = make('p', { id: 'composer-hint', className: 'wrong', role: 'status' });
  const input = make('textarea', {
    rows: 1,
    dir: 'auto',
    placeholder: words.placeholder,
    enterKeyHint: 'send',
    aria: { label: words.placeholder, describedby: 'composer-hint' },
  });
  const send = make(
    'button',
    { type: 'submit', className: 'send', aria: { label: words.send } },
    icon('send'),
  );
  const stop = make(
    'button',
    {
      type: 'button',
      className: 'send stop',
      hidden: true,
      aria: { label: words.stop },
      onclick: () => acts.stop(),
    },
    icon('stop'),
  );
  let busy = false;
  let canSend = true;
  /** A draft of an earlier page is put in once. */
  let isFilled = false;
  let saving: ReturnType<typeof setTimeout> | undefined;

  const isTooLong = (): boolean => input.value.trim().length > longestMessage;
  const look = (): void => {
    input.style.setProperty('block-size', 'auto');
    input.style.setProperty('block-size', `${Math.min(tallest, input.scrollHeight + 2)}px`);
    const { length } = input.value.trim();
    const near = length > longestMessage * nearlyFull;
    hint.textContent = isTooLong()
      ? words.tooLong(number.format(length), number.format(longestMessage))
      : near
        ? `${number.format(length)} / ${number.format(longestMessage)}`
        : '';
    input.setAttribute('aria-invalid', String(isTooLong()));
    send.disabled = busy || !canSend || isTooLong() || length === 0;
  };
  const submit = (): void => {
    if (send.disabled) return;
    clearTimeout(saving);
    const text = input.value.trim();
    input.value = '';
    look();
    // The button goes away while the answer comes.
    if (document.activeElement === send) input.focus();
    acts.send(text);
  };
  input.addEventListener('input', () => {
    look();
    clearTimeout(saving);
    saving = setTimeout(() => acts.draft(input.value), draftMs);
  });
  input.addEventListener('keydown', (event) => {
    // While an input method composes, Enter chooses a word.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  return {
    element: make(
      'form',
      {
        className: 'composer',
        onsubmit: (event: SubmitEvent) => {
          event.preventDefault();
          submit();
        },
      },
      make('div', { className: 'box' }, input, send, stop),
      hint,
    ),
    focus: () => input.focus(),
    set: (state) => {
      busy = state.busy;
      canSend = state.canSend;
      if (!isFilled) input.value = state.draft;
      isFilled = true;
      input.disabled = !canSend;
      send.hidden = busy;
      stop.hidden = !busy;
      look();
    },
  };
}
