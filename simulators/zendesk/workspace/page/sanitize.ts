const ALLOWED = new Set(
  'A B BLOCKQUOTE BR CODE DIV EM H1 H2 H3 H4 H5 H6 HR I LI OL P PRE S SPAN STRONG SUB SUP TABLE TBODY TD TH THEAD TR U UL'.split(
    ' ',
  ),
);
const DROPPED = new Set(
  'SCRIPT STYLE TEMPLATE IFRAME OBJECT EMBED NOSCRIPT LINK META BASE TITLE SVG MATH AUDIO VIDEO CANVAS'.split(
    ' ',
  ),
);
const SAFE_LINK = /^(?:https?:|mailto:|tel:)/i;
const HIDING_STYLE =
  /display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])/i;
const MAXIMUM_DEPTH = 60;

/** How blocked images are worded; `describe` gets the image's alternative text. */
export type SanitizeOptions = { readonly blockedImage: (alternative: string) => string };

const PLAIN: SanitizeOptions = { blockedImage: (alternative) => alternative };

/**
 * Rebuilds foreign HTML from an allow-list: no scripts, styles, handlers or images survive.
 * Text a sender had hidden by style comes out visible, marked with the class `was-hidden`.
 */
export function sanitizeHtml(html: string, options: SanitizeOptions = PLAIN): DocumentFragment {
  const source = new DOMParser().parseFromString(disarm(html), 'text/html');
  const fragment = document.createDocumentFragment();
  for (const child of source.body.childNodes) copyNode(child, fragment, options, 0);
  return fragment;
}

/** The same as `sanitizeHtml`, as a string for the composer. */
export function sanitizeToString(html: string): string {
  const holder = document.createElement('div');
  holder.append(sanitizeHtml(html));
  return holder.innerHTML;
}

// The page's policy reports every inline style and handler it meets while parsing; renaming them first
// keeps the browser's log readable. Safety does not rest on it: the copy below takes no attribute over.
function disarm(html: string): string {
  return html.replace(/<[a-z][^>]*>/gi, (tag) =>
    tag.replace(/([\s"'/])(style|on[a-z]+)(\s*=)/gi, '$1data-was-$2$3'),
  );
}

function copyNode(node: Node, parent: Node, options: SanitizeOptions, depth: number): void {
  if (node.nodeType === Node.TEXT_NODE) {
    parent.appendChild(document.createTextNode(node.textContent ?? ''));
    return;
  }
  if (!(node instanceof Element) || DROPPED.has(node.tagName.toUpperCase()) || depth > MAXIMUM_DEPTH) return;
  if (node.tagName === 'IMG') {
    const text = options.blockedImage(node.getAttribute('alt') ?? '');
    if (text === '') return;
    const mark = document.createElement('span');
    mark.className = 'blocked-image';
    mark.textContent = text;
    parent.appendChild(mark);
    return;
  }
  const target = ALLOWED.has(node.tagName) ? copyElement(node) : parent;
  if (target !== parent) parent.appendChild(target);
  for (const child of node.childNodes) copyNode(child, target, options, depth + 1);
}

function copyElement(node: Element): Element {
  const copy = document.createElement(node.tagName);
  const direction = node.getAttribute('dir');
  if (direction === 'auto' || direction === 'ltr' || direction === 'rtl') copy.setAttribute('dir', direction);
  if (HIDING_STYLE.test(node.getAttribute('data-was-style') ?? '') || node.hasAttribute('hidden')) {
    copy.className = 'was-hidden';
  }
  if (copy instanceof HTMLAnchorElement) copyLink(node, copy);
  if (copy instanceof HTMLTableCellElement) {
    copy.colSpan = Number(node.getAttribute('colspan') ?? 1);
    copy.rowSpan = Number(node.getAttribute('rowspan') ?? 1);
  }
  return copy;
}

function copyLink(node: Element, copy: HTMLAnchorElement): void {
  const address = (node.getAttribute('href') ?? '').trim();
  if (!SAFE_LINK.test(address)) return;
  copy.href = address;
  copy.target = '_blank';
  copy.rel = 'noopener noreferrer nofollow';
}
