import { plausible } from './samples.ts';
import type { Tenant } from './tenant.ts';
import { addTicket } from './tickets.ts';
import type { World } from './world.ts';

/** Two new tickets of a tenant, as a merge names them. */
export async function newTickets(
  tenant: Pick<Tenant, 'upstream'>,
): Promise<{ readonly targetId: number; readonly sourceIds: readonly number[] }> {
  // Tickets of one person: others are not merged.
  const add = () => addTicket(tenant.upstream, String, { requester: 1 });
  const [target, source] = [await add(), await add()];
  return { targetId: target.id, sourceIds: [source.id] };
}

/** The confirmation of a rehearsed merge. */
export async function rehearseMerge(world: World, tenant: Tenant): Promise<string> {
  const { confirmation } = await post(
    world,
    tenant,
    '/v1/sidebar/merges/rehearsal',
    await newTickets(tenant),
  );
  return confirmation ?? String(plausible.mergeConfirmation);
}

/** Merges what was rehearsed; gives the job at Zendesk. */
export async function mergeTickets(world: World, tenant: Tenant, confirmation: string): Promise<string> {
  const { jobId } = await post(world, tenant, '/v1/sidebar/merges', { confirmation });
  return jobId ?? String(plausible.mergeJob);
}

async function post(
  world: World,
  tenant: Tenant,
  path: string,
  body: unknown,
): Promise<Readonly<Record<string, string | undefined>>> {
  const response = await fetch(world.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${await tenant.agentSession()}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Record<string, string | undefined>;
}
