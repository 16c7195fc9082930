import type { WidgetLook } from '../../../src/contract/chat.ts';
import type { WidgetStrings } from '../strings/en.ts';
import type { Contact } from './client.ts';
import { createComposer } from './composer.ts';
import { createContactForm, type ContactForm } from './contact-form.ts';
import { askFirst } from './ask-first.ts';
import type { ChatState } from './conversation.ts';
import { icon, make } from './dom.ts';
import { createHeader } from './header.ts';
import type { Shown, ShownAnswer } from './kept.ts';
import { plainText, renderMarkdown } from './markdown.ts';
import { messageView } from './message-view.ts';
import { createNotice } from './notice.ts';
import { refuseFiles } from './refuse-files.ts';

export interface ViewActs {
  readonly say: (text: string) => void;
  readonly stop: () => void;
  readonly retry: () => void;
  readonly callPerson: (contact: Contact | null) => void;
  readonly closeContact: () => void;
  readonly rate: (answer: ShownAnswer, verdict: 'up' | 'down') => void;
  readonly startOver: () => void;
  readonly end: () => void;
  readonly draft: (text: string) => void;
  readonly close: () => void;
}

export interface View {
  render(state: ChatState): void;
  /** For screen readers: a sentence that has become whole. */
  announce(text: string): void;
  focus(): void;
}

/** Below this many, the visitor is told how many messages are left. */
const fewTurns = 3;
/** This near its end, the conversation follows what is added. */
const nearEnd = 120;

