import { visibleLine, removeInvisible } from '../../kernel/invisible-characters.ts';
import type { CalledPerson, ChatMessage, Conversation, HandOffCause } from '../conversation.ts';

/** Bytes of one comment; Zendesk takes 64 KiB. */
const mostBytes = 60_000;
const mostUrl = 500;

/** A comment for the ticket, and the last turn it holds. */
export interface TranscriptPart {
  readonly html: string;
  readonly upToTurn: number;
}

export interface TranscriptRequest {
  readonly agentName: string;
  readonly conversation: Conversation;
  /** Turns that are in the ticket already. */
  readonly writtenTurns: number;
  /** A call for a person that the ticket does not have yet. */
  readonly called: CalledPerson | null;
}

/** What the ticket lacks of a conversation, as comments that Zendesk takes; turns are never torn apart. None: it has everything. */
export function transcriptParts(request: TranscriptRequest): readonly TranscriptPart[] {
  const { agentName, conversation, writtenTurns, called } = request;
  const { turn, messages, leftOut } = conversation;
  const turns = Map.groupBy(
    messages.filter((message) => (message.turn ?? turn) > writtenTurns),
    (message) => message.turn ?? turn,
  );
  const blocks = [...turns].map(([number, said]) => ({
    number,
    html: said.map((message) => messageHtml(message, agentName)).join(''),
  }));
  const missing =
    writtenTurns === 0 && leftOut > 0
      ? paragraph(`${leftOut} earlier messages are no longer in the conversation.`)
      : '';
  const head = (called === null ? '' : callHtml(called, conversation)) + missing;
  if (head === '' && blocks.length === 0) return [];
  const parts: { html: string; upToTurn: number }[] = [{ html: head, upToTurn: writtenTurns }];
  for (const { number, html } of blocks) {
    const last = parts.at(-1);
    if (last !== undefined && bytesOf(last.html) + bytesOf(html) <= mostBytes) {
      last.html += html;
      last.upToTurn = number;
    } else parts.push({ html, upToTurn: number });
  }
  const last = parts.at(-1);
  if (last !== undefined) last.upToTurn = turn;
  return parts.filter(({ html }) => html !== '');
}

/** One line for lists of tickets: what the visitor asked first. */
export function subjectOf({ messages }: Conversation): string {
  const first = messages.find(({ from }) => from === 'visitor')?.text ?? '';
  const letters = [...visibleLine(first)];
  if (letters.length === 0) return 'Chat';
  return `Chat: ${letters.length > 80 ? `${letters.slice(0, 79).join('')}…` : letters.join('')}`;
}

const bytesOf = (text: string): number => Buffer.byteLength(text);

function messageHtml({ from, text, at, sources = [] }: ChatMessage, agentName: string): string {
  const who = from === 'visitor' ? 'Visitor' : `${line(agentName)} (AI agent)`;
  const when = at === undefined ? '' : ` · ${timeOf(at)}`;
  const cited = sources.map(({ number, title, url }) => {
    const link = url === null ? '' : ` (${line(url.slice(0, mostUrl))})`;
    return `[${number}] ${line(title.slice(0, 200))}${link}`;
  });
  return paragraph(
    [
      `<strong>${who}</strong>${when}`,
      lines(text),
      ...(cited.length === 0 ? [] : [`Sources: ${cited.join('; ')}`]),
    ].join('<br>'),
  );
}

const causes: Readonly<Record<HandOffCause, string>> = {
  visitor: 'The visitor asked for a person.',
  agent: 'The AI agent found that a person is needed.',
  promise: 'The AI agent was about to promise something only a person can do.',
  unanswered: 'The AI agent could not answer several times.',
  failure: 'The AI agent could not answer because of a failure.',
};

function callHtml({ cause, summary, note }: CalledPerson, { visitor, language }: Conversation): string {
  const contact =
    visitor === null ? 'not given' : [visitor.name ?? '', visitor.email ?? ''].filter(Boolean).join(', ');
  const by =
    visitor === null
      ? ''
      : visitor.subject === null
        ? ' (said by the visitor, not checked)'
        : ' (named by your site)';
  return [
    paragraph(`<strong>A visitor waits for a person.</strong> ${causes[cause]}`),
    ...(summary === '' ? [] : [paragraph(`<strong>Summary</strong><br>${lines(summary)}`)]),
    ...(note === null || note.trim() === ''
      ? []
      : [paragraph(`<strong>Note of the visitor</strong><br>${lines(note)}`)]),
    paragraph(
      `<strong>Contact</strong>: ${line(contact)}${by}<br><strong>Language</strong>: ${line(language ?? 'unknown')}`,
    ),
    '<hr>',
  ].join('');
}

const paragraph = (html: string): string => `<p>${html}</p>`;
const timeOf = (seconds: number): string =>
  `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const line = (text: string): string => escaped(visibleLine(text));
const lines = (text: string): string => escaped(removeInvisible(text).text.trim()).replaceAll('\n', '<br>');

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  // Zendesk would fill in its placeholders.
  '{': '&#123;',
  '}': '&#125;',
};

/** Text as HTML that shows it and does nothing. */
export function escaped(text: string): string {
  return text.replace(/[&<>"'{}]/g, (character) => entities[character] ?? '');
}
