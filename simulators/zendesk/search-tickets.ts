import type { Account } from './account.ts';
import type { Comparison, Filter, SearchQuery } from './search-query.ts';
import { tokenize } from './tokenize.ts';
import { PRIORITIES, STATUSES, textOf } from './model.ts';
import type { StoredTicket, User } from './model.ts';

type Test = (ticket: StoredTicket) => boolean;

const HOUR = 3_600_000;
const UNITS: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: HOUR,
  day: 24 * HOUR,
  week: 7 * 24 * HOUR,
  month: 30 * 24 * HOUR,
  year: 365 * 24 * HOUR,
};

/**
 * Finds tickets for a parsed query, nearest first. Repeats of one property are alternatives, different
 * properties must all hold, every plain word must occur in subject or comments. `me` is the caller.
 */
export function searchTickets(account: Account, query: SearchQuery, me: User): StoredTicket[] {
  const tests = groupFilters(query.filters).map((group) => toTest(account, group, me));
  const found: StoredTicket[] = [];
  const direct = query.terms.length === 1 ? account.index.get(Number(query.terms[0])) : undefined;
  const ids = account.index.withAll(query.terms);
  const banned = query.excludedTerms.map((term) => account.index.withAll([term]) ?? new Set<number>());
  const candidates =
    ids === null
      ? account.index.all()
      : ticketsOf(account, direct === undefined ? ids : new Set([...ids, direct.id]));
  for (const ticket of candidates) {
    if (banned.some((list) => list.has(ticket.id))) continue;
    if (!tests.every((test) => test(ticket))) continue;
    if (query.phrases.length > 0 && !hasPhrases(ticket, query.phrases)) continue;
    found.push(ticket);
  }
  return sortFound(account, found, query);
}

function* ticketsOf(account: Account, ids: ReadonlySet<number>): Generator<StoredTicket> {
  for (const id of ids) {
    const ticket = account.index.get(id);
    if (ticket !== undefined) yield ticket;
  }
}

function hasPhrases(ticket: StoredTicket, phrases: readonly string[]): boolean {
  const texts = [ticket.subject, ...ticket.comments.map((comment) => comment.text)];
  const folded = texts.map((text) => ` ${tokenize(text).join(' ')} `);
  return phrases.every((phrase) => folded.some((text) => text.includes(` ${phrase} `)));
}

function sortFound(account: Account, found: StoredTicket[], query: SearchQuery): StoredTicket[] {
  const direction = query.descending ? -1 : 1;
  const by = (key: (ticket: StoredTicket) => string | number): StoredTicket[] => {
    const keyed = found.map((ticket) => ({ ticket, key: key(ticket) }));
    keyed.sort((left, right) =>
      left.key === right.key
        ? right.ticket.id - left.ticket.id
        : left.key < right.key
          ? -direction
          : direction,
    );
    return keyed.map((entry) => entry.ticket);
  };
  switch (query.orderBy) {
    case 'updated_at':
    case 'updated':
      return by((ticket) => ticket.updatedAt);
    case 'created_at':
    case 'created':
      return by((ticket) => ticket.createdAt);
    case 'priority':
      return by((ticket) => (ticket.priority === null ? -1 : PRIORITIES.indexOf(ticket.priority)));
    case 'status':
      return by((ticket) => STATUSES.indexOf(ticket.status));
    case 'ticket_type':
      return by((ticket) => ticket.type ?? '');
    default:
      if (query.terms.length === 0)
        return found.sort((left, right) => (left.updatedAt < right.updatedAt ? 1 : -1));
      return by((ticket) => account.index.score(ticket.id, query.terms) * -direction);
  }
}

