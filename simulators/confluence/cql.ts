/** What a CQL query is asked about. */
export type Candidate = {
  readonly type: string;
  readonly space: string;
  readonly title: string;
  readonly text: string;
  /** ISO 8601. */
  readonly lastModified: string;
};

type Test = (candidate: Candidate) => number;

/** A query that Confluence would answer 400 for. */
export class CqlError extends Error {
  override readonly name = 'CqlError';
}

/** Compiles the part of CQL that clients of pages use; the result gives a rank, 0 for no match. Throws `CqlError`. */
export function compileCql(query: string): { readonly rank: Test; readonly byTime: boolean } {
  const [condition = '', order] = query.split(/\s+order\s+by\s+/i);
  const tokens = condition.match(/"(?:[^"\\]|\\.)*"|[()=~,]|>=|<=|[^\s()=~,"<>]+/g) ?? [];
  const parser = new CqlParser(tokens);
  const rank = parser.anyOf();
  if (!parser.isAtEnd) throw new CqlError('Could not parse cql');
  return { rank, byTime: /^lastmodified/i.test(order ?? '') };
}

class CqlParser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  anyOf(): Test {
    const parts = [this.#allOf()];
    while (this.#takes('or')) parts.push(this.#allOf());
    return (candidate) => parts.reduce((sum, part) => sum + part(candidate), 0);
  }

  #allOf(): Test {
    const parts = [this.#term()];
    while (this.#takes('and')) parts.push(this.#term());
    return (candidate) => {
      const ranks = parts.map((part) => part(candidate));
      return ranks.every((rank) => rank > 0) ? ranks.reduce((sum, rank) => sum + rank, 0) : 0;
    };
  }

  #term(): Test {
    if (this.#takes('(')) {
      const inner = this.anyOf();
      this.#expect(')');
      return inner;
    }
    const field = this.#next().toLowerCase();
    const operator = this.#next().toLowerCase();
    if (operator === 'in') return this.#list(field);
    return test(field, operator, unquoted(this.#next()));
  }

  #list(field: string): Test {
    this.#expect('(');
    const values = [unquoted(this.#next())];
    while (this.#takes(',')) values.push(unquoted(this.#next()));
    this.#expect(')');
    return (candidate) => (values.some((value) => test(field, '=', value)(candidate) > 0) ? 1 : 0);
  }

  #takes(word: string): boolean {
    if (this.#tokens[this.#at]?.toLowerCase() !== word) return false;
    this.#at += 1;
    return true;
  }

  #expect(word: string): void {
    if (!this.#takes(word)) throw new CqlError(`Could not parse cql : expected ${word}`);
  }

  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new CqlError('Could not parse cql : it ends too early');
    this.#at += 1;
    return token;
  }
}

const unquoted = (token: string): string =>
  token.startsWith('"') ? token.slice(1, -1).replace(/\\(.)/g, '$1') : token;

function test(field: string, operator: string, value: string): Test {
  const wanted = value.toLowerCase();
  if (field === 'type' && operator === '=') return ({ type }) => (type === wanted ? 1 : 0);
  if (field === 'space' && operator === '=') return ({ space }) => (space.toLowerCase() === wanted ? 1 : 0);
  if ((field === 'text' || field === 'title') && operator === '~')
    return ({ title, text }) => {
      const words = wordsOf(wanted);
      const inTitle = new Set(wordsOf(title));
      const inText = wordsOf(text);
      const hits = words.map((word) =>
        inTitle.has(word) ? 4 : field === 'text' && inText.includes(word) ? 1 : 0,
      );
      return hits.every((hit) => hit > 0) ? hits.reduce<number>((sum, hit) => sum + hit, 0) : 0;
    };
  if (field === 'lastmodified' && (operator === '>=' || operator === '<=')) {
    // Minute grain, in the time zone of the account: UTC here.
    const time = Date.parse(
      `${value.replaceAll('/', '-').replace(' ', 'T')}:00Z`.replace(/^(\d{4}-\d\d-\d\d):00Z$/, '$1'),
    );
    if (Number.isNaN(time)) throw new CqlError(`Unparseable date value: ${value}`);
    return ({ lastModified }) =>
      (operator === '>=' ? Date.parse(lastModified) >= time : Date.parse(lastModified) <= time) ? 1 : 0;
  }
  throw new CqlError(`Field '${field}' does not exist or does not support ${operator}`);
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
