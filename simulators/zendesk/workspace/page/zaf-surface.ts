import type { Desk } from './desk.ts';
import { LOCALES } from './preferences.ts';
import { draftToHtml, markdownToHtml, textToHtml } from './rich-text.ts';
import type { TicketSession } from './session.ts';
import type { FieldValue } from './types.ts';
import type { ZafAnswer, ZafSurface } from './zaf-host.ts';
import { describeAssignee, describeComment, describeConversation, describeUser } from './zaf-shapes.ts';

/** What the panel around the app lets it do to its own frame. */
export type AppFrameControls = {
  readonly guid: string;
  readonly colorScheme: () => 'light' | 'dark';
  readonly resize: (size: { readonly width?: unknown; readonly height?: unknown }) => void;
  readonly close: () => void;
  readonly setFieldState: (name: string, state: 'show' | 'hide' | 'enable' | 'disable') => void;
};

const STATUSES = ['new', 'open', 'pending', 'hold', 'solved'];
const PRIORITIES = ['low', 'normal', 'high', 'urgent'];
const TYPES = ['question', 'incident', 'problem', 'task'];
const FIELD_PATH = /^ticket\.customField:custom_field_(\d+)$/;

/** Serves an app's get, set, invoke and request on one ticket; unknown paths throw, as the real host does. */
export function createZafSurface(desk: Desk, session: TicketSession, frame: AppFrameControls): ZafSurface {
  const readers = { ...ticketReaders(desk, session), ...accountReaders(desk, session, frame) };
  const invokers = createInvokers(desk, session, frame);
  return {
    get: async (path) => {
      const field = FIELD_PATH.exec(path);
      if (field !== null) return session.fieldValue(Number(field[1]));
      const reader = Object.hasOwn(readers, path) ? readers[path] : undefined;
      if (reader === undefined) throw new UnknownPathError(path);
      return reader();
    },
    set: async (path, value) => {
      setPath(session, path, value);
      return value;
    },
    invoke: async (path, values) => {
      const field = /^ticketFields:(.+)\.(show|hide|enable|disable)$/.exec(path);
      if (field !== null) {
        frame.setFieldState(field[1] ?? '', field[2] as 'show');
        return null;
      }
      const invoker = Object.hasOwn(invokers, path) ? invokers[path] : undefined;
      if (invoker === undefined) throw new UnknownPathError(path);
      return invoker(values);
    },
    request: (options) => forwardRequest(desk, options),
  };
}

/** Thrown for a path this host does not serve. */
export class UnknownPathError extends Error {
  constructor(path: string) {
    super(`No such Api: "${path}"`);
    this.name = 'UnknownPathError';
  }
}

type Readers = Record<string, () => unknown>;

function ticketReaders(desk: Desk, session: TicketSession): Readers {
  const readers: Readers = {
    'ticket.id': () => session.ticket.id,
    'ticket.subject': () => session.value('subject'),
    'ticket.description': () => session.ticket.description,
    'ticket.status': () => session.value('status'),
    'ticket.priority': () => session.value('priority'),
    'ticket.type': () => session.value('type'),
    'ticket.tags': () => session.value('tags'),
    'ticket.requester': () => describeUser(session.users.get(session.ticket.requester_id)),
    'ticket.assignee': () => describeAssignee(session),
    'ticket.assignee.user': () => describeAssignee(session).user,
    'ticket.assignee.group': () => describeAssignee(session).group,
    'ticket.brand': () => ({ id: session.ticket.brand_id ?? null }),
    'ticket.form': () => ({ id: session.ticket.ticket_form_id ?? null }),
    'ticket.organization': () => session.organizations.get(session.ticket.organization_id ?? 0) ?? null,
    'ticket.collaborators': () =>
      session.ticket.collaborator_ids?.map((id) => describeUser(session.users.get(id))) ?? [],
    'ticket.externalId': () => session.ticket.external_id ?? null,
    'ticket.via': () => ({ channel: session.ticket.via?.channel ?? 'web' }),
    'ticket.createdAt': () => session.ticket.created_at,
    'ticket.updatedAt': () => session.ticket.updated_at,
    'ticket.isNew': () => false,
    'ticket.viewers': () => [describeUser(desk.agent)],
    'ticket.comments': () =>
      session.comments.toReversed().map((comment) => describeComment(session, comment)),
    'ticket.conversation': () => describeConversation(session),
    'ticket.comment.text': () => session.draftHtml,
    'ticket.comment.type': () => session.draftType,
    'ticket.comment': () => ({ text: session.draftHtml, type: session.draftType }),
  };
  const simple = Object.keys(readers).filter((path) => /^ticket\.[A-Za-z]+$/.test(path));
  readers['ticket'] = () =>
    Object.fromEntries(simple.map((path) => [path.slice('ticket.'.length), readers[path]?.()]));
  return readers;
}

function accountReaders(desk: Desk, session: TicketSession, frame: AppFrameControls): Readers {
  const { agent, config, language } = desk;
  const timeZone = { name: config.timeZone, ianaName: config.timeZone };
  const currentUser: Record<string, unknown> = {
    ...describeUser(agent),
    groups: agent.groups,
    locale: LOCALES[language],
    timeZone,
  };
  const readers: Readers = {
    currentUser: () => currentUser,
    currentAccount: () => ({ planName: config.planName, subdomain: config.subdomain, timeZone }),
    colorScheme: () => frame.colorScheme(),
    instances: () => ({
      [frame.guid]: {
        instanceGuid: frame.guid,
        product: 'support',
        location: 'ticket_sidebar',
        ticketId: session.ticket.id,
        account: { subdomain: config.subdomain },
      },
    }),
    macros: async () => (await desk.api.listMacros()).map(({ id, title }) => ({ id, title })),
    ticketFields: async () =>
      (await desk.fields()).map((field) => ({
        name: `custom_field_${field.id}`,
        label: field.title,
        type: field.type,
      })),
  };
  for (const name of Object.keys(currentUser)) readers[`currentUser.${name}`] = () => currentUser[name];
  for (const name of ['planName', 'subdomain'] as const)
    readers[`currentAccount.${name}`] = () => config[name];
  return readers;
}

