import pg from 'pg';
import { DatabaseSetupError, sqlStateOf } from '../sql/errors.ts';
import type { OwnerSession } from '../sql/migrate.ts';

/** A single connection with an owner's or superuser's rights; the caller closes it. */
export async function openOwnerSession(
  connectionString: string,
): Promise<OwnerSession & { close(): Promise<void> }> {
  const client = new pg.Client({
    connectionString,
    application_name: 'indesk-owner',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const reason = sqlStateOf(error) ?? 'not reachable';
    throw new DatabaseSetupError(`The owner's connection to the database failed (${reason})`);
  }
  return {
    execute: async (text) => {
      await client.query(text);
    },
    query: async (text, values = []) => (await client.query<Record<string, unknown>>(text, [...values])).rows,
    close: () => client.end(),
  };
}
