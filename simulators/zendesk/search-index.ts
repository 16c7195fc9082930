import type { StoredTicket } from './model.ts';
import { tokenize } from './tokenize.ts';

type Snapshot = {
  readonly ticket: StoredTicket;
  readonly terms: ReadonlyMap<string, number>;
  readonly length: number;
};

const SUBJECT_WEIGHT = 3;
const SATURATION = 1.2;
const LENGTH_SHARE = 0.75;

/** Word index over tickets: subject and all comments. What it finds lags behind writes by a set time. */
export class SearchIndex {
  readonly #documents = new Map<number, Snapshot>();
  readonly #postings = new Map<string, Set<number>>();
  readonly #waiting: { readonly ticket: StoredTicket; readonly due: number }[] = [];
  readonly #lag: () => number;
  #totalLength = 0;

  constructor(lagMilliseconds: () => number) {
    this.#lag = lagMilliseconds;
  }

  /** Files or refreshes a ticket, after the lag when one is set. */
  put(ticket: StoredTicket): void {
    const snapshot = { ...ticket, comments: [...ticket.comments] };
    const lag = this.#lag();
    if (lag > 0) this.#waiting.push({ ticket: snapshot, due: Date.now() + lag });
    else this.#write(snapshot);
  }

  /** Every ticket the index knows, as it was when indexed. */
  all(): Iterable<StoredTicket> {
    this.#catchUp();
    return [...this.#documents.values()].map((document) => document.ticket);
  }

  /** Ids of tickets with all the terms; a trailing `*` stands for any ending. Null when no term is given. */
  withAll(terms: readonly string[]): ReadonlySet<number> | null {
    this.#catchUp();
    let found: Set<number> | null = null;
    const lists = terms.map((term) => this.#lookUp(term)).sort((left, right) => left.size - right.size);
    for (const list of lists) found = found === null ? new Set(list) : found.intersection(list);
    return found;
  }

  /** The ticket as it was when indexed. */
  get(id: number): StoredTicket | undefined {
    this.#catchUp();
    return this.#documents.get(id)?.ticket;
  }

  /** BM25 score of a ticket for the terms; higher is nearer, 0 is no match. */
  score(id: number, terms: readonly string[]): number {
    const document = this.#documents.get(id);
    if (document === undefined) return 0;
    const count = this.#documents.size;
    const average = this.#totalLength / Math.max(1, count);
    let score = 0;
    for (const term of terms) {
      const frequency = document.terms.get(term) ?? 0;
      if (frequency === 0) continue;
      const holders = this.#postings.get(term)?.size ?? 0;
      const rarity = Math.log(1 + (count - holders + 0.5) / (holders + 0.5));
      const norm = 1 - LENGTH_SHARE + (LENGTH_SHARE * document.length) / average;
      score += (rarity * frequency * (SATURATION + 1)) / (frequency + SATURATION * norm);
    }
    return score;
  }

  #lookUp(term: string): ReadonlySet<number> {
    if (!term.endsWith('*')) return this.#postings.get(term) ?? new Set();
    const prefix = term.slice(0, -1);
    let found = new Set<number>();
    for (const [word, ids] of this.#postings) if (word.startsWith(prefix)) found = found.union(ids);
    return found;
  }

  #catchUp(): void {
    const now = Date.now();
    while ((this.#waiting[0]?.due ?? Number.POSITIVE_INFINITY) <= now) {
      const next = this.#waiting.shift();
      if (next !== undefined) this.#write(next.ticket);
    }
  }

  #write(ticket: StoredTicket): void {
    const old = this.#documents.get(ticket.id);
    if (old !== undefined) {
      for (const term of old.terms.keys()) this.#postings.get(term)?.delete(ticket.id);
      this.#totalLength -= old.length;
    }
    const terms = new Map<string, number>();
    let length = 0;
    const add = (text: string, weight: number): void => {
      for (const term of tokenize(text)) {
        terms.set(term, (terms.get(term) ?? 0) + weight);
        length += 1;
      }
    };
    add(ticket.subject, SUBJECT_WEIGHT);
    for (const comment of ticket.comments) add(comment.text, 1);
    for (const term of terms.keys()) {
      const ids = this.#postings.get(term);
      if (ids === undefined) this.#postings.set(term, new Set([ticket.id]));
      else ids.add(ticket.id);
    }
    this.#totalLength += length;
    this.#documents.set(ticket.id, { ticket, terms, length });
  }
}