function groupFilters(filters: readonly Filter[]): Filter[][] {
  const groups = new Map<string, Filter[]>();
  for (const [position, filter] of filters.entries()) {
    const alternative = filter.comparison === '=' && !filter.excluded;
    const key = alternative ? filter.property : `${filter.property} ${position}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [filter]);
    else group.push(filter);
  }
  return [...groups.values()];
}

function toTest(account: Account, group: readonly Filter[], me: User): Test {
  const tests = group.map((filter): Test => {
    const test = oneTest(account, filter, me);
    return filter.excluded ? (ticket) => !test(ticket) : test;
  });
  return (ticket) => tests.some((test) => test(ticket));
}

function oneTest(account: Account, filter: Filter, me: User): Test {
  const { property, comparison } = filter;
  const value = filter.value.toLowerCase();
  const person = (pick: (ticket: StoredTicket) => readonly (number | null)[]): Test => {
    if (value === 'none') return (ticket) => pick(ticket).every((id) => id === null);
    const ids = findPeople(account, value, me);
    return (ticket) => pick(ticket).some((id) => id !== null && ids.has(id));
  };
  const named = (
    list: Iterable<{ id: number; name: string }>,
    pick: (ticket: StoredTicket) => number | null,
  ): Test => {
    if (value === 'none') return (ticket) => pick(ticket) === null;
    const ids = new Set(
      [...list]
        .filter((item) => item.name.toLowerCase() === value || String(item.id) === value)
        .map((item) => item.id),
    );
    return (ticket) => ids.has(pick(ticket) ?? -1);
  };
  switch (property) {
    case 'status':
      return ranked(STATUSES, (ticket) => ticket.status, comparison, value);
    case 'priority':
      return ranked(PRIORITIES, (ticket) => ticket.priority, comparison, value);
    case 'ticket_type':
      return (ticket) => (ticket.type ?? 'none') === value;
    case 'tags':
      return tagTest(value);
    case 'requester':
    case 'user':
      return person((ticket) => [ticket.requesterId]);
    case 'submitter':
      return person((ticket) => [ticket.submitterId]);
    case 'assignee':
      return person((ticket) => [ticket.assigneeId]);
    case 'commenter':
      return person((ticket) => ticket.comments.map((comment) => comment.authorId));
    case 'group':
    case 'group_id':
      return named(account.groups.values(), (ticket) => ticket.groupId);
    case 'organization':
    case 'organization_id':
      return named(account.organizations.values(), (ticket) => ticket.organizationId);
    case 'brand':
    case 'brand_id':
      return named(account.brands.values(), (ticket) => ticket.brandId);
    case 'created':
    case 'created_at':
      return timed((ticket) => ticket.createdAt, comparison, value);
    case 'updated':
    case 'updated_at':
      return timed((ticket) => ticket.updatedAt, comparison, value);
    case 'solved':
    case 'solved_at':
      return timed((ticket) => ticket.metrics.solvedAt, comparison, value);
    default:
      return otherTest(filter, value);
  }
}

function otherTest(filter: Filter, value: string): Test {
  const words = tokenize(filter.value);
  const inText = (text: string): boolean => {
    const present = new Set(tokenize(text));
    return words.every((word) => present.has(word));
  };
  const custom = /^custom_field_(\d+)$/.exec(filter.property)?.[1];
  if (custom !== undefined)
    return (ticket) => fieldIs(ticket.customFields.get(Number(custom)) ?? null, value);
  switch (filter.property) {
    case 'subject':
      return (ticket) => inText(ticket.subject);
    case 'description':
      return (ticket) => inText(ticket.comments[0]?.text ?? '');
    case 'comment':
      return (ticket) => ticket.comments.some((comment) => inText(comment.text));
    case 'via':
      return (ticket) => ticket.via.channel === value;
    case 'external_id':
      return (ticket) => ticket.externalId?.toLowerCase() === value;
    case 'has_attachment':
      return (ticket) =>
        ticket.comments.some((comment) => comment.attachments.length > 0) === (value === 'true');
    case 'satisfaction':
      return (ticket) => (ticket.satisfaction?.score ?? 'unoffered').startsWith(value);
    case 'fieldvalue':
      return (ticket) => [...ticket.customFields.values()].some((field) => fieldIs(field, value));
    case 'id':
    case 'ticket_id':
      return (ticket) => String(ticket.id) === value;
    default:
      return () => false;
  }
}

function fieldIs(field: unknown, value: string): boolean {
  if (field === null) return value === 'none';
  return Array.isArray(field) ? field.includes(value) : textOf(field).toLowerCase() === value;
}

function tagTest(value: string): Test {
  if (value === 'none') return (ticket) => ticket.tags.length === 0;
  const wanted = value.split(/[\s,]+/).filter((tag) => tag !== '');
  return (ticket) =>
    wanted.every((tag) =>
      tag.endsWith('*')
        ? ticket.tags.some((own) => own.startsWith(tag.slice(0, -1)))
        : ticket.tags.includes(tag),
    );
}

function findPeople(account: Account, value: string, me: User): ReadonlySet<number> {
  if (value === 'me') return new Set([me.id]);
  const ids = new Set<number>();
  for (const user of account.users.values()) {
    const name = user.name.toLowerCase();
    if (String(user.id) === value || user.email?.toLowerCase() === value || name === value) ids.add(user.id);
    else if (value.endsWith('*') && name.startsWith(value.slice(0, -1))) ids.add(user.id);
  }
  return ids;
}

function ranked<Word extends string>(
  order: readonly Word[],
  pick: (ticket: StoredTicket) => Word | null,
  comparison: Comparison,
  value: string,
): Test {
  if (value === 'none') return (ticket) => pick(ticket) === null;
  const limit = order.findIndex((word) => word === value);
  if (limit < 0) return () => false;
  return (ticket) => {
    const word = pick(ticket);
    return word !== null && compare(order.indexOf(word), comparison, limit);
  };
}

function timed(pick: (ticket: StoredTicket) => string | null, comparison: Comparison, value: string): Test {
  const relative = /^(\d+)(minute|hour|day|week|month|year)s?$/.exec(value);
  if (relative !== null) {
    const since = Date.now() - Number(relative[1]) * (UNITS[relative[2] ?? ''] ?? 0);
    return (ticket) => {
      const time = pick(ticket);
      return time !== null && compare(Date.parse(time), comparison === '=' ? '>' : comparison, since);
    };
  }
  const limit = Date.parse(value.toUpperCase());
  if (Number.isNaN(limit)) return () => false;
  const wholeDay = /^\d{4}-\d{2}-\d{2}$/.test(value);
  return (ticket) => {
    const text = pick(ticket);
    if (text === null) return false;
    const time = wholeDay ? Date.parse(text.slice(0, 10)) : Date.parse(text);
    return compare(time, comparison, limit);
  };
}

function compare(left: number, comparison: Comparison, right: number): boolean {
  switch (comparison) {
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    case '>=':
      return left >= right;
    default:
      return left === right;
  }
}
