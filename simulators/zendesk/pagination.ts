import { badRequest } from './api-error.ts';
import type { Json } from './model.ts';

/** A page of items with what the answer says about the rest. */
export type Page<Item> = { readonly items: readonly Item[]; readonly about: Json };

/** How a list may be paged; sizes are items a page. */
export type PagingRules = {
  readonly maximum?: number;
  readonly standard?: number;
  readonly offsetOnly?: boolean;
};

const DEEPEST_OFFSET = 10_000;

/**
 * Cuts a page out of a full list by cursor (`page[size]`, `page[after]`, `page[before]`) or by offset
 * (`page`, `per_page`), and adds `meta` and `links`, or `count`, `next_page` and `previous_page`.
 * Throws 400 for a bad cursor or an offset past 10,000 records.
 */
export function paginate<Item>(
  list: readonly Item[],
  url: URL,
  origin: string,
  rules: PagingRules = {},
): Page<Item> {
  const byCursor = ['page[size]', 'page[after]', 'page[before]'].some((name) => url.searchParams.has(name));
  if (!byCursor) return byOffset(list, url, origin, rules);
  if (rules.offsetOnly === true) throw badRequest('InvalidPaginationParameter', 'page must be an integer');
  return cursorPage(list, url, origin, rules);
}

function cursorPage<Item>(list: readonly Item[], url: URL, origin: string, rules: PagingRules): Page<Item> {
  const size = clamp(url.searchParams.get('page[size]'), rules.standard ?? 100, rules.maximum ?? 100);
  const after = url.searchParams.get('page[after]');
  const before = url.searchParams.get('page[before]');
  let start = 0;
  if (after !== null) start = decodeCursor(after) + 1;
  else if (before !== null) start = Math.max(0, decodeCursor(before) - size);
  const end = before === null ? start + size : Math.min(start + size, decodeCursor(before));
  const items = list.slice(start, end);
  const has_more = end < list.length;
  const after_cursor = items.length === 0 ? null : encodeCursor(start + items.length - 1);
  const before_cursor = items.length === 0 ? null : encodeCursor(start);
  const link = (name: string, cursor: string): string => {
    const next = new URL(url.pathname + url.search, origin);
    next.searchParams.delete('page[after]');
    next.searchParams.delete('page[before]');
    next.searchParams.set(name, cursor);
    return next.href;
  };
  return {
    items,
    about: {
      meta: { has_more, after_cursor, before_cursor },
      links: {
        next: has_more && after_cursor !== null ? link('page[after]', after_cursor) : null,
        prev: start > 0 && before_cursor !== null ? link('page[before]', before_cursor) : null,
      },
    },
  };
}

function byOffset<Item>(list: readonly Item[], url: URL, origin: string, rules: PagingRules): Page<Item> {
  const size = clamp(url.searchParams.get('per_page'), rules.standard ?? 100, rules.maximum ?? 100);
  const page = Math.max(1, Number.parseInt(url.searchParams.get('page') ?? '1', 10) || 1);
  if ((page - 1) * size >= DEEPEST_OFFSET) {
    throw badRequest(
      'InvalidPaginationDepth',
      'Number of items returned exceeds the limit of 10000 records.',
    );
  }
  const items = list.slice((page - 1) * size, page * size);
  const link = (number: number): string => {
    const next = new URL(url.pathname + url.search, origin);
    next.searchParams.set('page', String(number));
    return next.href;
  };
  return {
    items,
    about: {
      count: list.length,
      next_page: page * size < list.length ? link(page + 1) : null,
      previous_page: page > 1 ? link(page - 1) : null,
    },
  };
}

function clamp(text: string | null, standard: number, maximum: number): number {
  const wanted = Number.parseInt(text ?? '', 10);
  return Number.isNaN(wanted) || wanted < 1 ? standard : Math.min(wanted, maximum);
}

function encodeCursor(position: number): string {
  return Buffer.from(JSON.stringify({ o: 'nice_id', v: position })).toString('base64url');
}

function decodeCursor(cursor: string): number {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null && 'v' in parsed && typeof parsed.v === 'number')
      return parsed.v;
  } catch {
    // Falls through to the refusal below.
  }
  throw badRequest('InvalidPaginationParameter', 'page[after] or page[before] is not a valid cursor');
}
