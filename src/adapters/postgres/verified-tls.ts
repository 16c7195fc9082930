import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { DatabaseSetupError, sqlStateOf } from '../sql/errors.ts';

export interface TlsOptions {
  /** Refuses every connection string but one with `sslmode=verify-full`, and asserts TLS after connecting. */
  readonly requireVerifiedTls?: boolean;
  /** PEM file with the certificate authority of the server, where the system does not know it. */
  readonly caFile?: string;
}

// Each of these would weaken, replace or go around what sslmode=verify-full asks for.
const weakening = ['ssl', 'uselibpqcompat', 'sslnegotiation', 'host', 'hostaddr'];
const fileParameters = { sslrootcert: 'ca', sslcert: 'cert', sslkey: 'key' } as const;

/** How the driver is to connect; throws DatabaseSetupError when production would not be safe, without showing the connection string. */
export function connectionOptions(
  connectionString: string,
  { requireVerifiedTls = false, caFile }: TlsOptions = {},
): Pick<pg.ClientConfig, 'connectionString' | 'ssl'> {
  const url = URL.parse(connectionString);
  const finding = whyUnverified(url);
  if (url === null || finding !== undefined) {
    if (!requireVerifiedTls) return { connectionString };
    throw new DatabaseSetupError(`The connection to the database is not safe: ${finding ?? 'no address'}`);
  }
  const files: Partial<Record<'ca' | 'cert' | 'key', string>> =
    caFile === undefined ? {} : { ca: readPem(caFile) };
  for (const [parameter, option] of Object.entries(fileParameters)) {
    const file = url.searchParams.get(parameter);
    if (file !== null) files[option] ??= readPem(file);
    url.searchParams.delete(parameter);
  }
  // The driver's own reading of sslmode changes between its versions, so it never sees it.
  url.searchParams.delete('sslmode');
  return { connectionString: url.href, ssl: { ...files, rejectUnauthorized: true, minVersion: 'TLSv1.2' } };
}

function whyUnverified(url: URL | null): string | undefined {
  if (url === null) return 'its address cannot be read as postgres://user:password@host/database';
  const modes = url.searchParams.getAll('sslmode');
  if (modes.length === 0) return 'its address names no sslmode; it must be verify-full';
  if (modes.length > 1) return 'its address names sslmode twice; it must be verify-full';
  if (modes[0] !== 'verify-full') return 'its sslmode is weaker than verify-full';
  const other = weakening.find((name) => url.searchParams.has(name));
  if (other !== undefined) return `its address sets ${other} beside sslmode=verify-full`;
  return url.hostname === '' ? 'its address names no host, and a socket file has no TLS' : undefined;
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new DatabaseSetupError(`The file ${file}, named for TLS to the database, cannot be read`);
  }
}

const certificateReasons: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  ...Object.fromEntries(
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'CERT_SIGNATURE_FAILURE',
    ].map((code) => [
      code,
      'its certificate was issued by an authority that is not trusted here (INDESK_DATABASE_CA_FILE names one)',
    ]),
  ),
};

const hints: Readonly<Record<string, string>> = {
  '28P01': 'wrong user or password, or the role has none yet',
  '28000': 'no such role, one that may not log in, or no line in pg_hba.conf lets it in',
  '3D000': 'there is no database of that name, see createdb',
  '53300': 'too many connections, see max_connections',
};

/** Why a connection was not made, in words without address, login or password. */
export function connectionFailure(error: unknown): string {
  const sqlState = sqlStateOf(error);
  if (sqlState !== undefined)
    return `refused the login (SQLSTATE ${sqlState}${hints[sqlState] === undefined ? '' : `: ${hints[sqlState]}`})`;
  if (!(error instanceof Error)) return 'cannot be reached';
  if (error.message === 'The server does not support SSL connections') return 'offers no TLS';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const reason = certificateReasons[code];
  if (reason !== undefined) return `cannot be trusted: ${reason}`;
  return /^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? `cannot be reached (${code})` : 'cannot be reached';
}

/** Throws DatabaseSetupError unless the server itself sees this connection encrypted; a pooler between must encrypt its own half. */
export async function assertEncrypted(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ ssl: boolean }>(
    'select ssl from pg_catalog.pg_stat_ssl where pid = pg_catalog.pg_backend_pid()',
  );
  if (rows[0]?.ssl !== true)
    throw new DatabaseSetupError(
      'The connection to the database is not safe: the server sees it without TLS',
    );
}
