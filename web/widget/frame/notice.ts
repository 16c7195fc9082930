import type { WidgetStrings } from '../strings/en.ts';
import type { ChatFailure } from './client.ts';
import { make } from './dom.ts';
import { failureWords } from './failure-words.ts';

export interface Notice {
  readonly element: HTMLElement;
  /** Null: nothing is wrong any more. */
  fail(failure: ChatFailure | null): void;
  /** Something to know, until the next thing happens. */
  say(text: string): void;
}

/** What went wrong with the newest message, and the one thing to do about it. */
export function createNotice(words: WidgetStrings, onRetry: () => void): Notice {
  const element = make('div', { className: 'notice', hidden: true, role: 'alert' });
  let timer: ReturnType<typeof setInterval> | undefined;
  const show = (...children: readonly (Node | string)[]): void => {
    clearInterval(timer);
    element.replaceChildren(...children);
    element.hidden = children.length === 0;
    if (children.length > 0) element.scrollIntoView({ block: 'nearest' });
  };
  return {
    element,
    say: (text) => show(make('p', {}, text)),
    fail(failure) {
      if (failure === null) return show();
      const { text, action, waitSeconds = 0 } = failureWords(failure, words);
      const says = make('p', {}, text);
      const button = make('button', { type: 'button', className: 'primary', onclick: onRetry }, action ?? '');
      show(says, ...(action === undefined ? [] : [button]));
      if (waitSeconds === 0) return;
      const until = Date.now() + waitSeconds * 1000;
      button.disabled = true;
      timer = setInterval(() => {
        const left = Math.ceil((until - Date.now()) / 1000);
        if (left > 0) return;
        clearInterval(timer);
        button.disabled = false;
      }, 250);
    },
  };
}
