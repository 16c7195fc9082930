import { randomBytes } from 'node:crypto';
import type { AiAgent, AiAgentSettings } from '../../contract/ai-agents.ts';
import type { Call } from '../../ports/call.ts';
import { requireRoom } from '../quotas/require-room.ts';
import { countAiAgents, insertAiAgent, insertVersion } from './ai-agent-queries.ts';
import { readAiAgent } from './read-ai-agents.ts';
import { sealSettings } from './sealed-settings.ts';

type CreateCall = Call<'database' | 'secretBox' | 'ids' | 'clock'>;

/** 128 random bits: public, and still not to be guessed. */
const newWidgetKey = (): string => randomBytes(16).toString('base64url');

/** Makes a draft with its first version. Throws `quota-exceeded`. */
export async function createAiAgent(
  call: CreateCall,
  { name, settings }: { readonly name: string; readonly settings: AiAgentSettings },
): Promise<AiAgent> {
  const { subscriptionId, actor } = call;
  const { database, secretBox, ids, clock } = call.ports;
  const id = ids.next();
  const now = clock.now();
  const sealed = await sealSettings(secretBox, { subscriptionId, aiAgentId: id, version: 1 }, settings);
  await database.write(
    call,
    { permission: 'settings:write', audit: { action: 'ai-agent.created', target: id } },
    async (tx) => {
      await requireRoom(tx, 'ai-agents', countAiAgents);
      await insertAiAgent(tx, { subscriptionId, id, name, widgetKey: newWidgetKey(), now });
      await insertVersion(tx, {
        subscriptionId,
        aiAgentId: id,
        version: 1,
        settings: sealed,
        accountId: actor.kind === 'account' ? actor.id : null,
        now,
      });
    },
  );
  return readAiAgent(call, id);
}