export function createView(
  root: HTMLElement,
  {
    look,
    words,
    language,
  }: { readonly look: WidgetLook; readonly words: WidgetStrings; readonly language: string },
  acts: ViewActs,
): View {
  const list = make('ol', { className: 'messages' });
  const growing = make('li', { className: 'message of-agent', hidden: true });
  const grown = make('div', { className: 'bubble', dir: 'auto' });
  growing.append(grown);
  list.append(growing);
  const typing = make(
    'p',
    { className: 'typing', hidden: true },
    ...[0, 1, 2].map(() => make('span')),
    make('span', { className: 'unseen' }, words.typing),
  );
  const starters = make('ul', { className: 'starters', aria: { label: words.starters } });
  const notice = createNotice(words, acts.retry);
  const contactPlace = make('div');
  const scroller = make(
    'div',
    { className: 'scroller', tabIndex: 0, aria: { label: words.conversation } },
    list,
    starters,
    typing,
    notice.element,
    contactPlace,
  );
  scroller.setAttribute('role', 'region');
  const live = make('div', { className: 'unseen', aria: { live: 'polite' } });
  const person = make(
    'button',
    { type: 'button', className: 'person', onclick: () => acts.callPerson(null) },
    icon('person'),
    words.person,
  );
  const left = make('p', { className: 'small', role: 'status' });
  const composer = createComposer(words, language, { send: acts.say, stop: acts.stop, draft: acts.draft });
  const closing = make('div', { className: 'closing', hidden: true });
  const footer = make(
    'footer',
    {},
    make('div', { className: 'row' }, person, left),
    composer.element,
    closing,
  );
  const header = createHeader(look, words, {
    close: acts.close,
    startOver: () =>
      askFirst(root, words.startOverQuestion, words.yesStartOver, words.cancel, acts.startOver),
    end: () => askFirst(root, words.endQuestion, words.yesEnd, words.cancel, acts.end),
  });
  root.setAttribute('aria-label', look.name);
  root.replaceChildren(header.element, scroller, footer, live);
  refuseFiles(document, () => notice.say(words.filesRefused));

  const greeting: Shown = {
    kind: 'agent',
    text: look.greeting === '' ? words.greeting : look.greeting,
    turn: 0,
    sources: [],
    reason: 'small-talk',
    handOff: null,
    demo: false,
    verdict: null,
  };
  const shown: Shown[] = [];
  let contact: ContactForm | undefined;
  let state: ChatState | undefined;

  const follow = (work: () => void): void => {
    const isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < nearEnd;
    work();
    if (isAtEnd) scroller.scrollTop = scroller.scrollHeight;
  };

  const renderMessages = (next: readonly Shown[]): void => {
    while (shown.length > next.length) {
      shown.pop();
      list.children.item(shown.length)?.remove();
    }
    next.forEach((message, at) => {
      if (shown[at] === message) return;
      const element = messageView(message, words, look.name, acts);
      const before = list.children.item(at);
      if (at < shown.length && before !== null) {
        const hadFocus = before.contains(document.activeElement);
        before.replaceWith(element);
        if (hadFocus) element.querySelector<HTMLElement>('button, summary, a')?.focus();
      } else list.insertBefore(element, growing);
      shown[at] = message;
    });
  };

  const renderStarters = ({ shown: said, status, ended }: ChatState): void => {
    starters.hidden =
      ended || status === 'busy' || look.starters.length === 0 || said.some(({ kind }) => kind !== 'anew');
    if (starters.childElementCount > 0) return;
    starters.append(
      ...look.starters.map((text) =>
        make(
          'li',
          {},
          make(
            'button',
            {
              type: 'button',
              dir: 'auto',
              onclick: () => {
                acts.say(text);
                composer.focus();
              },
            },
            text,
          ),
        ),
      ),
    );
  };

  const renderContact = ({ contactOpen, status, ended }: ChatState): void => {
    if (!contactOpen || ended) {
      const hadFocus = contact?.element.contains(document.activeElement) === true;
      contact = undefined;
      contactPlace.replaceChildren();
      if (hadFocus) composer.focus();
      return;
    }
    if (contact === undefined) {
      contact = createContactForm(words, look.open, acts.callPerson, acts.closeContact);
      contactPlace.replaceChildren(contact.element);
      contact.focus();
      contact.element.scrollIntoView({ block: 'end' });
    }
    contact.lock(status === 'busy');
  };

  const renderFooter = ({
    status,
    ended,
    turnsLeft,
    handOff,
    draft,
    shown: said,
    contactOpen,
  }: ChatState): void => {
    const isOver = ended || turnsLeft === 0;
    const last = said.at(-1);
    person.hidden = !look.offersPerson || ended || contactOpen || handOff === 'done' || handOff === 'pending';
    person.disabled = status === 'busy';
    person.classList.toggle(
      'offered',
      last?.kind === 'agent' && last.reason !== null && last.reason !== 'small-talk',
    );
    left.textContent =
      !isOver && turnsLeft !== null && turnsLeft <= fewTurns ? words.turnsLeft(turnsLeft) : '';
    composer.element.hidden = isOver;
    composer.set({ busy: status === 'busy', draft, canSend: !isOver });
    const wasClosing = !closing.hidden;
    closing.hidden = !isOver;
    if (isOver && !wasClosing)
      closing.replaceChildren(
        make('p', { role: 'status' }, ended ? words.ended : words.turnLimit),
        make(
          'button',
          { type: 'button', className: 'primary', onclick: acts.startOver },
          words.newConversation,
        ),
      );
    header.set({ canEnd: !ended && said.some(({ kind }) => kind !== 'anew') });
  };

  return {
    render(next) {
      const isSame = state !== undefined && next.streamed === state.streamed && next.shown === state.shown;
      follow(() => {
        renderMessages([greeting, ...next.shown]);
        growing.hidden = next.streamed === '';
        if (!isSame) grown.replaceChildren(renderMarkdown(next.streamed));
        typing.hidden = next.status !== 'busy' || next.streamed !== '' || next.pending === null;
        if (state?.failure !== next.failure) notice.fail(next.failure);
        renderStarters(next);
        renderContact(next);
      });
      renderFooter(next);
      if (next.shown.length > (state?.shown.length ?? 0) && next.shown.at(-1)?.kind === 'visitor')
        scroller.scrollTop = scroller.scrollHeight;
      scroller.setAttribute('aria-busy', String(next.status === 'busy'));
      state = next;
    },
    announce(text) {
      const said = plainText(text);
      if (said === '') return;
      live.append(make('p', {}, said));
      while (live.childElementCount > 30) live.firstElementChild?.remove();
    },
    focus() {
      if (contact !== undefined) contact.focus();
      else if (composer.element.hidden) closing.querySelector('button')?.focus();
      // On a phone the keyboard would cover what there is to read.
      else if (matchMedia('(hover: none) and (pointer: coarse)').matches) scroller.focus();
      else composer.focus();
    },
  };
}
