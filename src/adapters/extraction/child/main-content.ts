import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import { isHidden, visibilityOf, visiblePage, type Visibility } from '../../../kernel/html/hidden-style.ts';

// Larger pages are generated lists, and finding their main content takes memory by the gigabyte.
const longestPage = 2 * 1024 * 1024;
const mostElements = 40_000;

/** HTML of a page's main content without what cannot be seen; undefined when none is found or the page is too large to look. */
export function mainContent(html: string): string | undefined {
  if (html.length > longestPage || countElements(html) > mostElements) return undefined;
  try {
    const { document } = parseHTML(html);
    removeHidden(document as unknown as Node);
    const article = new Readability(document as unknown as Document, {
      charThreshold: 200,
      keepClasses: false,
    }).parse();
    return article?.content ?? undefined;
  } catch {
    // Nested deeper than it can follow: the page is read as a whole.
    return undefined;
  }
}

/** Styles are gone after the main content is found; what they hid goes first. */
function removeHidden(document: Node): void {
  const gone: ChildNode[] = [];
  const open: { readonly node: Node; readonly visibility: Visibility }[] = [
    { node: document, visibility: visiblePage },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const child of next.node.childNodes) {
      if (child.nodeType === 3 && isHidden(next.visibility)) gone.push(child);
      if (child.nodeType !== 1) continue;
      const attributes = Object.fromEntries(
        [...(child as unknown as Element).attributes].map(({ name, value }) => [name, value]),
      );
      open.push({ node: child, visibility: visibilityOf(next.visibility, attributes) });
    }
  }
  for (const node of gone) node.remove();
}

function countElements(html: string): number {
  let count = 0;
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at + 1)) count += 1;
  return count / 2;
}
