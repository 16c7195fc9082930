import { randomUUID } from 'node:crypto';
import type { Actor } from '../../src/ports/call.ts';
import type { Database } from '../../src/ports/database.ts';

/** What the database port wants to know of a call. */
export interface TestCall {
  readonly subscriptionId: string;
  readonly actor: Actor;
  readonly requestId: string;
}

/** What a write needs besides its work. */
export const testDecision = { permission: 'test:write', audit: { action: 'test.ran' } } as const;

/** Makes a subscription and a call inside it. */
export async function newSubscription(database: Database): Promise<TestCall> {
  const id = randomUUID();
  await database.lookup((lookups) => lookups.createSubscription({ id, name: id, plan: 'team' }));
  return { subscriptionId: id, actor: { kind: 'operator', id: 'op' }, requestId: randomUUID() };
}
