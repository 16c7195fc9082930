import { toProblem } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { WriteTransaction } from '../../ports/database.ts';
import type { JobQueue } from '../../ports/job-queue.ts';
import type { Locator } from '../../ports/knowledge-base.ts';
import { deleteDocument } from './document-queries.ts';
import { settleModel } from './embedding-queries.ts';
import { openSite, type KnowledgeSites, type OpenSite } from './open-site.ts';
import {
  endReading,
  failReading,
  holdReading,
  isFullDue,
  isReadBy,
  leaveToNextStep,
  markSeen,
  noteKind,
  noteProgress,
  readKnown,
  readUnmet,
  type Counted,
  type KnownDocument,
} from './reading-queries.ts';
import { readSource, type SourceRow } from './source-queries.ts';
import { openSettings } from './source-view.ts';
import { storeFetched } from './store-fetched.ts';

export type ReadingCall = Call<'database' | 'secretBox' | 'contentBox' | 'embedder' | 'ids' | 'clock'> & {
  /** 1 on the first try. */
  readonly attempt: number;
};

export interface ReadingParts {
  readonly sites: KnowledgeSites;
  readonly jobs: JobQueue;
}

/** One reading of one source, as this job does it. */
export interface Reading {
  readonly call: ReadingCall;
  readonly parts: ReadingParts;
  readonly site: OpenSite;
  readonly source: SourceRow;
  readonly kind: 'full' | 'changes';
  readonly step: number;
  /** By the clock that never goes back. */
  readonly until: number;
}

/** Thrown when the reading was cancelled, began anew, or its source was deleted. */
class ReadingOver extends Error {
  override readonly name = 'ReadingOver';
}

/** Documents that are fetched together. */
const fetchedAtOnce = 10;
/** A job has a minute; another goes on where it ends. */
const mostMs = 40_000;
/** Tries of one step before the reading counts as failed. */
const mostTries = 4;

const nothing: Counted = { read: 0, changed: 0, failed: 0, skipped: 0 };

/**
 * Reads a source from elsewhere: what changed since the last time, and once a day everything, which also finds what is gone.
 * Each document is stored for itself and the place in the list with it, so that a reading that was cut off goes on there.
 * Stores vectors, locators, ranges and hashes, never title or text. Throws what the site throws, to be tried again.
 */
export async function readLocatedSource(
  call: ReadingCall,
  parts: ReadingParts,
  { sourceId, step }: { readonly sourceId: string; readonly step: number },
): Promise<void> {
  const { database, clock } = call.ports;
  const until = clock.elapsed() + mostMs;
  const source = await database.read(call, (tx) => readSource(tx, sourceId));
  if (source === undefined || source.step !== step || source.reading !== 'running') return;
  try {
    const { settings } = await openSettings(call.ports.secretBox, call.subscriptionId, source);
    const site = await openSite(parts.sites, call, settings);
    const kind = source.reading_kind ?? (await chooseKind(call, source, step));
    await goOn({ call, parts, site, source, kind, step, until });
  } catch (error) {
    if (error instanceof ReadingOver) return;
    if (!call.signal.aborted) await noteFailure(call, sourceId, step, error);
    throw error;
  }
}

/** A change while this step still reads the source. */
async function change<T>(
  { call, source, step }: Pick<Reading, 'call' | 'source' | 'step'>,
  what: {
    readonly action: `knowledge.${string}`;
    readonly facts?: Readonly<Record<string, number | string>>;
  },
  work: (tx: WriteTransaction) => Promise<T>,
): Promise<T> {
  return call.ports.database.write(
    call,
    { permission: 'system', audit: { ...what, target: source.id } },
    async (tx) => {
      if (!(await holdReading(tx, source.id, step))) throw new ReadingOver();
      return work(tx);
    },
  );
}

async function chooseKind(call: ReadingCall, source: SourceRow, step: number): Promise<'full' | 'changes'> {
  const { database, embedder } = call.ports;
  const model = embedder.model?.id ?? null;
  const isDue = await database.read(call, (tx) => isFullDue(tx, source.id));
  // Text that is not stored has to be met again for vectors of another model.
  const lacksVectors = model !== null && source.embedding_model !== model;
  const kind = isDue || source.watermark === null || lacksVectors ? 'full' : 'changes';
  await change({ call, source, step }, { action: 'knowledge.reading-began', facts: { kind } }, (tx) =>
    noteKind(tx, source.id, { kind, model }),
  );
  return kind;
}

