import { make } from './dom.ts';

/** Only these leave the page by a click. */
const schemes: readonly string[] = ['https:', 'http:', 'mailto:'];

type Block =
  | { readonly kind: 'text'; readonly lines: string[] }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'code'; readonly lines: string[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly start: number; readonly items: string[][] };

/**
 * An answer as elements: paragraphs, bold, italics, lists, code and links; everything else stays the text it is. Nothing
 * in it is fetched, and a link shows where it leads.
 */
export function renderMarkdown(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  fragment.append(...blocksOf(text).map(blockElement));
  return fragment;
}

/** An answer as a screen reader gets it: without marks, numbers of sources and addresses. */
export function plainText(text: string): string {
  const words = make('div', {}, renderMarkdown(text.replace(/\s?\[\d{1,2}\]/g, '')));
  for (const host of words.querySelectorAll('.host')) host.remove();
  return (words.textContent ?? '').replace(/\s+/g, ' ').trim();
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  let fenced = false;
  for (const line of text.split(/\r\n|\n|\r/)) {
    const last = open;
    if (/^\s*```/.test(line)) {
      fenced = !fenced;
      open = fenced ? { kind: 'code', lines: [] } : undefined;
      if (open !== undefined) blocks.push(open);
      continue;
    }
    if (fenced && last?.kind === 'code') {
      last.lines.push(line);
      continue;
    }
    if (line.trim() === '') {
      if (last?.kind !== 'list') open = undefined;
      continue;
    }
    const heading = /^#{1,6}\s+(.*)$/.exec(line);
    const item = /^\s{0,6}(?:[-*+•]|(\d{1,9})[.)])\s+(.*)$/.exec(line);
    if (heading !== null) {
      blocks.push({ kind: 'heading', text: heading[1] ?? '' });
      open = undefined;
    } else if (item !== null) {
      const ordered = item[1] !== undefined;
      let list = last?.kind === 'list' && last.ordered === ordered ? last : undefined;
      if (list === undefined) {
        list = { kind: 'list', ordered, start: Number(item[1] ?? 1), items: [] };
        blocks.push(list);
      }
      list.items.push([item[2] ?? '']);
      open = list;
    } else if (last?.kind === 'list' && /^\s/.test(line)) {
      last.items.at(-1)?.push(line.trim());
    } else if (last?.kind === 'text') {
      last.lines.push(line);
    } else {
      open = { kind: 'text', lines: [line] };
      blocks.push(open);
    }
  }
  return blocks;
}

function blockElement(block: Block): HTMLElement {
  switch (block.kind) {
    case 'code':
      return make('pre', { tabIndex: 0, dir: 'ltr' }, make('code', {}, block.lines.join('\n')));
    case 'heading':
      return make('p', { dir: 'auto' }, make('strong', {}, ...inline(block.text)));
    case 'text':
      return make('p', { dir: 'auto' }, ...linesOf(block.lines));
    case 'list': {
      const items = block.items.map((lines) => make('li', { dir: 'auto' }, ...linesOf(lines)));
      return block.ordered ? make('ol', { start: block.start }, ...items) : make('ul', {}, ...items);
    }
  }
}

const linesOf = (lines: readonly string[]): Node[] =>
  lines.flatMap((line, at) => (at === 0 ? inline(line) : [make('br'), ...inline(line)]));

const sign =
  /(?<code>`[^`]+`)|(?<image>!\[(?<alt>[^\][]*)\]\([^)\s]*(?:\s+"[^"]*")?\))|(?<link>\[(?<words>[^\][]+)\]\((?<to>[^)\s]+)(?:\s+"[^"]*")?\))|(?<cite>\[(?<number>\d{1,2})\])|(?<bare>https?:\/\/[^\s<>"']+)|(?<bold>\*\*(?=\S)(?<strong>[^*]+?)(?<=\S)\*\*)|(?<star>(?<![\p{L}\p{N}*])\*(?=\S)(?<starred>[^*]+?)(?<=\S)\*(?![\p{L}\p{N}*]))|(?<under>(?<![\p{L}\p{N}_])_(?=\S)(?<underlined>[^_]+?)(?<=\S)_(?![\p{L}\p{N}_]))/gu;

function inline(text: string): Node[] {
  const nodes: Node[] = [];
  let from = 0;
  const plain = (to: number): void => {
    if (to > from) nodes.push(document.createTextNode(text.slice(from, to)));
  };
  for (const match of text.matchAll(sign)) {
    const groups = match.groups ?? {};
    let whole = match[0];
    // The number of a source belongs to the word before it.
    plain(groups['cite'] === undefined ? match.index : from + text.slice(from, match.index).trimEnd().length);
    if (groups['code'] !== undefined) nodes.push(make('code', {}, whole.slice(1, -1)));
    else if (groups['image'] !== undefined) nodes.push(document.createTextNode(groups['alt'] ?? ''));
    else if (groups['link'] !== undefined)
      nodes.push(...linkNodes(groups['words'] ?? '', groups['to'] ?? ''));
    else if (groups['cite'] !== undefined)
      nodes.push(make('sup', { className: 'cite', aria: { hidden: 'true' } }, groups['number']));
    else if (groups['bare'] !== undefined) {
      whole = whole.replace(/[.,;:!?)\]]+$/, '');
      nodes.push(...linkNodes(whole, whole));
    } else if (groups['bold'] !== undefined)
      nodes.push(make('strong', {}, ...inline(groups['strong'] ?? '')));
    else nodes.push(make('em', {}, ...inline(groups['starred'] ?? groups['underlined'] ?? '')));
    from = match.index + whole.length;
  }
  plain(text.length);
  return nodes;
}

/** Where a link leads, in a form people can judge; null for one that is not followed. */
export function linkTarget(address: string): { readonly href: string; readonly host: string } | null {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (!schemes.includes(url.protocol)) return null;
  // Before the @ stands whatever a deceiver likes.
  if (url.username !== '' || url.password !== '') return null;
  return { href: url.href, host: url.protocol === 'mailto:' ? url.pathname : url.host };
}

function linkNodes(words: string, address: string): Node[] {
  const target = linkTarget(address);
  if (target === null) return [document.createTextNode(words)];
  const link = make('a', { href: target.href, target: '_blank', rel: 'noopener noreferrer nofollow' }, words);
  const says = words.includes(target.host);
  return says ? [link] : [link, make('span', { className: 'host' }, ` (${target.host})`)];
}
