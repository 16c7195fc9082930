import type { DataBlock } from './data-block.ts';

export interface Fitted {
  readonly blocks: readonly DataBlock[];
  readonly commentsRead: number;
  readonly commentsLeftOut: number;
}

const commentShare = 0.5;

/** Cuts a text in its middle, with a visible gap. */
export function shorten(text: string, share: number): string {
  const keep = Math.max(200, Math.floor(text.length * share));
  if (text.length <= keep) return text;
  return `${text.slice(0, Math.floor(keep * 0.6))}\n[…]\n${text.slice(text.length - Math.floor(keep * 0.4))}`;
}

/** Leaves comments out until the rest fits: the first customer comment and the newest stay longest, then what is left is shortened. */
export function fitWindow(
  blocks: readonly DataBlock[],
  budget: number,
  count: (text: string) => number,
): Fitted {
  const sizes = blocks.map((block) => count(block.text) + 24);
  const isComment = (block: DataBlock): boolean => block.kind === 'comment';
  const comments = blocks.filter(isComment).length;
  let total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= budget) return { blocks, commentsRead: comments, commentsLeftOut: 0 };
  const fixed = blocks.reduce((sum, block, index) => sum + (isComment(block) ? 0 : (sizes[index] ?? 0)), 0);
  const forComments = Math.max(budget * commentShare, budget - fixed);
  const order = commentOrder(blocks);
  const kept = new Set<number>();
  let used = 0;
  for (const index of order) {
    const size = sizes[index] ?? 0;
    if (kept.size >= 2 && used + size > forComments) continue;
    kept.add(index);
    used += size;
  }
  const chosen = blocks.filter((block, index) => !isComment(block) || kept.has(index));
  total = fixed + used;
  const share = total > budget ? (budget / total) * 0.95 : 1;
  return {
    blocks: share < 1 ? chosen.map((block) => ({ ...block, text: shorten(block.text, share) })) : chosen,
    commentsRead: kept.size,
    commentsLeftOut: comments - kept.size,
  };
}

/** Indexes of comments by how much they matter: first customer comment, then newest to oldest. */
function commentOrder(blocks: readonly DataBlock[]): number[] {
  const indexes = blocks
    .map((block, index) => (block.kind === 'comment' ? index : -1))
    .filter((index) => index >= 0);
  const first = indexes.find((index) => blocks[index]?.attributes['author'] === 'customer');
  const newestFirst = indexes.toReversed().filter((index) => index !== first);
  const newest = newestFirst.shift();
  return [...(newest === undefined ? [] : [newest]), ...(first === undefined ? [] : [first]), ...newestFirst];
}

/** Splits comments into parts that each fit; a comment longer than a part is cut into pieces. Other blocks are left to the caller. */
export function splitIntoParts(
  comments: readonly DataBlock[],
  budget: number,
  count: (text: string) => number,
): DataBlock[][] {
  const parts: DataBlock[][] = [];
  let part: DataBlock[] = [];
  let used = 0;
  for (const block of comments.flatMap((comment) => cutIntoPieces(comment, budget, count))) {
    const size = count(block.text) + 24;
    if (part.length > 0 && used + size > budget) {
      parts.push(part);
      part = [];
      used = 0;
    }
    part.push(block);
    used += size;
  }
  if (part.length > 0) parts.push(part);
  return parts;
}

function cutIntoPieces(block: DataBlock, budget: number, count: (text: string) => number): DataBlock[] {
  const size = count(block.text);
  if (size <= budget - 24) return [block];
  const pieces = Math.ceil(size / Math.max(1, (budget - 24) * 0.9));
  const length = Math.ceil(block.text.length / pieces);
  return Array.from({ length: pieces }, (_, index) => ({
    ...block,
    text: block.text.slice(index * length, (index + 1) * length),
  }));
}
