import { ProblemError, toProblem } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { WriteTransaction } from '../../ports/database.ts';
import type { AccountMacro, HelpDeskCall } from '../../ports/help-desk.ts';
import type { SettingsReader } from '../settings/settings-reader.ts';
import {
  deleteMacrosNotSeenSince,
  holdConnection,
  markMacrosSeen,
  readMacroVersions,
  upsertMacros,
  type MacroRow,
} from './macro-queries.ts';
import { documentOf, macroBinding, restrictionOf } from './macro-text.ts';
import { beginSync, endSync, failSync, noteSyncProgress, readSync } from './sync-queries.ts';

type SyncCall = Call<'database' | 'helpDesk' | 'secretBox'>;

type Change = Parameters<SyncCall['ports']['database']['write']>;

/** A change while this account is connected: what was read of one that no longer is must not be stored. */
const change = <T>(
  call: SyncCall,
  { connection }: HelpDeskCall,
  why: Change[1],
  work: (tx: WriteTransaction) => Promise<T>,
): Promise<T> =>
  call.ports.database.write(call, why, async (tx) => {
    if (!(await holdConnection(tx, connection.subdomain))) throw new ProblemError('zendesk-not-connected');
    return work(tx);
  });

const decision = (action: `macros.${string}`, facts: Readonly<Record<string, number>>) =>
  ({ permission: 'system', audit: { action, facts } }) as const;

/**
 * Brings the stored macros up to date: what has changed since the last reading, and once a day all of them, which also
 * finds those that are gone. Each page is stored with the place of the next, so that a reading that was cut off goes on
 * there. Safe to repeat. Throws what Zendesk's client throws, after noting it.
 */
export async function syncMacros(
  call: SyncCall,
  settings: SettingsReader,
  onChange: (subscriptionId: string) => void,
): Promise<void> {
  const { subscriptionId } = call;
  const { zendesk } = await settings.get(subscriptionId);
  if (zendesk === undefined) return;
  const helpDeskCall = { connection: zendesk, signal: call.signal };
  try {
    const known = await call.ports.database.read(call, readSync);
    if (known === undefined || known.cursor !== null || known.isFullDue || known.watermark === null)
      await readAll(call, helpDeskCall);
    else await readChanges(call, helpDeskCall, known.watermark);
  } catch (error) {
    if (error instanceof ProblemError && error.type === 'zendesk-not-connected') return;
    if (!call.signal.aborted) await note(call, helpDeskCall, error);
    throw error;
  }
  onChange(subscriptionId);
}

async function readAll(call: SyncCall, helpDeskCall: HelpDeskCall): Promise<void> {
  const { helpDesk } = call.ports;
  const run = await beginOrGoOn(call, helpDeskCall);
  let { cursor, read } = run;
  do {
    const page = await helpDesk.macroPage(helpDeskCall, 'steady', cursor);
    read += page.macros.length;
    cursor = page.next;
    await store(call, helpDeskCall, page.macros, { read, cursor });
  } while (cursor !== null);
  await change(call, helpDeskCall, decision('macros.read', { read }), async (tx) => {
    await deleteMacrosNotSeenSince(tx, run.startedAt);
    await endSync(tx, 'full');
  });
}

/** Where a whole reading begins, or goes on when one was cut off. */
async function beginOrGoOn(
  call: SyncCall,
  helpDeskCall: HelpDeskCall,
): Promise<{ readonly cursor: string | null; readonly read: number; readonly startedAt: Date }> {
  const { database, helpDesk } = call.ports;
  const known = await database.read(call, readSync);
  if (known?.cursor !== null && known !== undefined) return known;
  // What changes from here on is newer than this: the next reading of changes finds it.
  const newest = await helpDesk.macroPage(helpDeskCall, 'newest', null);
  const startedAt = await change(call, helpDeskCall, decision('macros.reading', {}), (tx) =>
    beginSync(tx, call.subscriptionId, {
      kind: 'full',
      total: newest.total,
      nextWatermark: newestOf(newest.macros),
    }),
  );
  return { cursor: null, read: 0, startedAt };
}

/** Newest first, until one is met that is older than the last reading. */
async function readChanges(call: SyncCall, helpDeskCall: HelpDeskCall, since: Date): Promise<void> {
  const { helpDesk } = call.ports;
  let page = await helpDesk.macroPage(helpDeskCall, 'newest', null);
  const { total } = page;
  const nextWatermark = newestOf(page.macros) ?? since;
  await change(call, helpDeskCall, decision('macros.reading', {}), (tx) =>
    beginSync(tx, call.subscriptionId, { kind: 'changes', total, nextWatermark }),
  );
  let read = 0;
  for (;;) {
    // The same second counts again: a change may have followed within it.
    const changed = page.macros.filter(({ updatedAt }) => Date.parse(updatedAt) >= since.getTime());
    read += changed.length;
    await store(call, helpDeskCall, changed, { read, cursor: null });
    if (changed.length < page.macros.length || page.next === null) break;
    page = await helpDesk.macroPage(helpDeskCall, 'newest', page.next);
  }
  await change(call, helpDeskCall, decision('macros.read', { read }), (tx) => endSync(tx, 'changes'));
}

/** Seals and stores what is new or changed, and how far the reading has come with it. */
async function store(
  call: SyncCall,
  helpDeskCall: HelpDeskCall,
  macros: readonly AccountMacro[],
  progress: { readonly read: number; readonly cursor: string | null },
): Promise<void> {
  const { database, secretBox } = call.ports;
  const { subscriptionId } = call;
  const versions = await database.read(call, (tx) =>
    readMacroVersions(
      tx,
      macros.map(({ id }) => id),
    ),
  );
  const isKnown = ({ id, updatedAt }: AccountMacro): boolean =>
    versions.get(id)?.getTime() === Date.parse(updatedAt);
  const changed = macros.filter((macro) => !isKnown(macro));
  const rows = await Promise.all(
    changed.map(async (macro): Promise<MacroRow> => ({
      id: macro.id,
      active: macro.active,
      restriction: restrictionOf(macro),
      document: await secretBox.seal(documentOf(macro), macroBinding(subscriptionId, macro.id)),
      usedIn30Days: macro.usedIn30Days,
      createdAt: new Date(macro.createdAt),
      updatedAt: new Date(macro.updatedAt),
    })),
  );
  await change(call, helpDeskCall, decision('macros.stored', { changed: changed.length }), async (tx) => {
    await upsertMacros(tx, subscriptionId, rows);
    await markMacrosSeen(tx, macros.filter(isKnown));
    await noteSyncProgress(tx, progress);
  });
}

async function note(call: SyncCall, helpDeskCall: HelpDeskCall, error: unknown): Promise<void> {
  const code = error instanceof ProblemError ? toProblem(error).type : 'internal';
  // Zendesk forgets where a list goes on; then it is read from its start.
  await change(call, helpDeskCall, decision('macros.reading-failed', {}), (tx) =>
    failSync(tx, call.subscriptionId, code, code === 'internal'),
  );
}

const newestOf = (macros: readonly AccountMacro[]): Date | null => {
  const first = macros[0];
  return first === undefined ? null : new Date(first.updatedAt);
};
