import type { ChatAnswer } from '../../../src/contract/chat.ts';
import { ChatFailure, type ChatClient, type Contact } from './client.ts';
import { nothingKept, type Keeper, type Kept, type Pending, type ShownAnswer } from './kept.ts';
import { wholeSentences } from './sentences.ts';

/** What the window shows. */
export interface ChatState extends Kept {
  readonly status: 'idle' | 'busy';
  /** Whole sentences of the answer that is arriving. */
  readonly streamed: string;
  /** Why the newest message has no answer; null: nothing is wrong. */
  readonly failure: ChatFailure | null;
  readonly contactOpen: boolean;
  readonly ended: boolean;
}

interface Settings {
  readonly client: ChatClient;
  readonly keeper: Keeper;
  /** Asks the page for a session: to go on with one, or null for a new conversation. */
  readonly askForSession: (session: string | null) => void;
  readonly language: string;
  readonly onChange: (state: ChatState) => void;
  /** Told of each sentence as it becomes whole. */
  readonly onSentence: (text: string) => void;
}

/** Milliseconds between tries while the server still works on the message before. */
const busyWait = 2_000;
const mostBusyTries = 10;

/** One visitor's conversation: what was said, what is under way, and what to do when something breaks. */
export class Conversation {
  readonly #settings: Settings;
  #state: ChatState;
  #isReady = false;
  #waiting: { resolve: () => void; reject: (failure: ChatFailure) => void }[] = [];
  #stop = new AbortController();

