import { z } from 'zod';
import { reveal } from '../../kernel/reveal.ts';
import type { Transient } from '../../kernel/transient.ts';
import type { ConfluenceSource, ScoredLocator, SiteCall } from '../../ports/knowledge-base.ts';
import { siteCall, readerUrl } from './pages.ts';
import type { ConfluenceRequests } from './request.ts';

const searchAnswer = z.object({
  results: z.array(
    z
      .object({
        content: z.object({
          id: z.string().regex(/^\d{1,20}$/),
          type: z.string(),
          status: z.string(),
          version: z.object({ number: z.number().int() }).nullish(),
          space: z.object({ key: z.string() }).nullish(),
        }),
        lastModified: z.string().nullish(),
      })
      .nullable()
      .catch(null),
  ),
});

const mostWords = 12;
const longestWord = 60;
const mostResults = 50;

/** Confluence's own search by CQL: any of the words counts, Confluence ranks. */
export async function searchPages(
  requests: ConfluenceRequests,
  call: SiteCall<ConfluenceSource>,
  words: Transient<readonly string[]>,
  limit: number,
): Promise<readonly ScoredLocator[]> {
  const wanted = searchableWords(reveal(words, 'knowledge-site'));
  if (wanted.length === 0 || limit < 1) return [];
  const { spaces } = call.source;
  const anyWord = wanted.map((word) => `text ~ ${quoted(word)}`).join(' or ');
  const inSpaces = spaces.map(({ key }) => quoted(key)).join(', ');
  const { results } = await requests.json(
    siteCall(call),
    {
      operation: 'search',
      path: 'rest/api/search',
      query: [
        ['cql', `type = page and space in (${inSpaces}) and (${anyWord})`],
        ['limit', String(Math.min(limit, mostResults))],
        ['expand', 'content.version,content.space'],
        ['excerpt', 'none'],
      ],
    },
    searchAnswer,
  );
  return results.flatMap((result, place) => {
    if (result === null || result.content.type !== 'page' || result.content.status !== 'current') return [];
    const { id, version, space } = result.content;
    const spaceId = spaces.find(({ key }) => key === space?.key)?.id ?? spaces[0]?.id ?? '';
    return [
      {
        externalId: id,
        url: readerUrl(requests, call.source, { id, spaceId }),
        version: version ? String(version.number) : null,
        updatedAt: result.lastModified ?? null,
        score: 1 / (1 + place),
      },
    ];
  });
}

/** Letters and digits only: nothing that CQL or the search below it reads as an operator. */
function searchableWords(words: readonly string[]): string[] {
  const parts = words.flatMap((word) =>
    word
      .normalize('NFKC')
      .toLowerCase()
      .split(/[^\p{L}\p{M}\p{N}]+/u),
  );
  return [...new Set(parts.filter((part) => part !== '' && part.length <= longestWord))].slice(0, mostWords);
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
