import { z } from 'zod';
import { reveal } from '../../kernel/reveal.ts';
import { Transient } from '../../kernel/transient.ts';
import type { HelpDeskCall, Ticket } from '../../ports/help-desk.ts';
import type { ZendeskRequests } from './request.ts';
import { mergeRanked, searchableWords, singleWords, wordSets } from './search-words.ts';
import { toTicket, zendeskTicket } from './tickets.ts';

// One odd record among the results does not cost the others.
const ticketsAnswer = z.object({ results: z.array(zendeskTicket.nullable().catch(null)) });

/** Runs one search per set of words in parallel, then for single words when nothing was found; fails only when every search fails. */
export async function searchInSets<T extends { readonly id: number }>(
  words: Transient<readonly string[]>,
  limit: number,
  search: (set: readonly string[]) => Promise<readonly T[]>,
): Promise<Transient<readonly T[]>> {
  const usable = searchableWords(reveal(words, 'help-desk'));
  const run = async (sets: readonly string[][]): Promise<T[]> => {
    const outcomes = await Promise.allSettled(sets.map(search));
    const lists = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (lists.length === 0 && failed !== undefined) throw failed.reason;
    return mergeRanked(lists, limit);
  };
  const found = await run(wordSets(usable));
  return Transient.of(found.length > 0 ? found : await run(singleWords(usable)));
}

/** Solved or open tickets for the words; the brand limits of the connection hold too. */
export function searchTickets(
  requests: ZendeskRequests,
  call: HelpDeskCall,
  words: Transient<readonly string[]>,
  options: { readonly state: 'solved' | 'open'; readonly brandId: number | null; readonly limit: number },
): Promise<Transient<readonly Ticket[]>> {
  const { brandIds } = call.connection;
  const onlyBrand = options.brandId ?? (brandIds?.length === 1 ? brandIds[0] : undefined);
  const covered = (brandId: number | null): boolean =>
    (options.brandId === null || brandId === options.brandId) &&
    (brandIds === null || (brandId !== null && brandIds.includes(brandId)));
  return searchInSets(words, options.limit, async (set) => {
    const parts = [
      'type:ticket',
      options.state === 'solved' ? 'status>=solved' : 'status<solved',
      ...(onlyBrand === undefined ? [] : [`brand:${onlyBrand}`]),
      ...set,
    ];
    const query = { query: parts.join(' '), per_page: String(Math.min(Math.max(options.limit, 1), 100)) };
    const { results } = await requests.json(
      call,
      { operation: 'search-tickets', path: 'search', query, missing: 'not-found' },
      ticketsAnswer,
    );
    return results.flatMap((raw) => {
      const ticket = raw === null ? undefined : toTicket(raw);
      const solved = ticket?.status === 'solved' || ticket?.status === 'closed';
      const wanted = solved === (options.state === 'solved');
      return ticket !== undefined && wanted && covered(ticket.brandId) ? [ticket] : [];
    });
  });
}
