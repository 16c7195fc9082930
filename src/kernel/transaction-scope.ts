import { AsyncLocalStorage } from 'node:async_hooks';

interface TransactionScope {
  open: boolean;
  readonly afterCommit: (() => void)[];
}

const scopes = new AsyncLocalStorage<TransactionScope>();

/** True while the calling code runs inside a database transaction: it must not wait for the network there. */
export function insideTransaction(): boolean {
  return scopes.getStore()?.open === true;
}

/** Runs `work` as the inside of a transaction; the second value runs what `afterCommit` collected. */
export async function runInTransactionScope<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly committed: () => void }> {
  const scope: TransactionScope = { open: true, afterCommit: [] };
  try {
    const result = await scopes.run(scope, work);
    return {
      result,
      committed: () => scopes.exit(() => scope.afterCommit.forEach((callback) => callback())),
    };
  } finally {
    // Work that was started inside and outlives the transaction is no longer inside it.
    scope.open = false;
  }
}

/** Calls back once the surrounding transaction has been committed, never when it was rolled back; throws outside of one. */
export function afterCommit(callback: () => void): void {
  const scope = scopes.getStore();
  if (scope?.open !== true) throw new Error('afterCommit was called outside of a transaction');
  scope.afterCommit.push(callback);
}

/** Leaves the scope for work that belongs to no transaction although one may have started it. */
export function outsideTransaction<T>(work: () => T): T {
  return scopes.exit(work);
}
