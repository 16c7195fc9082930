import { z } from 'zod';
import type { ConfluenceCall, ConfluenceSite } from '../../ports/confluence.ts';
import { cursorIn } from './pages.ts';
import type { ConfluenceRequests } from './request.ts';

const spacesAnswer = z.object({
  results: z.array(
    z.object({ id: z.string(), key: z.string(), name: z.string().nullish(), type: z.string().nullish() }),
  ),
  _links: z.object({ next: z.string().nullish() }).nullish(),
});

/** Current spaces the access may see, 100 at a time. */
export async function listSpaces(
  requests: ConfluenceRequests,
  call: ConfluenceCall,
  cursor: string | null,
  limit = 100,
): ReturnType<ConfluenceSite['spaces']> {
  const { results, _links: links } = await requests.json(
    call,
    {
      operation: 'spaces',
      path: 'api/v2/spaces',
      query: [
        ['status', 'current'],
        ['sort', 'name'],
        ['limit', String(limit)],
        ...(cursor === null ? [] : [['cursor', cursor] as const]),
      ],
    },
    spacesAnswer,
  );
  return {
    spaces: results.map(({ id, key, name, type }) => ({
      id,
      key,
      name: name ?? key,
      type: type ?? 'global',
    })),
    next: results.length === 0 ? null : cursorIn(links?.next ?? null),
  };
}
