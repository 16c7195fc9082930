import { readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DatabaseConnection, QueryResult } from 'kysely';
import { kyselyTransaction } from '../../src/adapters/sql/connection.ts';
import { createLookups } from '../../src/adapters/sql/lookups-queries.ts';

export interface RecordedQuery {
  /** File and function, for example `src/a/b-queries.ts findB`. */
  readonly origin: string;
  readonly sql: string;
  readonly parameters: number;
}

const source = path.join(import.meta.dirname, '../../src');

/** Calls every function of every `*-queries.ts` with the payload in every place of every argument, and tells what it would have sent. */
export async function recordQueries(payload: string): Promise<{
  readonly queries: readonly RecordedQuery[];
  /** Functions that sent nothing. */
  readonly silent: readonly string[];
}> {
  const queries: RecordedQuery[] = [];
  const silent: string[] = [];
  const callOne = async (origin: string, work: (database: object) => unknown) => {
    const before = queries.length;
    const connection = recorder(payload, (query) => queries.push({ origin, ...query }));
    // A function may not like its arguments once it has sent its first statement.
    await Promise.resolve()
      .then(() => work(databaseOver(connection)))
      .catch(() => undefined);
    if (queries.length === before) silent.push(origin);
  };
  const argument = anything(payload);
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('-queries.ts'))
    .sort();
  for (const file of files) {
    const module = (await import(pathToFileURL(path.join(source, file)).href)) as Record<string, unknown>;
    for (const [name, exported] of Object.entries(module)) {
      if (typeof exported !== 'function' || /lookups$/i.test(name)) continue;
      await callOne(`src/${file} ${name}`, (database) =>
        exported(database, ...Array<unknown>(6).fill(argument)),
      );
    }
  }
  for (const name of Object.keys(createLookups(recorder(payload, () => 0)))) {
    await callOne(`lookup ${name}`, async (database) => {
      const lookups = createLookups((database as { connection: DatabaseConnection }).connection);
      const lookup: unknown = Reflect.get(lookups, name);
      if (typeof lookup === 'function') await lookup.call(lookups, ...Array<unknown>(4).fill(argument));
    });
  }
  return { queries, silent };
}

function recorder(
  payload: string,
  note: (query: { readonly sql: string; readonly parameters: number }) => void,
): DatabaseConnection {
  return {
    executeQuery: async <R>(query: { readonly sql: string; readonly parameters: readonly unknown[] }) => {
      note({ sql: query.sql, parameters: query.parameters.length });
      return Promise.resolve({
        rows: [anything(payload) as R],
        numAffectedRows: 1n,
      } satisfies QueryResult<R>);
    },
    streamQuery: () => {
      throw new Error('not used');
    },
  };
}

/** A transaction that also passes for a database and for a call which carries one. */
function databaseOver(connection: DatabaseConnection): object {
  const transaction = kyselyTransaction(connection);
  const facade: object = new Proxy(transaction, {
    get: (target, name) => {
      if (name === 'connection') return connection;
      if (name === 'ports' || name === 'database') return facade;
      if (name === 'read' || name === 'write' || name === 'bookkeep')
        return (...given: readonly unknown[]) => (given.at(-1) as (inner: object) => unknown)(facade);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return facade;
}

/** A value that has every property, is a list of itself, and turns into the payload wherever a text is wanted. */
function anything(payload: string): unknown {
  const self: unknown = new Proxy(
    {},
    {
      get: (_, name) => {
        if (name === Symbol.toPrimitive || name === 'toString' || name === 'toJSON' || name === 'toISOString')
          return () => payload;
        if (name === Symbol.iterator) return () => [self][Symbol.iterator]();
        if (name === 'map' || name === 'flatMap') return (work: (one: unknown) => unknown) => [work(self)];
        if (name === 'filter') return () => [self];
        if (name === 'length' || name === 'size') return 1;
        return typeof name === 'symbol' || name === 'then' || name === 'toOperationNode' ? undefined : self;
      },
    },
  );
  return self;
}
