import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { contentSchemas, DEFAULT_BRANDS, DEFAULT_TICKET_FIELDS } from './content.ts';
import type { AccountContent, ContentTicket } from './content.ts';

/** The folder of the demo shop's content files. */
export const CONTENT_DIRECTORY = fileURLToPath(new URL('./', import.meta.url));

/** Content that is missing or wrong; the message names the file and what to do. */
export class ContentError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ContentError';
  }
}

/**
 * Reads an account's content from JSON files: `users`, `groups`, `macros`, `articles`, one or more
 * `tickets-*` and, when present, `brands` and `ticket-fields`. Throws `ContentError`.
 */
export async function loadDemoContent(directory: string = CONTENT_DIRECTORY): Promise<AccountContent> {
  const [users, groups, macros, articles, brands, ticketFields, tickets] = await Promise.all([
    readRequired(directory, 'users.json', contentSchemas.users),
    readRequired(directory, 'groups.json', contentSchemas.groups),
    readRequired(directory, 'macros.json', contentSchemas.macros),
    readRequired(directory, 'articles.json', contentSchemas.articles),
    readOptional(directory, 'brands.json', contentSchemas.brands),
    readOptional(directory, 'ticket-fields.json', contentSchemas.ticketFields),
    readTickets(directory),
  ]);
  const content = {
    users,
    groups,
    macros,
    articles,
    tickets,
    brands: brands ?? DEFAULT_BRANDS,
    ticketFields: ticketFields ?? DEFAULT_TICKET_FIELDS,
  };
  checkContent(content);
  return content;
}

/** Checks that ids are unique and that tickets name people, groups and brands that exist; throws `ContentError`. */
export function checkContent(content: AccountContent): void {
  const users = uniqueIds('users', content.users);
  const groups = uniqueIds('groups', content.groups);
  const brands = uniqueIds('brands', content.brands);
  for (const part of ['macros', 'articles', 'tickets', 'ticketFields'] as const)
    uniqueIds(part, content[part]);
  for (const ticket of content.tickets) {
    const people = [ticket.requester, ...ticket.comments.map((comment) => comment.author)];
    if (ticket.assignee !== null) people.push(ticket.assignee);
    const stranger = people.find((person) => !users.has(person));
    if (stranger !== undefined)
      throw new ContentError(`Ticket ${ticket.id} names user ${stranger}, who is not in users.json.`);
    if (ticket.group !== null && !groups.has(ticket.group)) {
      throw new ContentError(`Ticket ${ticket.id} names group ${ticket.group}, which is not in groups.json.`);
    }
    if (ticket.brand !== undefined && !brands.has(ticket.brand)) {
      throw new ContentError(`Ticket ${ticket.id} names brand ${ticket.brand}, which does not exist.`);
    }
  }
  const names = new Set(content.groups.map((group) => group.name));
  for (const user of content.users) {
    const unknown = user.groups.find((name) => !names.has(name));
    if (unknown !== undefined)
      throw new ContentError(`User ${user.id} is in group "${unknown}", which is not in groups.json.`);
  }
}

function uniqueIds(part: string, list: readonly { readonly id: number }[]): ReadonlySet<number> {
  const ids = new Set<number>();
  for (const { id } of list) {
    if (ids.has(id)) throw new ContentError(`The ${part} have the id ${id} twice.`);
    ids.add(id);
  }
  return ids;
}

async function readTickets(directory: string): Promise<ContentTicket[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    throw new ContentError(`The content folder ${directory} cannot be read: ${messageOf(error)}`);
  });
  const files = names.filter((name) => /^tickets-.*\.json$/.test(name)).sort();
  if (files.length === 0) {
    throw new ContentError(
      `There is no tickets-*.json in ${directory}. The account needs at least one such file.`,
    );
  }
  const parts = await Promise.all(files.map((name) => readRequired(directory, name, contentSchemas.tickets)));
  return parts.flat();
}

async function readRequired<Schema extends z.ZodType>(
  directory: string,
  name: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const found = await readOptional(directory, name, schema);
  if (found === undefined)
    throw new ContentError(`${name} is missing in ${directory}. The account cannot start without it.`);
  return found;
}

async function readOptional<Schema extends z.ZodType>(
  directory: string,
  name: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  const file = join(directory, name);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new ContentError(`${file} cannot be read: ${messageOf(error)}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ContentError(`${file} is not JSON: ${messageOf(error)}`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new ContentError(`${file} has the wrong shape:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
