import type { ScratchDatabase } from './database.ts';

export interface ProgramOptions {
  /** What becomes of the changes; `rollback` when left out. */
  readonly end?: 'commit' | 'rollback';
  /** Triggers, and with them foreign keys, do not fire. */
  readonly withoutTriggers?: boolean;
  /** Runs first, as superuser, in the same transaction. */
  readonly before?: string;
}

/** Runs statements as the program does: logged in as app_rw, in one subscription or, without an id, in none. */
export async function asProgram<T>(
  scratch: ScratchDatabase,
  subscriptionId: string | undefined,
  work: () => Promise<T>,
  { end = 'rollback', withoutTriggers = false, before = '' }: ProgramOptions = {},
): Promise<T> {
  // The end of the transaction does not give the superuser back on PGlite.
  const leave = (how: string) => scratch.execute(`${how}; set session authorization postgres`);
  try {
    await scratch.execute(`begin;
      ${withoutTriggers ? 'set local session_replication_role = replica;' : ''} ${before === '' ? '' : `${before};`}
      set local session authorization app_rw;
      ${subscriptionId === undefined ? '' : `select app.enter('${subscriptionId}')`}`);
    const result = await work();
    await leave(end);
    return result;
  } catch (error) {
    await leave('rollback');
    throw error;
  }
}
