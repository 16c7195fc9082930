import type { KnowledgeBase, WebSource } from '../../ports/knowledge-base.ts';
import type { TextExtractor } from '../../ports/text-extractor.ts';
import type { WebDependencies } from './exchange.ts';
import { changedPages, listPages, visitorOf } from './list-pages.ts';
import { readPages } from './read-pages.ts';
import { Visits } from './visit.ts';

/** Pages of the public web as knowledge, read as robots.txt wishes and taken apart in a confined process, as files are. */
export function createWebPages(
  dependencies: WebDependencies & { readonly textExtractor: Pick<TextExtractor, 'extract'> },
): KnowledgeBase<WebSource> {
  const visits = new Visits(dependencies);
  const { clock, textExtractor } = dependencies;
  return {
    async list(call, cursor) {
      const visitor = visitorOf(call.source, call);
      const { locators, skipped, next } = await listPages(visits, visitor, call.source, cursor, clock.now());
      return { locators, skipped, next };
    },
    read: (call, externalIds) => readPages(visits, textExtractor, visitorOf(call.source, call), externalIds),
    changedSince: (call, since, cursor) =>
      changedPages(visits, visitorOf(call.source, call), call.source, since, cursor, clock.now()),
    // Sites have no search that programs may use.
    search: async () => [],
  };
}
