import {
  DefaultQueryExecutor,
  DummyDriver,
  PostgresAdapter,
  PostgresQueryCompiler,
  Transaction,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type QueryResult,
} from 'kysely';
import type pg from 'pg';
import type { DatabaseSchema } from '../../ports/database-schema.ts';
import { DatabaseError, DatabaseSetupError, fromDriver } from './errors.ts';

// pg has this option and its types do not: without it, a query without values could hold several statements.
interface ExtendedQuery extends pg.QueryConfig {
  readonly queryMode: 'extended';
}

// SET SESSION AUTHORIZATION cannot be taken from a PGlite session by any grant, so no such statement is passed on.
const dataStatement = /^\s*(select|insert|update|delete|with)\b/i;
const insufficientPrivilege = '42501';

const adapter = new PostgresAdapter();
const compiler = new PostgresQueryCompiler();
const driver = new DummyDriver();
const dialect: Dialect = {
  createAdapter: () => adapter,
  createDriver: () => driver,
  createQueryCompiler: () => compiler,
  createIntrospector: () => {
    throw new DatabaseSetupError('The program never asks for the schema');
  },
};

/** The connection of one transaction: one statement a call, our errors, and nothing after the end. */
export class TransactionConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  #isOpen = true;
  #isLost = false;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  /** True after an error that leaves the connection unusable. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Refuses every later statement, because the client may already serve another subscription. */
  close(): void {
    this.#isOpen = false;
  }

  async executeQuery<R>(query: Pick<CompiledQuery, 'sql' | 'parameters'>): Promise<QueryResult<R>> {
    if (!this.#isOpen) throw new DatabaseSetupError('A statement was sent after its transaction had ended');
    if (!dataStatement.test(query.sql)) throw new DatabaseError(insufficientPrivilege);
    const config: ExtendedQuery = { text: query.sql, values: [...query.parameters], queryMode: 'extended' };
    const result = await this.#send(() => this.#client.query(config));
    return { rows: result.rows as R[], numAffectedRows: BigInt(result.rowCount ?? 0) };
  }

  // eslint-disable-next-line require-yield
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new DatabaseSetupError('A transaction is too short to stream from');
  }

  /** Sends fixed text that may hold several statements; returns the command tag of the last one. */
  async control(text: string): Promise<string> {
    const result: pg.QueryResult | readonly pg.QueryResult[] = await this.#send(() =>
      this.#client.query(text),
    );
    const last = Array.isArray(result)
      ? (result as readonly pg.QueryResult[]).at(-1)
      : (result as pg.QueryResult);
    return last?.command ?? '';
  }

  async #send<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      const ours = fromDriver(error);
      if (!isFromServer(error)) this.#isLost = true;
      throw ours;
    }
  }
}

/** A Kysely transaction over the connection; beginning and ending it stays with the caller. */
export function kyselyTransaction(connection: DatabaseConnection): Transaction<DatabaseSchema> {
  const provider = {
    provideConnection: <T>(consumer: (given: DatabaseConnection) => Promise<T>) => consumer(connection),
  };
  const executor = new DefaultQueryExecutor(compiler, adapter, provider);
  return new Transaction<DatabaseSchema>({ config: { dialect }, driver, dialect, executor });
}

// After FATAL the server has closed the connection; after ERROR it goes on.
function isFromServer(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && error.severity === 'ERROR';
}