  constructor(settings: Settings) {
    this.#settings = settings;
    const kept = settings.keeper.read();
    this.#state = {
      ...kept,
      status: 'idle',
      streamed: '',
      failure: null,
      ended: false,
      contactOpen: kept.handOff === 'contact-needed',
    };
  }

  get state(): ChatState {
    return this.#state;
  }

  /** Goes on where an earlier page left off. */
  resume(): void {
    const { pending, session } = this.#state;
    this.#settings.onChange(this.#state);
    this.#settings.askForSession(session);
    // A page that was left in the middle of an answer asks for it once more.
    if (pending !== null) void this.#run(pending);
  }

  /** The page has a session for the frame; with a history, a new conversation begins. */
  takeSession(session: string, history: string | null): void {
    const { shown } = this.#state;
    const breaks =
      history !== null && shown.some(({ kind }) => kind === 'agent') && shown.at(-1)?.kind !== 'anew';
    this.#change({
      session,
      ...(history !== null && { history, turnsLeft: null, handOff: null, contactOpen: false }),
      ...(breaks && { shown: [...this.#beforePending(), { kind: 'anew' }, ...this.#ofPending()] }),
    });
    this.#isReady = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  refuseSession(failure: ChatFailure): void {
    for (const { reject } of this.#waiting.splice(0)) reject(failure);
  }

  say(text: string): void {
    const { shown } = this.#state;
    this.#change({ shown: [...shown, { kind: 'visitor', text }], draft: '' });
    void this.#run({ kind: 'message', text });
  }

  callPerson(contact: Contact | null): void {
    void this.#run({ kind: 'person', contact });
  }

  closeContact(): void {
    this.#change({ contactOpen: false });
  }

  /** What has no answer is sent again, with the same history. */
  retry(): void {
    const { pending, failure } = this.#state;
    if (failure?.kind === 'chat-history-refused') this.#forgetSession();
    if (pending !== null) void this.#run(pending);
  }

  stop(): void {
    this.#stop.abort();
  }

  keepDraft(draft: string): void {
    this.#change({ draft });
  }

  async rate(answer: ShownAnswer, verdict: 'up' | 'down'): Promise<void> {
    const put = (from: ShownAnswer, to: ShownAnswer): void =>
      this.#change({ shown: this.#state.shown.map((one) => (one === from ? to : one)) });
    const rated = { ...answer, verdict };
    put(answer, rated);
    try {
      await this.#settings.client.rate(answer.turn, verdict);
    } catch {
      put(rated, { ...rated, verdict: null });
    }
  }

  /** Nothing of the conversation is left here. */
  startOver(asksAtOnce = true): void {
    const { history, session } = this.#state;
    this.#stop.abort();
    // What was agreed on the end of a conversation holds for one that is left, too.
    if (this.#wasTalking() && !this.#state.ended && history !== null && session !== null)
      void this.#settings.client.end(history).catch(() => undefined);
    this.#isReady = false;
    this.#state = {
      ...nothingKept,
      status: 'idle',
      streamed: '',
      failure: null,
      contactOpen: false,
      ended: false,
    };
    this.#settings.keeper.write(null);
    this.#settings.onChange(this.#state);
    if (asksAtOnce) this.#settings.askForSession(null);
  }

  async end(): Promise<void> {
    const { history } = this.#state;
    if (history === null) return this.startOver();
    this.#change({ status: 'busy', failure: null });
    try {
      await this.#ready();
      await this.#settings.client.end(history);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind !== 'chat-history-refused' && failure.kind !== 'chat-session-over')
        return this.#change({ status: 'idle', failure });
    }
    this.#isReady = false;
    this.#change({ status: 'idle', ended: true, pending: null, contactOpen: false });
  }

  #wasTalking(): boolean {
    return this.#state.shown.some(({ kind }) => kind === 'agent');
  }

  #ofPending(): Kept['shown'] {
    const { pending, shown } = this.#state;
    return pending?.kind === 'message' && shown.at(-1)?.kind === 'visitor' ? shown.slice(-1) : [];
  }

  #beforePending(): Kept['shown'] {
    const { shown } = this.#state;
    return shown.slice(0, shown.length - this.#ofPending().length);
  }

  #change(change: Partial<ChatState>): void {
    this.#state = { ...this.#state, ...change };
    const { status: _s, streamed: _t, failure: _f, contactOpen: _c, ended, ...kept } = this.#state;
    this.#settings.keeper.write(ended ? null : kept);
    this.#settings.onChange(this.#state);
  }

  #forgetSession(): void {
    this.#isReady = false;
    this.#state = { ...this.#state, session: null, history: null };
  }

  /** Resolves when there is a session; asks for one when there is none. */
  #ready(): Promise<void> {
    if (this.#isReady) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (this.#waiting.length === 1) this.#settings.askForSession(this.#state.session);
    });
  }

  async #run(pending: Pending): Promise<void> {
    this.#stop.abort();
    const stop = (this.#stop = new AbortController());
    this.#change({ pending, status: 'busy', streamed: '', failure: null });
    try {
      const { answer, demo } = await this.#askPatiently(pending, stop.signal);
      if (!stop.signal.aborted) await this.#take(answer, demo);
    } catch (error) {
      // Whoever stopped it, or began something else, has said so on the screen already.
      if (stop !== this.#stop) return;
      const failure = stop.signal.aborted ? new ChatFailure('stopped') : failureOf(error);
      this.#change({ status: 'idle', streamed: '', failure });
    }
  }

  async #askPatiently(pending: Pending, signal: AbortSignal): Promise<{ answer: ChatAnswer; demo: boolean }> {
    let hasProlonged = false;
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#ready();
        return await this.#ask(pending, signal);
      } catch (error) {
        if (!(error instanceof ChatFailure) || signal.aborted) throw error;
        if (error.kind === 'chat-session-over' && !hasProlonged) {
          hasProlonged = true;
          this.#isReady = false;
        } else if (error.kind === 'chat-busy' && tries < mostBusyTries) {
          await new Promise((done) => setTimeout(done, busyWait));
        } else throw error;
      }
      this.#change({ streamed: '' });
    }
  }

  async #ask(pending: Pending, signal: AbortSignal): Promise<{ answer: ChatAnswer; demo: boolean }> {
    const { client, language, onSentence } = this.#settings;
    const history = this.#state.history ?? '';
    let demo = false;
    if (pending.kind === 'person')
      return { answer: await client.callPerson({ history, contact: pending.contact }, signal), demo };
    let text = '';
    const answer = await client.say(
      { message: pending.text, history },
      (event) => {
        if (event.type === 'started') demo = event.demo;
        if (event.type !== 'text-delta' || signal.aborted) return;
        text += event.text;
        const { streamed } = this.#state;
        const end = wholeSentences(text, language);
        if (end <= streamed.length) return;
        this.#change({ streamed: text.slice(0, end) });
        onSentence(text.slice(streamed.length, end));
      },
      signal,
    );
    return { answer, demo };
  }

  async #take(answer: ChatAnswer, demo: boolean): Promise<void> {
    const { shown, streamed, handOff } = this.#state;
    const { text, turn, sources, reason, history, turnsLeft } = answer;
    // What was streamed and stayed has been read out already.
    this.#settings.onSentence(text.startsWith(streamed) ? text.slice(streamed.length) : text);
    this.#change({
      status: 'idle',
      streamed: '',
      pending: null,
      history,
      turnsLeft,
      handOff: answer.handOff ?? handOff,
      contactOpen: answer.handOff === 'contact-needed',
      shown: [
        ...shown,
        {
          kind: 'agent',
          text,
          turn,
          sources,
          reason,
          handOff: answer.handOff,
          demo: demo && reason === null,
          verdict: null,
        },
      ],
    });
    if (answer.action === 'end') await this.end();
  }
}

const failureOf = (error: unknown): ChatFailure =>
  error instanceof ChatFailure ? error : new ChatFailure('unreachable');
