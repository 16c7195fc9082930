import { sql } from 'kysely';
import type pg from 'pg';
import { insideTransaction, runInTransactionScope } from '../../kernel/transaction-scope.ts';
import type { Actor } from '../../ports/call.ts';
import type {
  BookkeepingDatabase,
  Lookups,
  ReadTransaction,
  WriteTransaction,
} from '../../ports/database.ts';
import type { AuditEvent } from '../../ports/audit.ts';
import { bootFindings } from './boot-checks.ts';
import { kyselyTransaction, TransactionConnection } from './connection.ts';
import { databaseUnavailable, DatabaseError, DatabaseSetupError } from './errors.ts';
import { createLookups } from './lookups-queries.ts';
import { migrationGaps, type Migration } from './migrate.ts';

export interface SqlDatabaseOptions {
  readonly engine: 'pglite' | 'postgres';
  readonly pool: pg.Pool;
  /** What must have been applied for `ready` to answer true. */
  readonly migrations: readonly Pick<Migration, 'name' | 'checksum'>[];
  /** Milliseconds after which a transaction is given up and its connection closed. */
  readonly transactionTimeoutMs: number;
  /** Throws when there is no room for a change. */
  readonly beforeWrite?: () => Promise<void>;
  /** Runs after the pool has closed. */
  readonly onClose?: () => Promise<void>;
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The Database port over a pool whose login is `app_rw`; the same code for both engines. */
export function createSqlDatabase(options: SqlDatabaseOptions): BookkeepingDatabase {
  const run = <T>(opening: string, work: (connection: TransactionConnection) => Promise<T>) =>
    runTransaction(options, opening, work);
  let closing: Promise<void> | undefined;

  return {
    engine: options.engine,
    read: async (call, work) =>
      run(`begin read only; ${entering(call.subscriptionId)}`, (connection) =>
        work(kyselyTransaction(connection) satisfies ReadTransaction),
      ),
    write: async (call, decision, work) => {
      await options.beforeWrite?.();
      return run(`begin; ${entering(call.subscriptionId)}`, async (connection) => {
        const transaction = kyselyTransaction(connection);
        const result = await work(transaction);
        await appendAudit(transaction, call, decision);
        return result;
      });
    },
    bookkeep: async (call, work) => {
      await options.beforeWrite?.();
      return run(`begin; ${entering(call.subscriptionId)}`, (connection) =>
        work(kyselyTransaction(connection)),
      );
    },
    lookup: <T>(work: (functions: Lookups) => Promise<T>) =>
      run('begin', (connection) => work(createLookups(connection))),
    ready: async () => {
      try {
        return (
          (await run('begin read only', (connection) => findGaps(connection, options.migrations))).length ===
          0
        );
      } catch {
        return false;
      }
    },
    close: () => {
      closing ??= options.pool.end().then(() => options.onClose?.());
      return closing;
    },
  };
}

/** Refuses to go on when the login could see more than one subscription or the migrations are not at head. */
export async function refuseUnsafeBoot(options: SqlDatabaseOptions): Promise<void> {
  const findings = await runTransaction(options, 'begin read only', async (connection) => {
    const query = (text: string) =>
      connection.executeQuery<Record<string, unknown>>({ sql: text, parameters: [] });
    const found = await bootFindings(options.engine, async (text) => (await query(text)).rows);
    return found.length > 0 ? found : findGaps(connection, options.migrations);
  }).catch((error: unknown) => {
    if (!(error instanceof DatabaseError)) throw error;
    return [`the roles or migrations have not been applied (SQLSTATE ${error.sqlState})`];
  });
  if (findings.length > 0)
    throw new DatabaseSetupError(`The database is not safe to use: ${findings.join('; ')}`);
}

async function runTransaction<T>(
  { pool, transactionTimeoutMs }: SqlDatabaseOptions,
  opening: string,
  work: (connection: TransactionConnection) => Promise<T>,
): Promise<T> {
  if (insideTransaction()) throw new DatabaseSetupError('A transaction was opened inside another one');
  const client = await connect(pool);
  const connection = new TransactionConnection(client);
  const deadline = Promise.withResolvers<never>();
  const timer = setTimeout(() => deadline.reject(databaseUnavailable()), transactionTimeoutMs);
  let mustDiscard = true;
  try {
    const inside = async () => {
      await connection.control(opening);
      return await runInTransactionScope(() => work(connection));
    };
    const { result, committed } = await Promise.race([inside(), deadline.promise]);
    connection.close();
    // A failed statement somebody swallowed turns the commit into a rollback, which answers without an error.
    const tag = await Promise.race([connection.control('commit'), deadline.promise]);
    mustDiscard = false;
    if (tag !== 'COMMIT') throw new DatabaseError('25P02');
    committed();
    return result;
  } catch (error) {
    connection.close();
    if (mustDiscard && !connection.isLost) mustDiscard = !(await rolledBack(connection, deadline.promise));
    throw error;
  } finally {
    clearTimeout(timer);
    client.release(mustDiscard);
  }
}

async function rolledBack(connection: TransactionConnection, deadline: Promise<never>): Promise<boolean> {
  try {
    await Promise.race([connection.control('rollback'), deadline]);
    return true;
  } catch {
    return false;
  }
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    const client = await pool.connect();
    // Without a listener, a connection that breaks between two statements would end the process.
    if (client.listenerCount('error') === 0) client.on('error', () => undefined);
    return client;
  } catch {
    throw databaseUnavailable();
  }
}

// Part of a text with several statements, so the id is checked here instead of being bound.
function entering(subscriptionId: string): string {
  if (!uuidPattern.test(subscriptionId)) throw new DatabaseError('22P02');
  return `select app.enter('${subscriptionId}')`;
}

async function appendAudit(
  transaction: WriteTransaction,
  call: { readonly subscriptionId: string; readonly actor: Actor; readonly requestId: string },
  decision: { readonly permission: string; readonly audit: AuditEvent },
): Promise<void> {
  await transaction
    .insertInto('app.audit_event')
    .values({
      subscription_id: call.subscriptionId,
      actor_kind: call.actor.kind,
      actor_id: String(call.actor.id),
      action: decision.audit.action,
      target: decision.audit.target ?? null,
      outcome: decision.audit.outcome ?? 'ok',
      request_id: call.requestId,
      permission: decision.permission,
      facts: JSON.stringify(decision.audit.facts ?? {}),
    })
    .execute();
}

async function findGaps(
  connection: TransactionConnection,
  migrations: readonly Pick<Migration, 'name' | 'checksum'>[],
): Promise<readonly string[]> {
  const query = sql<{ name: string; checksum: string }>`select name, checksum from app_meta.schema_migration`;
  const { rows } = await query.execute(kyselyTransaction(connection));
  return migrationGaps(new Map(rows.map((row) => [row.name, row.checksum])), migrations);
}
