import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { toImport } from './conversation-formats.ts';
import type { Conversation, ImportedMessage } from './conversation-formats.ts';
import type { ContentGroup, ContentTicket, ContentUser } from './content.ts';

/** A conversations file that cannot be read; the message has the file and, for a bad line, its number. */
export class ConversationFileError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConversationFileError';
  }
}

/** Where imported records are numbered from, who answers, and when the newest ticket was written. */
export type ReadConversationsOptions = {
  readonly firstTicketId?: number;
  readonly firstUserId?: number;
  readonly firstGroupId?: number;
  /** Id of an agent of the account who becomes the author of every answer. */
  readonly agentId?: number;
  readonly brandId?: number;
  /** ISO-8601 time of the newest ticket; older ones follow 37 minutes apart. */
  readonly newestAt?: string;
  readonly limit?: number;
};

/** Records to add to an account's content. */
export type ImportedConversations = {
  readonly users: readonly ContentUser[];
  readonly groups: readonly ContentGroup[];
  readonly tickets: readonly ContentTicket[];
};

const TICKET_SPACING_MILLISECONDS = 37 * 60_000;
const MESSAGE_SPACING_MILLISECONDS = 4 * 60_000;

/**
 * Reads tickets from a JSON-lines file in one of three forms, told apart by their keys: dialogues
 * (`turns`), question and answer (`body`, `answer`), and Zendesk ticket exports (`comments` or
 * `description`). Throws `ConversationFileError` with the number of the first bad line.
 */
export async function readConversations(
  file: string,
  options: ReadConversationsOptions = {},
): Promise<ImportedConversations> {
  const conversations: Conversation[] = [];
  const input = createReadStream(file, 'utf8');
  let lineNumber = 0;
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      lineNumber += 1;
      if (line.trim() === '') continue;
      if (conversations.length >= (options.limit ?? Number.POSITIVE_INFINITY)) break;
      conversations.push(readLine(line, file, lineNumber));
    }
  } catch (error) {
    if (error instanceof ConversationFileError) throw error;
    throw new ConversationFileError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  } finally {
    input.destroy();
  }
  if (conversations.length === 0) throw new ConversationFileError(`${file} has no conversations.`);
  return assemble(conversations, options);
}

function readLine(line: string, file: string, lineNumber: number): Conversation {
  let value: unknown;
  try {
    value = JSON.parse(line.replace(/^\uFEFF/, ''));
  } catch {
    throw new ConversationFileError(`${file}, line ${lineNumber}: this is not JSON.`);
  }
  const result = toImport(value);
  if ('problem' in result) throw new ConversationFileError(`${file}, line ${lineNumber}: ${result.problem}`);
  return result.conversation;
}

function assemble(
  conversations: readonly Conversation[],
  options: ReadConversationsOptions,
): ImportedConversations {
  const firstTicketId = options.firstTicketId ?? 5001;
  const firstUserId = options.firstUserId ?? 50001;
  const newestAt = Date.parse(options.newestAt ?? '2026-11-20T16:00:00Z');
  const users = new Map<string, ContentUser>();
  const groups = new Map<string, ContentGroup>();
  const tickets = conversations.map((conversation, index): ContentTicket => {
    const age = (conversations.length - 1 - index) * TICKET_SPACING_MILLISECONDS;
    const customer = findCustomer(users, conversation, index, firstUserId);
    const group = findGroup(groups, conversation.queue, options.firstGroupId ?? 7101);
    return {
      id: firstTicketId + index,
      external_id: conversation.sourceId,
      subject: conversation.subject,
      status: decideStatus(conversation, index),
      priority: conversation.priority,
      type: conversation.type,
      requester: customer,
      assignee: conversation.messages.some((message) => message.from === 'agent')
        ? (options.agentId ?? 9001)
        : null,
      group,
      ...(options.brandId === undefined ? {} : { brand: options.brandId }),
      tags: conversation.tags,
      locale: conversation.language,
      created_at: conversation.createdAt ?? toIso(newestAt - age),
      custom_fields: [],
      comments: conversation.messages.map((message, position) => ({
        author: message.from === 'agent' ? (options.agentId ?? 9001) : customer,
        public: message.public,
        html: message.html,
        created_at: timeOf(message, conversation, newestAt - age, position),
        attachments: [],
      })),
    };
  });
  return { users: [...users.values()], groups: [...groups.values()], tickets };
}

// A last word of the agent may mean done or waiting: every second one is solved, so both kinds exist.
function decideStatus(conversation: Conversation, index: number): ContentTicket['status'] {
  if (conversation.status !== null) return conversation.status;
  const publicMessages = conversation.messages.filter((message) => message.public);
  if (publicMessages.at(-1)?.from !== 'agent') return publicMessages.length > 1 ? 'open' : 'new';
  return conversation.solvedByAnswer || index % 2 === 0 ? 'solved' : 'open';
}

function findCustomer(
  users: Map<string, ContentUser>,
  conversation: Conversation,
  index: number,
  firstUserId: number,
): number {
  const key = conversation.requesterKey ?? `conversation ${index}`;
  const known = users.get(key);
  if (known !== undefined) return known.id;
  const id = firstUserId + users.size;
  users.set(key, {
    id,
    name: conversation.requesterName ?? `Customer ${users.size + 1}`,
    email: `customer-${id}@example.com`,
    phone: null,
    role: 'end-user',
    locale: conversation.language,
    groups: [],
    tags: [],
    notes: null,
    ticket_restriction: null,
  });
  return id;
}

function findGroup(groups: Map<string, ContentGroup>, name: string | null, firstId: number): number | null {
  if (name === null) return null;
  const known = groups.get(name);
  if (known !== undefined) return known.id;
  const group = { id: firstId + groups.size, name };
  groups.set(name, group);
  return group.id;
}

function timeOf(
  message: ImportedMessage,
  conversation: Conversation,
  start: number,
  position: number,
): string {
  const first = conversation.createdAt === null ? start : Date.parse(conversation.createdAt);
  return message.createdAt ?? toIso(first + position * MESSAGE_SPACING_MILLISECONDS);
}

function toIso(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
