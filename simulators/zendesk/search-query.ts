import { tokenize } from './tokenize.ts';

export type Comparison = '=' | '<' | '>' | '<=' | '>=';

/** One `property:value` part of a search query. */
export type Filter = {
  readonly property: string;
  readonly comparison: Comparison;
  readonly value: string;
  readonly excluded: boolean;
};

/** A search query taken apart. Plain words must all occur; excluded ones must not. */
export type SearchQuery = {
  readonly type: string | null;
  readonly filters: readonly Filter[];
  readonly terms: readonly string[];
  readonly phrases: readonly string[];
  readonly excludedTerms: readonly string[];
  readonly orderBy: string | null;
  readonly descending: boolean;
};

const PART = /(-?)(?:([a-zA-Z_]\w*)(:|<=|>=|<|>))?(?:"([^"]*)"|(\S+))/g;

const PROPERTIES: ReadonlySet<string> = new Set(
  [
    'type status priority ticket_type tags brand brand_id group group_id assignee requester submitter commenter',
    'organization organization_id subject description comment created updated solved created_at updated_at solved_at via external_id',
    'has_attachment satisfaction fieldvalue order_by sort email name role phone id ticket_id user',
  ].flatMap((line) => line.split(' ')),
);

/**
 * Takes a query apart the way Zendesk documents it: `property:value`, `<`, `>`, `<=`, `>=`, quoted
 * phrases, a leading `-` for exclusions, `order_by:` and `sort:`. Words with an unknown property,
 * such as addresses with a colon, are plain words. Plain words are combined with AND.
 */
export function parseSearchQuery(query: string): SearchQuery {
  const filters: Filter[] = [];
  const terms: string[] = [];
  const phrases: string[] = [];
  const excludedTerms: string[] = [];
  let type: string | null = null;
  let orderBy: string | null = null;
  let descending = true;
  for (const [whole, minus, property, operator, quoted, bare] of query.matchAll(PART)) {
    const key = property?.toLowerCase();
    const value = quoted ?? bare ?? '';
    if (key !== undefined && operator !== undefined && isProperty(key)) {
      if (key === 'type') type = value.toLowerCase();
      else if (key === 'order_by') orderBy = value;
      else if (key === 'sort') descending = value !== 'asc';
      else
        filters.push({ property: key, comparison: toComparison(operator), value, excluded: minus === '-' });
      continue;
    }
    const words = whole.slice(minus === '-' ? 1 : 0);
    if (minus === '-') excludedTerms.push(...toTerms(words));
    else if (quoted === undefined) terms.push(...toTerms(words));
    else {
      terms.push(...tokenize(quoted));
      phrases.push(tokenize(quoted).join(' '));
    }
  }
  return { type, filters, terms, phrases, excludedTerms, orderBy, descending };
}

function isProperty(key: string): boolean {
  return PROPERTIES.has(key) || /^custom_field_\d+$/.test(key);
}

function toComparison(operator: string): Comparison {
  return operator === ':' ? '=' : (operator as Comparison);
}

function toTerms(words: string): string[] {
  const terms = tokenize(words);
  const last = terms.at(-1);
  if (words.endsWith('*') && last !== undefined) terms[terms.length - 1] = `${last}*`;
  return terms;
}
