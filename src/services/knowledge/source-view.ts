import { z } from 'zod';
import { KnowledgeSettings, type KnowledgeSourceView } from '../../contract/knowledge.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { SecretBox } from '../../ports/secret-box.ts';
import { openedOrUndefined } from '../secrets/opened-or-undefined.ts';
import { knowledgeBinding } from './bindings.ts';
import {
  countKnowledge,
  readSource,
  readSources,
  type SourceCounts,
  type SourceRow,
} from './source-queries.ts';

type ViewCall = Call<'database' | 'secretBox' | 'embedder'>;

/** What is sealed of a source. */
export const StoredSettings = z.object({ name: z.string(), settings: KnowledgeSettings });
export type StoredSettings = z.infer<typeof StoredSettings>;

export const sealSettings = (
  secretBox: SecretBox,
  subscriptionId: string,
  sourceId: string,
  stored: StoredSettings,
): Promise<string> =>
  secretBox.seal(JSON.stringify(stored), knowledgeBinding.settings(subscriptionId, sourceId));

/** Throws `SecretBoxError` for what a lost root key has shut. */
export async function openSettings(
  secretBox: SecretBox,
  subscriptionId: string,
  row: Pick<SourceRow, 'id' | 'settings'>,
): Promise<StoredSettings> {
  const text = await secretBox.open(row.settings, knowledgeBinding.settings(subscriptionId, row.id));
  return StoredSettings.parse(JSON.parse(text));
}

/** Every source of the subscription, oldest first. */
export async function listSources(call: ViewCall): Promise<readonly KnowledgeSourceView[]> {
  const model = call.ports.embedder.model?.id ?? null;
  const { rows, counts } = await call.ports.database.read(call, async (tx) => ({
    rows: await readSources(tx),
    counts: await countKnowledge(tx, { model }),
  }));
  return Promise.all(rows.map((row) => viewOf(call, row, counts)));
}

/** Throws `not-found`. */
export async function showSource(call: ViewCall, sourceId: string): Promise<KnowledgeSourceView> {
  const model = call.ports.embedder.model?.id ?? null;
  const { row, counts } = await call.ports.database.read(call, async (tx) => ({
    row: await readSource(tx, sourceId),
    counts: await countKnowledge(tx, { model, sourceId }),
  }));
  if (row === undefined) throw new ProblemError('not-found');
  return viewOf(call, row, counts);
}

async function viewOf(
  call: ViewCall,
  row: SourceRow,
  counts: readonly SourceCounts[],
): Promise<KnowledgeSourceView> {
  const stored = await openedOrUndefined(openSettings(call.ports.secretBox, call.subscriptionId, row));
  const {
    documents = 0,
    chunks = 0,
    embedded = 0,
  } = counts.find(({ sourceId }) => sourceId === row.id) ?? {};
  const hasModel = call.ports.embedder.model !== undefined;
  return {
    id: row.id,
    aiAgentId: row.ai_agent_id,
    inCopilot: row.in_copilot,
    internal: row.internal,
    name: stored?.name ?? '',
    settings: stored?.settings ?? emptySettings(row.kind),
    documents,
    chunks,
    vectors: { state: !hasModel ? 'no-model' : embedded < chunks ? 'waiting' : 'done', embedded, chunks },
    reading: readingOf(row),
    createdAt: row.created_at.toISOString(),
  };
}

function readingOf(row: SourceRow): KnowledgeSourceView['reading'] {
  if (row.kind === 'files' || row.kind === 'snippets') return null;
  return {
    state: row.reading ?? 'not-begun',
    kind: row.reading_kind,
    read: row.read,
    changed: row.changed,
    failed: row.failed,
    skipped: row.skipped,
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    problem: row.error_code,
  };
}

/** Of a source whose settings can no longer be opened. */
function emptySettings(kind: SourceRow['kind']): KnowledgeSettings {
  switch (kind) {
    case 'confluence':
      return { kind, spaces: [] };
    case 'help-center':
      return { kind, locales: [] };
    case 'web':
      return { kind, urls: [], sitemaps: [] };
    default:
      return { kind };
  }
}
