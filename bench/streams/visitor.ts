import { Agent, request } from 'node:http';
import { knownSentence, shopOrigin, type ChatServer } from './chat-server.ts';

/** What became of one turn. */
export interface TurnOutcome {
  /** The answer came whole, from the model, and the stream ended. */
  readonly whole: boolean;
  /** Parts of the answer that arrived one by one. */
  readonly parts: number;
  /** How it went wrong; empty: it did not. */
  readonly fault: string;
}

export interface StreamVisitor {
  turn(): Promise<TurnOutcome>;
}

const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
const question = 'How many days until parcels arrive?';

/** A model's answer of about so many words, each sentence of it carried by the source. */
export const preparedAnswer = (words: number): string => {
  const sentence = `${knownSentence.slice(0, -1)} [1].`;
  return JSON.stringify({
    action: 'answer',
    search: '',
    refusedTopic: false,
    promises: 'nothing',
    citations: [{ source: 1, quote: knownSentence }],
    answer: Array.from({ length: Math.max(1, Math.round(words / 6)) }, () => sentence).join(' '),
  });
};

/** Opens a conversation as a page of the shop does, from the `number`th address. */
export async function openVisitor(server: ChatServer, number: number): Promise<StreamVisitor> {
  const from = { 'x-forwarded-for': `198.18.${Math.floor(number / 250)}.${(number % 250) + 1}` };
  const response = await fetch(`${server.url}/v1/chat/${server.key}/sessions`, {
    method: 'POST',
    headers: { ...from, 'content-type': 'text/plain', origin: shopOrigin },
    body: '{}',
  });
  if (!response.ok) throw new Error(`no session: ${response.status} ${await response.text()}`);
  const opened = (await response.json()) as { session: string; history: string };
  let { history } = opened;
  return {
    turn: () =>
      new Promise((resolve) => {
        let parts = 0;
        let last = '';
        const outgoing = request(
          `${server.url}/v1/chat/${server.key}/turns`,
          {
            method: 'POST',
            agent,
            headers: {
              ...from,
              'content-type': 'application/json',
              authorization: `Bearer ${opened.session}`,
            },
          },
          (incoming) => {
            // A thousand of these share one processor: parts are counted, only the end is kept and read.
            incoming.on('data', (chunk: Buffer) => {
              if (chunk.includes('"text-delta"')) parts += 1;
              else last += chunk.toString();
            });
            incoming.on('error', ({ message }) => resolve({ whole: false, parts, fault: message }));
            incoming.on('end', () => {
              const answer = answerIn(last);
              if (answer !== undefined) history = answer.history;
              const whole = answer?.reason === null && last.includes('"type":"done"');
              resolve({ whole, parts, fault: whole ? '' : `${incoming.statusCode} ${last.slice(0, 300)}` });
            });
          },
        );
        outgoing.on('error', ({ message }) => resolve({ whole: false, parts, fault: message }));
        outgoing.end(JSON.stringify({ message: question, history }));
      }),
  };
}

function answerIn(stream: string): { readonly history: string; readonly reason: string | null } | undefined {
  const line = stream.split('\n').find((one) => one.startsWith('data: {"type":"answer"'));
  return line === undefined
    ? undefined
    : (JSON.parse(line.slice(6)) as { answer: { history: string; reason: string | null } }).answer;
}

export const closeVisitors = (): void => agent.destroy();
