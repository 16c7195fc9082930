import { ProblemError } from '../../kernel/problem-error.ts';
import { TransientLeakError } from '../../kernel/transient.ts';

/** A statement the database refused. Carries the SQLSTATE only: DETAIL, statement and parameters hold values. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly sqlState: string;

  constructor(sqlState: string) {
    super(`The database refused a statement (SQLSTATE ${sqlState})`);
    this.sqlState = sqlState;
  }
}

/** The database cannot be used as it is; the message says why and never holds a password or address. */
export class DatabaseSetupError extends Error {
  override readonly name = 'DatabaseSetupError';
}

const diskFull = '53100';

/** Seconds a caller is asked to wait when the database does not answer. */
const retryAfterSeconds = 2;

// Connection lost, server stopping, timeouts, locks not granted, out of resources, lost races between transactions.
const passing = new Set([
  '57P01',
  '57P02',
  '57P03',
  '57P05',
  '57014',
  '55P03',
  '25P03',
  '25P04',
  '40001',
  '40P01',
]);

/** The problem a caller sees when the database is away or too slow. */
export function databaseUnavailable(): ProblemError {
  return new ProblemError('database-unavailable', { retryAfterSeconds });
}

/** The problem a caller sees when there is no room to write; reading goes on. */
export function storageFull(): ProblemError {
  return new ProblemError('storage-full', { retryAfterSeconds: 60 });
}

/** Any error of the driver as one of ours, without its text. Needs nothing from the driver but the shape of its errors. */
export function fromDriver(error: unknown): Error {
  if (error instanceof TransientLeakError || error instanceof ProblemError) return error;
  if (error instanceof DatabaseError || error instanceof DatabaseSetupError) return error;
  const sqlState = sqlStateOf(error);
  if (sqlState === undefined) return databaseUnavailable();
  if (sqlState === diskFull) return storageFull();
  const isPassing = passing.has(sqlState) || sqlState.startsWith('08') || sqlState.startsWith('53');
  return isPassing ? databaseUnavailable() : new DatabaseError(sqlState);
}

/** The SQLSTATE of an error from the server; undefined for errors of the connection. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}
