import type { MacroReport, MacroSync } from '../../contract/macros.ts';
import type { Call } from '../../ports/call.ts';
import { readMacros } from '../../services/macros/macro-queries.ts';
import { readSync, type SyncRow } from '../../services/macros/sync-queries.ts';
import { countMacroEvents, countMacroLooks } from '../../services/macros/telemetry-queries.ts';
import type { SettingsReader } from '../../services/settings/settings-reader.ts';
import { estimateAcceptance, type AcceptanceModel } from '../evidence/macro-acceptance.ts';
import { percent } from '../evidence/tickets.ts';
import { countedDays, openMacros } from './macro-reader.ts';

type ReadCall = Call<'database' | 'secretBox'>;

const reportDays = 30;
/** Fewer showings than this say nothing about a macro that nobody took. */
const leastShown = 10;
/** Fewer looks than this say nothing about a group. */
const leastLooks = 10;
const leastMissed = 0.3;

/** How far reading the macros has come. */
export async function macroSyncOf(call: Call<'database'>, settings: SettingsReader): Promise<MacroSync> {
  const { zendesk } = await settings.any(call.subscriptionId);
  return syncOf(zendesk !== undefined, await call.ports.database.read(call, readSync));
}

function syncOf(isConnected: boolean, row: SyncRow | undefined): MacroSync {
  const about = {
    kind: row?.kind ?? null,
    read: row?.read ?? 0,
    total: row?.total ?? null,
    startedAt: row?.startedAt.toISOString() ?? null,
    finishedAt: row?.finishedAt?.toISOString() ?? null,
    problem: row?.errorCode ?? null,
  };
  if (!isConnected) return { ...about, state: 'not-connected' };
  if (row === undefined) return { ...about, state: 'not-begun' };
  return { ...about, state: row.errorCode !== null ? 'failed' : row.isRunning ? 'running' : 'done' };
}

/** Every stored macro with what agents did with it, by title. */
export async function listMacros(call: ReadCall, settings: SettingsReader) {
  const { zendesk } = await settings.any(call.subscriptionId);
  const [sync, rows, counts] = await call.ports.database.read(call, async (tx) => [
    await readSync(tx),
    await readMacros(tx),
    await countMacroEvents(tx, countedDays),
  ]);
  const model = estimateAcceptance(counts);
  const opened = await openMacros(call.ports.secretBox, call.subscriptionId, rows);
  return {
    macros: opened
      .map(({ row, document }) => ({
        ...countedOf(row, document?.title, model),
        active: row.active,
        restriction:
          row.restriction === null ? null : { type: row.restriction.type, ids: [...row.restriction.ids] },
      }))
      .toSorted((a, b) => a.title.localeCompare(b.title) || a.id - b.id),
    sync: syncOf(zendesk !== undefined, sync),
  };
}

/** Macros nobody uses and groups that lack some, from counts alone. */
export async function macroReport(call: Call<'database' | 'secretBox' | 'clock'>): Promise<MacroReport> {
  const [rows, counts, recent, looks] = await call.ports.database.read(call, async (tx) => [
    await readMacros(tx),
    await countMacroEvents(tx, countedDays),
    await countMacroEvents(tx, reportDays),
    await countMacroLooks(tx, reportDays),
  ]);
  const model = estimateAcceptance(counts);
  const inReport = estimateAcceptance(recent);
  const young = call.ports.clock.now().getTime() - reportDays * 86_400_000;
  const opened = await openMacros(call.ports.secretBox, call.subscriptionId, rows);
  return {
    days: reportDays,
    dead: opened.flatMap(({ row, document }) => {
      const { shown = 0, applied = 0 } = inReport.byMacro.get(row.id) ?? {};
      const isUsed = applied > 0 || (row.usedIn30Days ?? 0) > 0;
      if (!row.active || isUsed || row.updatedAt.getTime() > young) return [];
      // Shown a few times and not taken is too little to judge by.
      if (shown > 0 && shown < leastShown) return [];
      const because = shown > 0 ? ('never-taken' as const) : ('never-shown' as const);
      return [{ ...countedOf(row, document?.title, model), because }];
    }),
    missing: looks
      .filter((group) => group.looks >= leastLooks && group.misses / group.looks >= leastMissed)
      .map(({ groupId, ...group }) => ({ ...group, groupId: groupId === 0 ? null : groupId })),
    looked: [...model.looked].map(([rank, share]) => ({ rank, share: percent(share) })),
  };
}

function countedOf(
  row: { readonly id: number; readonly usedIn30Days: number | null; readonly updatedAt: Date },
  title: string | undefined,
  model: AcceptanceModel,
) {
  const known = model.byMacro.get(row.id);
  return {
    id: row.id,
    // The keys of this server do not open it; the next reading after a change replaces it.
    title: title ?? '',
    shown: known?.shown ?? 0,
    applied: known?.applied ?? 0,
    acceptance: known === undefined ? null : percent(known.rate),
    usedInZendesk: row.usedIn30Days,
    updatedAt: row.updatedAt.toISOString(),
  };
}