function setPath(session: TicketSession, path: string, value: unknown): void {
  const field = FIELD_PATH.exec(path);
  if (field !== null) session.changeField(Number(field[1]), value as FieldValue);
  else if (path === 'ticket.comment.text') session.setDraft(draftToHtml(String(value ?? '')));
  else if (path === 'ticket.comment.type')
    session.setDraftType(oneOf(value, ['publicReply', 'internalNote']));
  else if (path === 'ticket.subject') session.change('subject', String(value));
  else if (path === 'ticket.status') session.change('status', oneOf(value, STATUSES));
  else if (path === 'ticket.type') session.change('type', value === null ? null : oneOf(value, TYPES));
  else if (path === 'ticket.priority') setPriority(session, value);
  else if (path === 'ticket.tags') session.change('tags', normalizeTags(value));
  else if (path === 'ticket.assignee') setAssignee(session, value);
  else throw new UnknownPathError(path);
}

// A ticket that has a priority cannot go back to none.
function setPriority(session: TicketSession, value: unknown): void {
  const isNone = value === null && session.ticket.priority === null;
  session.change('priority', isNone ? null : oneOf(value, PRIORITIES));
}

function setAssignee(session: TicketSession, value: unknown): void {
  const choice = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  for (const [property, key] of [
    ['group_id', 'groupId'],
    ['assignee_id', 'userId'],
  ] as const) {
    if (choice[key] === undefined) continue;
    const id = choice[key] === null ? null : Number(choice[key]);
    if (id !== null && !Number.isSafeInteger(id)) throw new TypeError(`${key} has to be an id or null`);
    session.change(property, id);
  }
}

type Invoker = (values: readonly unknown[]) => unknown;

function createInvokers(
  desk: Desk,
  session: TicketSession,
  frame: AppFrameControls,
): Record<string, Invoker> {
  const insert = (html: string): void => {
    if (session.insertAtCursor === null) session.appendDraft(html);
    else session.insertAtCursor(html);
  };
  return {
    'ticket.comment.appendText': ([text]) => session.appendDraft(textToHtml(String(text ?? ''))),
    'ticket.comment.appendHtml': ([html]) => session.appendDraft(draftToHtml(String(html ?? ''))),
    'ticket.comment.appendMarkdown': ([text]) => session.appendDraft(markdownToHtml(String(text ?? ''))),
    'ticket.editor.insert': ([text]) => insert(draftToHtml(String(text ?? ''))),
    'ticket.tags.add': (tags) => {
      session.change('tags', [...new Set([...session.value('tags'), ...normalizeTags(tags.flat())])]);
    },
    'ticket.tags.remove': (tags) => {
      const gone = new Set(normalizeTags(tags.flat()));
      session.change(
        'tags',
        session.value('tags').filter((tag) => !gone.has(tag)),
      );
    },
    macro: ([id]) => session.applyMacro(Number(id)),
    resize: ([size]) =>
      frame.resize((typeof size === 'object' && size !== null ? size : {}) as { height?: unknown }),
    notify: ([message, kind]) => {
      const text = new DOMParser().parseFromString(String(message ?? ''), 'text/html').body.textContent ?? '';
      desk.toast(text, kind === 'error' || kind === 'alert' ? kind : 'notice');
    },
    routeTo: ([target, id]) => {
      if (target !== 'ticket' || !/^\d+$/.test(String(id)))
        throw new Error('This desk routes to tickets only');
      desk.openTicket(Number(id));
    },
    'app.close': () => frame.close(),
  };
}

async function forwardRequest(desk: Desk, options: Readonly<Record<string, unknown>>): Promise<ZafAnswer> {
  const address = new URL(String(options['url'] ?? ''), location.origin);
  const account = `https://${desk.config.subdomain}.zendesk.com`;
  if (address.origin !== location.origin && address.origin !== account) {
    throw new Error('This desk forwards requests to its own account only');
  }
  if (!address.pathname.startsWith('/api/')) throw new Error('This desk forwards requests to /api/ only');
  const method = String(options['type'] ?? options['method'] ?? 'GET').toUpperCase();
  const data = options['data'];
  const init: RequestInit = { method };
  if (data !== undefined && data !== null && (method === 'GET' || method === 'HEAD')) {
    for (const [name, value] of Object.entries(data)) address.searchParams.set(name, String(value));
  } else if (data !== undefined && data !== null) {
    init.body = typeof data === 'string' ? data : JSON.stringify(data);
    init.headers = { 'Content-Type': String(options['contentType'] ?? 'application/json') };
  }
  const response = await desk.api.raw(`${address.pathname}${address.search}`, init);
  const responseText = await response.text();
  const responseJSON = parseJson(responseText);
  const exchange = { status: response.status, statusText: response.statusText, responseText, responseJSON };
  return response.ok
    ? { done: true, responseArgs: [responseJSON ?? responseText, 'success', exchange] }
    : { done: false, responseArgs: [exchange, 'error', response.statusText] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function oneOf<Choice extends string>(value: unknown, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new RangeError(`"${String(value)}" is not one of ${choices.join(', ')}`);
  return found;
}

function normalizeTags(value: unknown): readonly string[] {
  const tags = Array.isArray(value) ? value.map(String) : [String(value)];
  return [...new Set(tags.flatMap((tag) => tag.toLowerCase().split(/\s+/)).filter((tag) => tag !== ''))];
}
