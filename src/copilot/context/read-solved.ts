import { Transient } from '../../kernel/transient.ts';
import type { HelpDesk, HelpDeskCall, TicketWithComments } from '../../ports/help-desk.ts';
import { findDuplicates, indexCandidates } from '../evidence/duplicates.ts';
import { compared, comparedConversation } from '../evidence/tickets.ts';
import type { Neighbours } from './catalogue.ts';
import { optional } from './find-neighbours.ts';

const ticketsRead = 3;

/** The solved tickets most like this one, with what was written in them; best first. */
export async function readSolved(
  helpDesk: HelpDesk,
  call: HelpDeskCall,
  ticket: Transient<TicketWithComments>,
  neighbours: Transient<Neighbours>,
): Promise<Transient<readonly TicketWithComments[]>> {
  const best = Transient.all([ticket, neighbours]).map(([conversation, { solved }]) =>
    findDuplicates(
      comparedConversation(conversation),
      indexCandidates(solved.map(compared)),
      ticketsRead,
    ).map(({ id }) => id),
  );
  // Ids are no content: they may leave the Transient one at a time.
  const ids = Array.from({ length: best.measure((list) => list.length) }, (_, at) =>
    best.measure((list) => list[at] ?? 0),
  );
  const read = await Promise.all(
    ids.map((id) =>
      optional(
        helpDesk.ticketWithComments(call, id).then((found) => found.map((one) => [one])),
        call.signal,
      ),
    ),
  );
  return Transient.all(read).map((found) => found.flat());
}
