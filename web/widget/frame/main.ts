import './frame.css';
import { lineToPage, type FromPage } from '../protocol.ts';
import { stringsOf } from '../strings/strings.ts';
import { ChatFailure, createChatClient } from './client.ts';
import { Conversation } from './conversation.ts';
import { keepFocus } from './keep-focus.ts';
import { keptOf, ownStorage, type Keeper } from './kept.ts';
import { paint } from './paint.ts';
import { createView, type View } from './view.ts';

const root = document.getElementById('chat');
const agentKey = decodeURIComponent(location.pathname.split('/').at(-1) ?? '');
/** Of the page around: a page of another origin that says it were this one hears nothing and is not heard. */
const page = new URLSearchParams(location.search).get('page') ?? '';

const storage = ownStorage();
const storedUnder = `indesk:${agentKey}:${page}`;
let view: View | undefined;
let conversation: Conversation | undefined;

if (root !== null && window.parent !== window && page !== '' && page !== 'null') {
  const line = lineToPage({ here: window, there: () => window.parent, origin: page }, hear);
  const close = (): void => line.send({ type: 'close' });
  keepFocus(document, close);
  line.send({ type: 'ready', keeps: storage !== undefined });

  function hear(message: FromPage): void {
    switch (message.type) {
      case 'look':
        return begin(message);
      case 'session':
        return conversation?.takeSession(message.session, message.history);
      case 'refused':
        return conversation?.refuseSession(new ChatFailure(message.problem, message.retryAfterSeconds));
      case 'shown':
        return view?.focus();
      case 'forget':
        return conversation?.startOver(false);
    }
  }

  function begin({ look, locale, language, state }: Extract<FromPage, { type: 'look' }>): void {
    if (conversation !== undefined || root === null) return;
    const words = stringsOf(language);
    paint(document, look, language);
    document.title = look.name;
    let talking: boolean | undefined;
    const keeper: Keeper = {
      read: () => keptOf(storage === undefined ? state : storage.getItem(storedUnder)),
      write: (kept) => {
        const text = kept === null || kept.session === null ? null : JSON.stringify(kept);
        const talks = text !== null;
        if (talks !== talking) line.send({ type: 'talking', talking: (talking = talks) });
        if (storage === undefined) return line.send({ type: 'keep', state: text });
        try {
          if (text === null) storage.removeItem(storedUnder);
          else storage.setItem(storedUnder, text);
        } catch {
          // Full: the conversation goes on, a reload forgets it.
          storage.removeItem(storedUnder);
        }
      },
    };
    const client = createChatClient(agentKey, locale, () => made.state.session ?? '');
    const made = (conversation = new Conversation({
      client,
      keeper,
      language,
      askForSession: (session) =>
        line.send(session === null ? { type: 'begin' } : { type: 'prolong', session }),
      onChange: (next) => view?.render(next),
      onSentence: (text) => view?.announce(text),
    }));
    view = createView(
      root,
      { look, words, language },
      {
        say: (text) => made.say(text),
        stop: () => made.stop(),
        retry: () => made.retry(),
        callPerson: (contact) => made.callPerson(contact),
        closeContact: () => made.closeContact(),
        rate: (answer, verdict) => void made.rate(answer, verdict),
        startOver: () => made.startOver(),
        end: () => void made.end(),
        draft: (text) => made.keepDraft(text),
        close,
      },
    );
    made.resume();
  }
}
