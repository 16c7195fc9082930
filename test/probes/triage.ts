import { insertTriageChange } from '../../src/services/triage/triage-queries.ts';
import { callIn, decision } from './people.ts';
import type { World } from './world.ts';

/** A change that triage has made to a ticket; gives its id. */
export async function addTriageChange(
  world: World,
  subscriptionId: string,
  ticketId: number,
): Promise<string> {
  const id = world.ports.ids.next();
  await world.ports.database.write(callIn(world, subscriptionId), decision, (tx) =>
    insertTriageChange(tx, subscriptionId, {
      id,
      deliveryId: world.ports.ids.next(),
      ticketId,
      auditId: 1,
      fields: ['priority'],
      band: 'high',
      outcome: 'applied',
    }),
  );
  return id;
}