async function goOn(reading: Reading): Promise<void> {
  const { call, parts, site, source, kind, step } = reading;
  for (let { cursor } = source; ;) {
    const page =
      kind === 'full'
        ? { ...(await site.list(cursor)), gone: [], until: null }
        : await site.changedSince(source.watermark ?? '', cursor);
    await removeGone(reading, page.gone);
    if (!(await readLocators(reading, page.locators))) {
      await change(reading, { action: 'knowledge.reading-goes-on' }, (tx) =>
        leaveToNextStep(tx, { ...call, ports: { jobs: parts.jobs } }, source.id, step),
      );
      return;
    }
    cursor = page.next;
    const counted = { ...nothing, skipped: page.skipped.length };
    await change(reading, { action: 'knowledge.part-read' }, (tx) =>
      noteProgress(tx, source.id, counted, { cursor, nextWatermark: page.until }),
    );
    if (cursor === null) break;
  }
  await finish(reading);
}

/** False: the time is over before all were read. */
async function readLocators(reading: Reading, locators: readonly Locator[]): Promise<boolean> {
  const { call, source } = reading;
  const { database, embedder, clock } = call.ports;
  const modelId = embedder.model?.id;
  const known = await database.read(call, (tx) =>
    readKnown(
      tx,
      source.id,
      locators.map(({ externalId }) => externalId),
    ),
  );
  const isSeen = (document: KnownDocument | undefined): boolean => document?.seenRun === source.run;
  const isSame = ({ externalId, version }: Locator): boolean => {
    const document = known.get(externalId);
    return (
      document !== undefined &&
      version !== null &&
      document.version === version &&
      (modelId === undefined || document.chunks === 0 || document.embeddingModel === modelId)
    );
  };
  const unmet = locators.filter(({ externalId }) => !isSeen(known.get(externalId)));
  const same = unmet.filter(isSame).map(({ externalId }) => externalId);
  if (same.length > 0)
    await change(reading, { action: 'knowledge.unchanged-met', facts: { read: same.length } }, async (tx) => {
      await markSeen(tx, source.id, source.run, same);
      await noteProgress(tx, source.id, { ...nothing, read: same.length });
    });
  const rest = unmet.filter((locator) => !isSame(locator));
  for (let from = 0; from < rest.length; from += fetchedAtOnce) {
    call.signal.throwIfAborted();
    if (clock.elapsed() > reading.until) return false;
    if (!(await database.read(call, (tx) => isReadBy(tx, source.id, reading.step)))) throw new ReadingOver();
    await readBatch(reading, rest.slice(from, from + fetchedAtOnce), known);
  }
  return true;
}

async function readBatch(
  reading: Reading,
  locators: readonly Locator[],
  known: ReadonlyMap<string, KnownDocument>,
): Promise<void> {
  const { source, site } = reading;
  const ids = locators.map(({ externalId }) => externalId);
  const fetched = await site.read(ids);
  let changed = 0;
  let failed = 0;
  for (const one of fetched) {
    const document = known.get(one.externalId);
    if (one.state === 'found') changed += (await storeFetched(reading, one, document)) ? 1 : 0;
    else if (one.state === 'failed') failed += 1;
    else if (document !== undefined) await removeGone(reading, [one.externalId]);
  }
  // What failed stays as it was and is tried again with the next reading.
  await change(
    reading,
    { action: 'knowledge.batch-read', facts: { read: ids.length, changed, failed } },
    async (tx) => {
      await markSeen(tx, source.id, source.run, ids);
      await noteProgress(tx, source.id, { read: ids.length, changed, failed, skipped: 0 });
    },
  );
}

async function removeGone(reading: Reading, externalIds: readonly string[]): Promise<void> {
  const { call, source } = reading;
  const known = await call.ports.database.read(call, (tx) => readKnown(tx, source.id, externalIds));
  for (const { id } of known.values())
    await change(reading, { action: 'knowledge.document-gone' }, (tx) => deleteDocument(tx, source.id, id));
}

async function finish(reading: Reading): Promise<void> {
  const { call, source, kind } = reading;
  if (kind === 'full')
    for (;;) {
      const unmet = await call.ports.database.read(call, (tx) =>
        readUnmet(tx, source.id, source.run, fetchedAtOnce),
      );
      if (unmet.length === 0) break;
      for (const id of unmet)
        await change(reading, { action: 'knowledge.document-gone' }, (tx) =>
          deleteDocument(tx, source.id, id),
        );
    }
  const modelId = call.ports.embedder.model?.id;
  await change(reading, { action: 'knowledge.read', facts: { kind } }, async (tx) => {
    if (modelId !== undefined) await settleModel(tx, source.id, modelId);
    await endReading(tx, source.id, kind);
  });
}

async function noteFailure(call: ReadingCall, sourceId: string, step: number, error: unknown): Promise<void> {
  const code = toProblem(error).type;
  const again = call.attempt < mostTries;
  await call.ports.database.write(
    call,
    {
      permission: 'system',
      audit: {
        action: 'knowledge.reading-failed',
        target: sourceId,
        outcome: 'failed',
        facts: { problem: code },
      },
    },
    async (tx) => {
      if (await holdReading(tx, sourceId, step)) await failReading(tx, sourceId, code, again);
    },
  );
}
