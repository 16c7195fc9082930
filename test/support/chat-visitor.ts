import { setTimeout as sleep } from 'node:timers/promises';
import type { ChatAnswer, ChatEvent } from '../../src/contract/chat.ts';
import type { Problem } from '../../src/contract/problem.ts';

/** What became of a turn: an answer, a problem, or neither when the connection broke. */
export interface TakenTurn {
  readonly answer?: ChatAnswer;
  /** Type of the problem without its path. */
  readonly problem?: string;
}

/** A visitor who speaks to running servers as the widget does, and who keeps the history. */
export interface ChatVisitor {
  readonly session: string;
  history: string;
  /** Sends a message to a server; an answer's history replaces the kept one. */
  say(
    url: string,
    message: string,
    more?: {
      readonly history?: string;
      /** Called once the server works on the turn. */
      readonly onStarted?: () => void;
    },
  ): Promise<TakenTurn>;
  /** The same, and again while the server still holds the turn before. */
  sayPatiently(url: string, message: string): Promise<TakenTurn>;
}

/** Opens a session at a server, from a page of `origin`. */
export async function newChatVisitor(
  url: string,
  { key, origin, locale = 'en' }: { readonly key: string; readonly origin: string; readonly locale?: string },
): Promise<ChatVisitor> {
  const opened = await fetch(`${url}/v1/chat/${key}/sessions`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ locale }),
  });
  if (!opened.ok) throw new Error(`no session: ${opened.status} ${await opened.text()}`);
  const { session, history } = (await opened.json()) as { session: string; history: string };
  const visitor: ChatVisitor = {
    session,
    history,
    say: async (at, message, { history = visitor.history, onStarted } = {}) => {
      const response = await fetch(`${at}/v1/chat/${key}/turns`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${session}`,
          'content-type': 'application/json',
          accept: 'text/event-stream',
        },
        body: JSON.stringify({ message, locale, history }),
      });
      let text = '';
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) {
        if (text === '' && response.ok) onStarted?.();
        text += decoder.decode(chunk as Uint8Array, { stream: true });
      }
      if (!response.ok) return { problem: nameOf(JSON.parse(text) as Problem) };
      const events = text
        .split('\n\n')
        .filter((frame) => frame.startsWith('data: '))
        .map((frame) => JSON.parse(frame.slice(6)) as ChatEvent);
      const answer = events.find((event) => event.type === 'answer')?.answer;
      const problem = events.find((event) => event.type === 'problem')?.problem;
      if (answer !== undefined) visitor.history = answer.history;
      return {
        ...(answer !== undefined && { answer }),
        ...(problem !== undefined && { problem: nameOf(problem) }),
      };
    },
    sayPatiently: async (at, message) => {
      for (;;) {
        const taken = await visitor.say(at, message);
        if (taken.problem !== 'chat-busy') return taken;
        await sleep(500);
      }
    },
  };
  return visitor;
}

const nameOf = ({ type }: Problem): string => type.split('/').at(-1) ?? '';
