import {
  knowledgeLimits,
  type KnowledgeSettings,
  type KnowledgeSourceView,
} from '../../contract/knowledge.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { requireNoHold } from '../accounts/account-queries.ts';
import { unlessHeld } from '../subscriptions/record-hold.ts';
import { isLocated } from './located.ts';
import { enqueueReading } from './reading-queries.ts';
import {
  closeSource,
  countSources,
  deleteChunksOfSource,
  deleteSource,
  hasAiAgent,
  insertSource,
  lockKnowledge,
  readSource,
  updateSource,
} from './source-queries.ts';
import { openSettings, sealSettings, showSource } from './source-view.ts';

type ManageCall = Call<'database' | 'secretBox' | 'embedder' | 'ids' | 'jobs'>;

const permission = 'settings:write';
const deletedAtOnce = 1_000;

/** Adds a source; what is read from elsewhere is read soon. Throws `not-found` for an unknown AI agent, `knowledge-full`. */
export async function createSource(
  call: ManageCall,
  wanted: {
    readonly aiAgentId: string | null;
    readonly inCopilot: boolean;
    readonly internal: boolean;
    readonly name: string;
    readonly settings: KnowledgeSettings;
  },
): Promise<KnowledgeSourceView> {
  const { database, ids, secretBox } = call.ports;
  const { subscriptionId } = call;
  const { aiAgentId, inCopilot, internal, name, settings } = wanted;
  const id = ids.next();
  const sealed = await sealSettings(secretBox, subscriptionId, id, { name, settings });
  const { kind } = settings;
  await database.write(
    call,
    { permission, audit: { action: 'knowledge.source-created', target: id, facts: { kind } } },
    async (tx) => {
      await lockKnowledge(tx);
      if ((await countSources(tx)) >= knowledgeLimits.sources) throw tooManySources();
      if (aiAgentId !== null && !(await hasAiAgent(tx, aiAgentId))) throw new ProblemError('not-found');
      const owner = { subscriptionId, aiAgentId, inCopilot, internal };
      await insertSource(tx, { ...owner, id, kind, settings: sealed });
      if (isLocated(kind)) await enqueueReading(tx, call, id);
    },
  );
  return showSource(call, id);
}

const tooManySources = (): ProblemError =>
  new ProblemError('knowledge-full', {
    detail: `There may be ${knowledgeLimits.sources} sources. Delete one that is no longer needed first.`,
  });

/** Changes what is named. Throws `not-found`, and `invalid-request` for settings of another kind. */
export async function changeSource(
  call: ManageCall,
  sourceId: string,
  wanted: {
    readonly name?: string | undefined;
    readonly inCopilot?: boolean | undefined;
    readonly internal?: boolean | undefined;
    readonly settings?: KnowledgeSettings | undefined;
  },
): Promise<KnowledgeSourceView> {
  const { database, secretBox } = call.ports;
  const row = await database.read(call, (tx) => readSource(tx, sourceId));
  if (row === undefined) throw new ProblemError('not-found');
  const stored = await openSettings(secretBox, call.subscriptionId, row);
  const { name = stored.name, settings = stored.settings } = wanted;
  const { inCopilot = row.in_copilot, internal = row.internal } = wanted;
  if (settings.kind !== row.kind) throw new ProblemError('invalid-request', { detail: 'settings: kind' });
  if (row.ai_agent_id === null ? !inCopilot : internal)
    throw new ProblemError('invalid-request', { detail: 'inCopilot, internal: they do not fit its owner' });
  const readAnew = isLocated(row.kind) && JSON.stringify(settings) !== JSON.stringify(stored.settings);
  const sealed = await sealSettings(secretBox, call.subscriptionId, sourceId, { name, settings });
  await database.write(
    call,
    { permission, audit: { action: 'knowledge.source-changed', target: sourceId } },
    async (tx) => {
      const change = { inCopilot, internal, settings: sealed, readAnew };
      if (!(await updateSource(tx, sourceId, change))) throw new ProblemError('not-found');
      if (readAnew) await enqueueReading(tx, call, sourceId, { startOver: true });
    },
  );
  return showSource(call, sourceId);
}

/**
 * Deletes a source: nothing is found in it from the first transaction on, its chunks go in batches, then itself. Safe to
 * repeat. Throws `not-found`, and `subscription-held` under a legal hold.
 */
export async function removeSource(call: ManageCall, sourceId: string): Promise<void> {
  const { database } = call.ports;
  const decision = (action: 'knowledge.source-closed' | 'knowledge.source-deleted') =>
    ({ permission, audit: { action, target: sourceId } }) as const;
  await unlessHeld(call, permission, 'knowledge-deletion', () =>
    database.write(call, decision('knowledge.source-closed'), async (tx) => {
      await requireNoHold(tx);
      if (!(await closeSource(tx, sourceId))) throw new ProblemError('not-found');
    }),
  );
  for (let gone = deletedAtOnce; gone >= deletedAtOnce;)
    gone = await database.write(call, decision('knowledge.source-deleted'), async (tx) => {
      await requireNoHold(tx);
      const deleted = await deleteChunksOfSource(tx, sourceId, deletedAtOnce);
      if (deleted < deletedAtOnce) await deleteSource(tx, sourceId);
      return deleted;
    });
}
