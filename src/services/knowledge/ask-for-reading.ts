import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { isLocated } from './located.ts';
import { cancelReading, enqueueReading } from './reading-queries.ts';
import { readSource } from './source-queries.ts';

type AskCall = Call<'database' | 'jobs'>;

const permission = 'settings:write';

/** Has a source read soon; one that is being read goes on. Throws `not-found`, also for files and snippets. */
export async function readSourceNow(call: AskCall, sourceId: string): Promise<void> {
  await requireLocated(call, sourceId);
  await call.ports.database.write(
    call,
    { permission, audit: { action: 'knowledge.reading-asked', target: sourceId } },
    (tx) => enqueueReading(tx, call, sourceId),
  );
}

/** Stops a reading before its next documents are fetched; what it stored stays. Throws `not-found`. */
export async function cancelSourceReading(call: AskCall, sourceId: string): Promise<void> {
  await requireLocated(call, sourceId);
  await call.ports.database.write(
    call,
    { permission, audit: { action: 'knowledge.reading-cancelled', target: sourceId } },
    (tx) => cancelReading(tx, sourceId),
  );
}

async function requireLocated(call: AskCall, sourceId: string): Promise<void> {
  const source = await call.ports.database.read(call, (tx) => readSource(tx, sourceId));
  if (source === undefined || !isLocated(source.kind)) throw new ProblemError('not-found');
}
