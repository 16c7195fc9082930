import { randomBytes } from 'node:crypto';
import type { AiAgent, AiAgentSettings } from '../../contract/ai-agents.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { requireNoHold } from '../accounts/account-queries.ts';
import { unlessHeld } from '../subscriptions/record-hold.ts';
import {
  deleteAiAgentRow,
  insertVersion,
  lockNewestVersion,
  readAiAgentLine,
  readVersion,
  updateAiAgent,
} from './ai-agent-queries.ts';
import { readAiAgent } from './read-ai-agents.ts';
import { identitySecretBinding, sealSettings } from './sealed-settings.ts';

type ChangeCall = Call<'database' | 'secretBox' | 'clock'>;

const decision = (action: `ai-agent.${string}`, target: string, facts = {}) =>
  ({ permission: 'settings:write', audit: { action, target, facts } }) as const;

/** Renames it or switches it. Throws `not-found`, and `conflict` when nothing was published that could answer. */
export async function changeAiAgent(
  call: ChangeCall,
  id: string,
  { name, status }: { readonly name?: string | undefined; readonly status?: 'active' | 'off' | undefined },
): Promise<AiAgent> {
  const facts = { ...(status !== undefined && { status }), ...(name !== undefined && { renamed: true }) };
  await call.ports.database.write(call, decision('ai-agent.changed', id, facts), async (tx) => {
    const line = await readAiAgentLine(tx, id);
    if (line === undefined) throw new ProblemError('not-found');
    if (status === 'active' && line.publishedVersion === null)
      throw new ProblemError('conflict', { detail: 'Publish a version first.' });
    await updateAiAgent(tx, id, {
      ...(name !== undefined && { name }),
      ...(status !== undefined && { status }),
      updated_at: call.ports.clock.now(),
    });
  });
  return readAiAgent(call, id);
}

/** Saves settings as the next version. Throws `not-found`, and `conflict` when `basedOn` is not the newest. */
export async function saveAiAgentSettings(
  call: ChangeCall,
  id: string,
  { basedOn, settings }: { readonly basedOn: number; readonly settings: AiAgentSettings },
): Promise<AiAgent> {
  const { subscriptionId, actor } = call;
  const version = basedOn + 1;
  const sealed = await sealSettings(
    call.ports.secretBox,
    { subscriptionId, aiAgentId: id, version },
    settings,
  );
  const now = call.ports.clock.now();
  await call.ports.database.write(call, decision('ai-agent.settings-saved', id, { version }), async (tx) => {
    const newest = await lockNewestVersion(tx, id);
    if (newest === undefined) throw new ProblemError('not-found');
    if (newest !== basedOn)
      throw new ProblemError('conflict', { detail: 'Somebody saved another version just now.' });
    await insertVersion(tx, {
      subscriptionId,
      aiAgentId: id,
      version,
      settings: sealed,
      accountId: actor.kind === 'account' ? actor.id : null,
      now,
    });
    await updateAiAgent(tx, id, { updated_at: now });
  });
  return readAiAgent(call, id);
}

/** Lets a version answer; a draft becomes active, one that is off stays off. Throws `not-found`. */
export async function publishAiAgentVersion(call: ChangeCall, id: string, version: number): Promise<AiAgent> {
  await call.ports.database.write(call, decision('ai-agent.published', id, { version }), async (tx) => {
    if ((await lockNewestVersion(tx, id)) === undefined) throw new ProblemError('not-found');
    const line = await readAiAgentLine(tx, id);
    if (line === undefined || (await readVersion(tx, id, version)) === undefined)
      throw new ProblemError('not-found');
    await updateAiAgent(tx, id, {
      published_version: version,
      ...(line.status === 'draft' && { status: 'active' as const }),
      updated_at: call.ports.clock.now(),
    });
  });
  return readAiAgent(call, id);
}

/** Makes a new secret, returns it once and keeps it sealed. Throws `not-found`. */
export async function setIdentitySecret(call: ChangeCall, id: string): Promise<string> {
  const secret = randomBytes(32).toString('base64url');
  const sealed = await call.ports.secretBox.seal(secret, identitySecretBinding(call.subscriptionId, id));
  await storeSecret(call, id, sealed, 'ai-agent.identity-secret-set');
  return secret;
}

/** Throws `not-found`. */
export const removeIdentitySecret = (call: ChangeCall, id: string): Promise<void> =>
  storeSecret(call, id, null, 'ai-agent.identity-secret-removed');

async function storeSecret(
  call: ChangeCall,
  id: string,
  sealed: string | null,
  action: `ai-agent.${string}`,
): Promise<void> {
  await call.ports.database.write(call, decision(action, id), async (tx) => {
    const change = { identity_secret: sealed, updated_at: call.ports.clock.now() };
    if (!(await updateAiAgent(tx, id, change))) throw new ProblemError('not-found');
  });
}

/** Takes everything of it along. Throws `not-found`, and `subscription-held` under a legal hold: switching it off is what is left then. */
export async function deleteAiAgent(call: ChangeCall, id: string): Promise<void> {
  await unlessHeld(call, 'settings:write', 'ai-agent-deletion', () =>
    call.ports.database.write(call, decision('ai-agent.deleted', id), async (tx) => {
      await requireNoHold(tx);
      if (!(await deleteAiAgentRow(tx, id))) throw new ProblemError('not-found');
    }),
  );
}
