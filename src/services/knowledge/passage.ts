import type { Transient } from '../../kernel/transient.ts';

export type KnowledgeKind = 'files' | 'snippets' | 'confluence' | 'help-center' | 'web';

/** A chunk of knowledge found for a question. */
export interface Passage {
  readonly chunkId: string;
  readonly sourceId: string;
  readonly kind: KnowledgeKind;
  /** The document's title: a file name, a page's or an article's title. */
  readonly title: string;
  readonly headingPath: readonly string[];
  /** Page of a PDF, counted from 1. */
  readonly page: number | null;
  /** Where a reader can open it; null for files and snippets. */
  readonly url: string | null;
  readonly text: string;
  /** Comparable within one answer only; never sent to a widget. */
  readonly score: number;
  /** Not for customers' eyes: inserting it into a reply asks first. */
  readonly internal: boolean;
}

export interface Retrieved {
  /** Best first. */
  readonly passages: Transient<readonly Passage[]>;
  /** How they were found. */
  readonly mode: 'lexical' | 'fused';
  /** False: nothing reaches the agent's floor, so that the honest answer is "I don't know". */
  readonly sure: boolean;
}
