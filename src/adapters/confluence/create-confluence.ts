import { z } from 'zod';
import { parseJson } from '../../kernel/json.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { ConfluenceSite } from '../../ports/confluence.ts';
import type { ConfluenceSource, KnowledgeBase } from '../../ports/knowledge-base.ts';
import { exchange, NetworkFailure } from './exchange.ts';
import { changedPages, listPages, readPages } from './pages.ts';
import { ConfluenceRequests, unreadableAnswer, type ConfluenceRequestOptions } from './request.ts';
import { searchPages } from './search.ts';
import { listSpaces } from './spaces.ts';

const tenantInfo = z.object({ cloudId: z.string().regex(/^[0-9a-f-]{36}$/i) });

/** Confluence Cloud: pages as knowledge, and what the console asks of a site. */
export function createConfluence(options: ConfluenceRequestOptions): {
  readonly pages: KnowledgeBase<ConfluenceSource>;
  readonly site: ConfluenceSite;
} {
  const requests = new ConfluenceRequests(options);
  return {
    pages: {
      list: (call, cursor) => listPages(requests, call, cursor),
      read: (call, externalIds) => readPages(requests, call, externalIds),
      changedSince: (call, since, cursor) => changedPages(requests, call, since, cursor),
      search: (call, words, { limit }) => searchPages(requests, call, words, limit),
    },
    site: {
      spaces: (call, cursor) => listSpaces(requests, call, cursor),
      async checkConnection(call) {
        await listSpaces(requests, call, null, 1);
      },
      async cloudIdOf({ access, signal, onRoundTrip }) {
        const answer = await exchange(options, {
          operation: 'cloud-id',
          subscriptionId: access.subscriptionId,
          url: `${requests.readerOrigin(access.siteUrl)}/_edge/tenant_info`,
          headers: { accept: 'application/json' },
          signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
          number: 1,
          onRoundTrip,
        }).catch((error: unknown) => {
          if (signal.aborted) throw signal.reason;
          throw error instanceof NetworkFailure || !(error instanceof ProblemError)
            ? new ProblemError('confluence-unavailable')
            : error;
        });
        if (answer.status !== 200) throw new ProblemError('confluence-unavailable');
        const parsed = tenantInfo.safeParse(parseJson(answer.text));
        if (!parsed.success) throw unreadableAnswer();
        return parsed.data.cloudId;
      },
    },
  };
}
