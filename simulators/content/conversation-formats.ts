import { z } from 'zod';

/** One message of an imported conversation; `html` is safe HTML made of the source's text, or its own HTML. */
export type ImportedMessage = {
  readonly from: 'customer' | 'agent';
  readonly public: boolean;
  readonly html: string;
  readonly createdAt: string | null;
};

type Status = 'new' | 'open' | 'pending' | 'hold' | 'solved' | 'closed';

/** What the three file forms have in common; null where the source does not say. */
export type Conversation = {
  readonly sourceId: string;
  readonly subject: string;
  readonly status: Status | null;
  readonly solvedByAnswer: boolean;
  readonly priority: 'low' | 'normal' | 'high' | 'urgent' | null;
  readonly type: 'problem' | 'incident' | 'question' | 'task' | null;
  readonly queue: string | null;
  readonly tags: string[];
  readonly language: string;
  readonly requesterKey: string | null;
  readonly requesterName: string | null;
  readonly createdAt: string | null;
  readonly messages: readonly ImportedMessage[];
};

const anyId = z.union([z.string(), z.number()]).transform(String);
const text = z.string().nullish();

const dialogue = z.object({
  id: anyId,
  subject: text,
  language: text,
  turns: z.array(z.object({ role: z.enum(['customer', 'agent']), text: z.string() })).min(1),
});

const questionAndAnswer = z.object({
  id: anyId,
  subject: text,
  body: z.string(),
  answer: text,
  language: text,
  queue: text,
  priority: text,
  type: text,
  tags: z.array(z.string()).nullish(),
});

const person = z.union([anyId, z.object({ id: anyId, name: text }).loose()]);
const exported = z
  .object({
    id: anyId,
    subject: text,
    description: text,
    status: z.enum(['new', 'open', 'pending', 'hold', 'solved', 'closed']).nullish(),
    priority: text,
    type: text,
    tags: z.array(z.string()).nullish(),
    requester_id: anyId.nullish(),
    created_at: text,
    comments: z
      .array(
        z.object({
          author_id: anyId.nullish(),
          author: person.nullish(),
          body: text,
          html_body: text,
          public: z.boolean().nullish(),
          created_at: text,
        }),
      )
      .nullish(),
  })
  .loose();

/** Reads one parsed line, or says in plain words what is wrong with it. */
export function toImport(value: unknown): { conversation: Conversation } | { problem: string } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { problem: 'a line has to be a JSON object.' };
  }
  if ('turns' in value) return parse(dialogue, value, fromDialogue);
  if ('comments' in value || 'description' in value) return parse(exported, value, fromExport);
  if ('body' in value) return parse(questionAndAnswer, value, fromQuestionAndAnswer);
  return {
    problem:
      'this is none of the known forms. It needs "turns", or "body" and "answer", or "comments" or "description".',
  };
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  convert: (parsed: z.output<Schema>) => Conversation,
): { conversation: Conversation } | { problem: string } {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong shape'}` };
  }
  const conversation = convert(parsed.data);
  if (conversation.messages.length === 0) return { problem: 'there is no message in it.' };
  return { conversation };
}

function fromDialogue(source: z.output<typeof dialogue>): Conversation {
  const messages = source.turns.map((turn) => message(turn.role, turn.text));
  return {
    ...EMPTY,
    sourceId: source.id,
    subject: source.subject ?? firstWords(source.turns.find((turn) => turn.role === 'customer')?.text ?? ''),
    language: source.language ?? 'en',
    messages,
  };
}

function fromQuestionAndAnswer(source: z.output<typeof questionAndAnswer>): Conversation {
  const messages = [message('customer', source.body)];
  const answered = (source.answer ?? '').trim() !== '';
  if (answered) messages.push(message('agent', source.answer ?? ''));
  return {
    ...EMPTY,
    sourceId: source.id,
    subject: source.subject ?? firstWords(source.body),
    solvedByAnswer: answered,
    priority: toPriority(source.priority),
    type: toType(source.type),
    queue: source.queue ?? null,
    tags: toTags(source.tags ?? []),
    language: source.language ?? 'en',
    messages,
  };
}

function fromExport(source: z.output<typeof exported>): Conversation {
  const comments = source.comments ?? [];
  const authorOf = (comment: (typeof comments)[number]): string | null => {
    if (typeof comment.author === 'object' && comment.author !== null) return comment.author.id;
    return comment.author_id ?? comment.author ?? null;
  };
  const first = comments[0];
  const requester = source.requester_id ?? (first === undefined ? null : authorOf(first));
  const named = comments
    .map((comment) => comment.author)
    .find((author) => typeof author === 'object' && author?.id === requester);
  const messages = comments
    .filter((comment) => (comment.html_body ?? comment.body ?? '').trim() !== '')
    .map((comment): ImportedMessage => ({
      from: authorOf(comment) === requester ? 'customer' : 'agent',
      public: comment.public ?? true,
      html: comment.html_body ?? paragraphs(comment.body ?? ''),
      createdAt: toTime(comment.created_at),
    }));
  if (messages.length === 0 && (source.description ?? '').trim() !== '') {
    messages.push(message('customer', source.description ?? ''));
  }
  return {
    ...EMPTY,
    sourceId: source.id,
    subject: source.subject ?? firstWords(source.description ?? first?.body ?? ''),
    status: source.status ?? null,
    priority: toPriority(source.priority),
    type: toType(source.type),
    tags: toTags(source.tags ?? []),
    requesterKey: requester,
    requesterName: typeof named === 'object' ? (named?.name ?? null) : null,
    createdAt: toTime(source.created_at),
    messages,
  };
}

const EMPTY: Conversation = {
  sourceId: '',
  subject: '',
  status: null,
  solvedByAnswer: false,
  priority: null,
  type: null,
  queue: null,
  tags: [],
  language: 'en',
  requesterKey: null,
  requesterName: null,
  createdAt: null,
  messages: [],
};

function message(from: 'customer' | 'agent', words: string): ImportedMessage {
  return { from, public: true, html: paragraphs(words), createdAt: null };
}

function paragraphs(words: string): string {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').trim();
  return escaped
    .split(/\n{2,}/)
    .map((part) => `<p>${part.replaceAll('\n', '<br>')}</p>`)
    .join('');
}

function firstWords(words: string): string {
  const line = words
    .replace(/https?:\/\/\S+|@\w+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (line.length <= 80) return line === '' ? '(no subject)' : line;
  return `${line.slice(0, 80).replace(/\s+\S*$/, '')} …`;
}

function toTags(tags: readonly string[]): string[] {
  const words = tags.map((tag) => tag.trim().toLowerCase().replace(/\s+/g, '_')).filter((tag) => tag !== '');
  return [...new Set(words)];
}

function toPriority(word: string | null | undefined): Conversation['priority'] {
  const key = word?.toLowerCase() ?? '';
  if (key === 'low' || key === 'normal' || key === 'high' || key === 'urgent') return key;
  if (key === 'medium') return 'normal';
  return key === 'critical' ? 'urgent' : null;
}

function toType(word: string | null | undefined): Conversation['type'] {
  const key = word?.toLowerCase() ?? '';
  if (key === 'problem' || key === 'incident' || key === 'question' || key === 'task') return key;
  if (key === 'request') return 'question';
  return key === 'change' ? 'task' : null;
}

function toTime(word: string | null | undefined): string | null {
  const milliseconds = Date.parse(word ?? '');
  return Number.isNaN(milliseconds) ? null : `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
