import { expect, test } from 'vitest';
import {
  afterCommit,
  insideTransaction,
  outsideTransaction,
  runInTransactionScope,
} from './transaction-scope.ts';

test('R20: only the work of a transaction is inside of it', async () => {
  expect(insideTransaction()).toBe(false);
  const { result } = await runInTransactionScope(async () => {
    await Promise.resolve();
    return [insideTransaction(), outsideTransaction(insideTransaction)];
  });
  expect(result).toEqual([true, false]);
  expect(insideTransaction()).toBe(false);
});

test('work that outlives its transaction is no longer inside', async () => {
  const later = Promise.withResolvers<void>();
  const { result } = await runInTransactionScope(async () => ({
    seen: later.promise.then(insideTransaction),
  }));
  later.resolve();
  expect(await result.seen).toBe(false);
});

test('what waits for the commit runs when the commit is reported, and outside', async () => {
  const seen: boolean[] = [];
  const { committed } = await runInTransactionScope(async () =>
    afterCommit(() => seen.push(insideTransaction())),
  );
  expect(seen).toEqual([]);
  committed();
  expect(seen).toEqual([false]);
});

test('waiting for a commit outside of a transaction is an error', () => {
  expect(() => afterCommit(() => undefined)).toThrow('outside of a transaction');
});
