import pg from 'pg';
import { DatabaseSetupError } from '../sql/errors.ts';
import type { OwnerSession } from '../sql/migrate.ts';
import { assertEncrypted, connectionFailure, connectionOptions, type TlsOptions } from './verified-tls.ts';

/** A single connection with an owner's or superuser's rights; the caller closes it. */
export async function openOwnerSession(
  connectionString: string,
  tls: TlsOptions = {},
): Promise<OwnerSession & { close(): Promise<void> }> {
  const client = new pg.Client({
    ...connectionOptions(connectionString, tls),
    application_name: 'indesk-owner',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw new DatabaseSetupError(`The owner's connection failed: the database ${connectionFailure(error)}`);
  }
  if (tls.requireVerifiedTls === true)
    await assertEncrypted(client).catch(async (error: unknown) => {
      await client.end();
      throw error;
    });
  return {
    execute: async (text) => {
      await client.query(text);
    },
    query: async (text, values = []) => (await client.query<Record<string, unknown>>(text, [...values])).rows,
    close: () => client.end(),
  };
}
