import { Transient } from '../../kernel/transient.ts';
import type { TicketWithComments } from '../../ports/help-desk.ts';
import { textOf } from '../evidence/duplicates.ts';
import { comparedConversation } from '../evidence/tickets.ts';
import type { MeaningCall, Meanings } from '../ranking/meanings.ts';

/** Cosine of other things to what the customer wrote, by id; empty where nothing can say. */
export async function likenessTo(
  meanings: Pick<Meanings, 'compare'> | undefined,
  call: MeaningCall,
  ticket: Transient<TicketWithComments>,
  others: Transient<readonly { readonly id: number; readonly text: string }[]>,
): Promise<Transient<ReadonlyMap<number, number>>> {
  const likenesses = await meanings?.compare(
    call,
    ticket.map((conversation) => textOf(comparedConversation(conversation))),
    others.map((list) => list.map(({ text }) => text)),
  );
  if (likenesses === undefined) return Transient.of(new Map());
  return Transient.all([others, likenesses]).map(
    ([list, values]) => new Map(list.map(({ id }, at) => [id, values[at] ?? 0])),
  );
}
