import { Transient } from '../../kernel/transient.ts';
import type { HelpDesk, HelpDeskCall, Ticket } from '../../ports/help-desk.ts';
import type { CustomerHistory } from './catalogue.ts';
import { optional } from './find-neighbours.ts';

const ticketsRead = 5;

/** A requester's other tickets, and what was written in the newest; one that cannot be read is left out. */
export async function readHistory(
  helpDesk: HelpDesk,
  call: HelpDeskCall,
  tickets: Transient<readonly Ticket[]>,
): Promise<Transient<CustomerHistory>> {
  const many = Math.min(
    ticketsRead,
    tickets.measure((list) => list.length),
  );
  // Ids are no content: they may leave the Transient one at a time.
  const ids = Array.from({ length: many }, (_, at) => tickets.measure((list) => list[at]?.id ?? 0));
  const read = await Promise.all(
    ids.map((id) =>
      optional(
        helpDesk.ticketWithComments(call, id).then((found) => found.map((one) => [one])),
        call.signal,
      ),
    ),
  );
  return Transient.all([tickets, Transient.all(read)]).map(([all, found]) => ({
    tickets: all,
    conversations: found.flat(),
  }));
}
