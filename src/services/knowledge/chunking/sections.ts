import type { DocumentBlock } from '../../../kernel/document-blocks.ts';
import type { PlacedBlock } from './render-document.ts';

/** Consecutive blocks under the same headings. */
export interface Section {
  readonly headingPath: readonly string[];
  readonly blocks: readonly PlacedBlock[];
}

const longestHeading = 200;

/** Parts a document at its headings. A heading with nothing under it is text of the section above it. */
export function sectionsOf(blocks: readonly PlacedBlock[]): readonly Section[] {
  const sections: Section[] = [];
  const path: { readonly level: number; readonly text: string }[] = [];
  let open: PlacedBlock[] = [];
  const close = (): void => {
    if (open.length > 0) sections.push({ headingPath: path.map(({ text }) => text), blocks: open });
    open = [];
  };
  blocks.forEach((placed, index) => {
    const { block } = placed;
    if (!isHeading(block)) {
      open.push(placed);
      return;
    }
    if ((path.at(-1)?.level ?? 0) >= block.level) {
      close();
      while ((path.at(-1)?.level ?? 0) >= block.level) path.pop();
    }
    const next = blocks[index + 1]?.block;
    const isEmpty = next === undefined || (isHeading(next) && next.level <= block.level);
    if (isEmpty) {
      open.push(placed);
      return;
    }
    close();
    path.push({ level: block.level, text: block.text.replace(/\s+/g, ' ').trim() });
  });
  close();
  return sections;
}

/** A heading longer than a line or two is a paragraph that was set large. */
function isHeading(block: DocumentBlock): block is Extract<DocumentBlock, { kind: 'heading' }> {
  return block.kind === 'heading' && block.text.length <= longestHeading;
}
