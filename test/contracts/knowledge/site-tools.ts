import { createEgress, type EgressOptions } from '../../../src/adapters/egress/create-egress.ts';
import { createMetrics } from '../../../src/adapters/metrics/metrics.ts';
import { reveal } from '../../../src/kernel/reveal.ts';
import type { Fetched } from '../../../src/ports/knowledge-base.ts';
import type { KnowledgeDocument } from '../../../src/ports/knowledge-document.ts';

/** What an adapter needs from outside, with everything it wrote to the log. */
export function siteTools(options: Partial<EgressOptions>) {
  const written: string[] = [];
  const note = (...parts: unknown[]): void => void written.push(JSON.stringify(parts));
  const metrics = createMetrics();
  const egress = createEgress({ allowedPrivate: [], ...options });
  return {
    written,
    /** The log and the metrics as text. */
    output: async () => `${written.join('\n')}\n${await metrics.render()}`,
    dependencies: {
      egress,
      logger: { info: note, warn: note, error: note },
      metrics,
      clock: { now: () => new Date(), elapsed: () => performance.now() },
      random: () => 0,
    },
    close: () => egress.close(),
  };
}

/** The document of a reading that found one. */
export function documentOf(fetched: Fetched | undefined): KnowledgeDocument {
  if (fetched?.state !== 'found') throw new Error(`Nothing was found: ${fetched?.state ?? 'no answer'}`);
  return reveal(fetched.document, 'reply');
}

/** Everything the document says, one line a block. */
export const textOf = (document: KnowledgeDocument): string =>
  [
    document.title,
    ...document.blocks.map((block) =>
      block.kind === 'table'
        ? block.rows.join('\n')
        : block.kind === 'answer'
          ? `${block.question}\n${block.text}`
          : block.text,
    ),
  ].join('\n');
