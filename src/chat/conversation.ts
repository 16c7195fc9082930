import { z } from 'zod';
import { longestHistory } from '../contract/chat.ts';

const Visitor = z.object({
  /** How the company names the visitor; null: the visitor said it. */
  subject: z.string().nullable(),
  name: z.string().nullable(),
  email: z.string().nullable(),
});
/** Who a visitor is, as far as anybody said. */
export type Visitor = z.infer<typeof Visitor>;

const Message = z.object({
  from: z.enum(['visitor', 'agent']),
  text: z.string(),
  /** Turn it belongs to. */
  turn: z.number().int().optional(),
  /** Seconds since 1970. */
  at: z.number().int().optional(),
  /** What an answer cites; absent: nothing. */
  sources: z
    .array(z.object({ number: z.number().int(), title: z.string(), url: z.string().nullable() }))
    .optional(),
});
export type ChatMessage = z.infer<typeof Message>;

/** Why a person is called: the visitor asked, the AI agent decided, it had said so, it did not know, or it could not answer. */
export const handOffCauses = ['visitor', 'agent', 'promise', 'unanswered', 'failure'] as const;
export type HandOffCause = (typeof handOffCauses)[number];

const CalledPerson = z.object({
  cause: z.enum(handOffCauses),
  /** For the person. */
  summary: z.string(),
  /** The visitor's own. */
  note: z.string().nullable(),
  /** Seconds since 1970. */
  since: z.number().int(),
});
/** A call for a person, until Zendesk has it. */
export type CalledPerson = z.infer<typeof CalledPerson>;

/** A conversation as it lies sealed with the visitor: all that is known of it, and nowhere else. */
export const Conversation = z.object({
  /** Turns taken. */
  turn: z.number().int(),
  /** Seconds since 1970. */
  begunAt: z.number().int(),
  /** BCP 47; null: nothing has told it yet. */
  language: z.string().nullable(),
  visitor: Visitor.nullable(),
  /** Oldest first. */
  messages: z.array(Message),
  /** Messages that are no longer in it. */
  leftOut: z.number().int(),
  /** Turns in a row without an answer. */
  unanswered: z.number().int(),
  /** A person was called. */
  handedOff: z.boolean(),
  /** Its ticket in Zendesk; null: none. */
  ticketId: z.number().int().nullable(),
  /** Turns that are in the ticket. */
  writtenTurns: z.number().int(),
  /** Null: nobody was called, or Zendesk has it. */
  called: CalledPerson.nullable().default(null),
});
export type Conversation = z.infer<typeof Conversation>;

export const newConversation = (begunAt: number, visitor: Visitor | null): Conversation => ({
  turn: 0,
  begunAt,
  language: null,
  visitor,
  messages: [],
  leftOut: 0,
  unanswered: 0,
  handedOff: false,
  ticketId: null,
  writtenTurns: 0,
  called: null,
});

// Sealed, a text grows by a third and a few bytes.
const mostBytes = Math.floor((longestHistory - 200) * 0.75);
/** Bytes the newest messages may take before older ones are condensed. */
const newestBytes = 24 * 1024;
const condensedLetters = 280;

const bytesOf = (message: ChatMessage): number => Buffer.byteLength(JSON.stringify(message)) + 1;

/** Shortens a message to its beginning and end. */
function condensed(message: ChatMessage): ChatMessage {
  const letters = [...message.text];
  if (letters.length <= condensedLetters) return message;
  const [head, tail] = [letters.slice(0, condensedLetters * 0.7), letters.slice(-condensedLetters * 0.3)];
  return { ...message, text: `${head.join('')} […] ${tail.join('')}` };
}

/** A conversation as JSON that fits a history blob: the newest messages whole, older ones condensed, the oldest left out when even that is too much. */
export function toHistoryText(conversation: Conversation): string {
  const whole = JSON.stringify(conversation);
  if (Buffer.byteLength(whole) <= newestBytes) return whole;
  const rest = Buffer.byteLength(JSON.stringify({ ...conversation, messages: [] }));
  const kept: ChatMessage[] = [];
  let used = rest;
  let newest = 0;
  for (const message of conversation.messages.toReversed()) {
    newest += bytesOf(message);
    const one = newest <= newestBytes ? message : condensed(message);
    used += bytesOf(one);
    if (used > mostBytes) break;
    kept.unshift(one);
  }
  const leftOut = conversation.leftOut + conversation.messages.length - kept.length;
  return JSON.stringify({ ...conversation, messages: kept, leftOut });
}
