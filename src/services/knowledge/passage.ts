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
  /** What each way of searching gave it; shown where an AI agent is tried out. */
  readonly found?: FoundBy;
}

/** A passage's place and score by words and by vector; null: that way did not find it. */
export interface FoundBy {
  readonly words: { readonly place: number; readonly score: number } | null;
  /** `score` is the cosine, -1 to 1. */
  readonly vector: { readonly place: number; readonly score: number } | null;
}

/** How much of the question's words one passage holds, and how much it must hold to count as an answer; 0 to 1. */
export interface FloorCheck {
  readonly reached: number;
  readonly needed: number;
}

export interface Retrieved {
  /** Best first. */
  readonly passages: Transient<readonly Passage[]>;
  /** How they were found. */
  readonly mode: 'lexical' | 'fused';
  /** False: nothing reaches the agent's floor, so that the honest answer is "I don't know". */
  readonly sure: boolean;
  /** Sources that could not be asked: what they say is missing here. */
  readonly missing?: readonly { readonly sourceId: string; readonly problem: string }[];
  /** What `sure` was judged by; undefined where there was nothing to judge. */
  readonly floor?: FloorCheck | undefined;
}
