import { isHidden, visibilityOf, visiblePage, type Visibility } from '../../kernel/html/hidden-style.ts';
import { removeInvisible } from '../../kernel/invisible-characters.ts';
import type { DocumentBlock } from '../../ports/knowledge-document.ts';
import { StorageTable } from './storage-table.ts';

type Attributes = Readonly<Record<string, string>>;

interface Frame {
  readonly name: string;
  readonly attributes: Attributes;
  /** Nothing inside is read. */
  dropped: boolean;
  readonly visibility: Visibility;
  /** Where in the running text it began. */
  readonly start: number;
}

/** Macros whose text stands on another page, is made when the page is shown, or is markup for browsers. */
const droppedMacros = new Set([
  'attachments',
  'blog-posts',
  'change-history',
  'children',
  'contentbylabel',
  'contributors',
  'excerpt-include',
  'gallery',
  'html',
  'html-include',
  'include',
  'jira',
  'jirachart',
  'livesearch',
  'pagetree',
  'pagetreesearch',
  'profile',
  'recently-updated',
  'rss',
  'style',
  'toc',
  'toc-zone-links',
  'viewpdf',
  'widget',
]);
const droppedElements = new Set([
  'ac:adf-attribute',
  'ac:adf-fallback',
  'ac:image',
  'ac:placeholder',
  'ac:task-id',
  'ac:task-uuid',
  'colgroup',
  'script',
  'style',
  'template',
]);
const paragraphElements = new Set([
  'ac:adf-content',
  'ac:layout-cell',
  'ac:layout-section',
  'ac:rich-text-body',
  'ac:task-list',
  'blockquote',
  'dd',
  'div',
  'dl',
  'dt',
  'hr',
  'ol',
  'p',
  'section',
  'ul',
]);
const macroElements = new Set(['ac:structured-macro', 'ac:macro']);
const titledMacros = new Set(['code', 'expand', 'info', 'note', 'panel', 'tip', 'warning']);
const longestLink = 500;

/** Turns the elements of a page into blocks, in reading order and without what a reader does not see. */
export class StorageReader {
  readonly #blocks: DocumentBlock[] = [];
  readonly #frames: Frame[] = [];
  readonly #lists: { readonly ordered: boolean; item: number; fresh: boolean }[] = [];
  readonly #macros: Frame[] = [];
  // Counted, because looking for them among all frames would take forever in a page that nests without end.
  #dropped = 0;
  #raw = 0;
  #taskBodies = 0;
  /** The running text in pieces: joining it anew for each link would take forever in a long paragraph. */
  #pieces: string[] = [];
  #table: StorageTable | undefined;
  /** Tables inside of a cell are read as its text. */
  #tableDepth = 0;
  #taskDone = false;

  open(name: string, attributes: Attributes): void {
    const parent = this.#frames.at(-1)?.visibility ?? visiblePage;
    const visibility = this.#dropped > 0 ? parent : visibilityOf(parent, attributes);
    const dropped = visibility.gone || this.#isDropped(name, attributes);
    if (!dropped && this.#dropped === 0) this.#enter(name, attributes);
    if (dropped) this.#dropped += 1;
    const frame = { name, attributes, dropped, visibility, start: this.#pieces.length };
    this.#frames.push(frame);
    this.#count(frame, 1);
  }

  #count(frame: Frame, change: 1 | -1): void {
    if (isRawElement(frame.name)) this.#raw += change;
    else if (frame.name === 'ac:task-body') this.#taskBodies += change;
    else if (!macroElements.has(frame.name)) return;
    else if (change === 1) this.#macros.push(frame);
    else this.#macros.pop();
  }

  text(text: string): void {
    if (this.#dropped > 0 || isHidden(this.#frames.at(-1)?.visibility ?? visiblePage)) return;
    this.#pieces.push(this.#raw > 0 ? text : text.replace(/\s+/g, ' '));
  }

  close(name: string): void {
    const frame = this.#frames.pop();
    if (frame === undefined || frame.name !== name) return;
    this.#count(frame, -1);
    if (frame.dropped) this.#dropped -= 1;
    else if (this.#dropped === 0) this.#leave(frame);
  }

  /** How many elements are open. */
  get depth(): number {
    return this.#frames.length;
  }

  finish(): readonly DocumentBlock[] {
    this.#flush();
    return this.#blocks;
  }

  #isDropped(name: string, attributes: Attributes): boolean {
    if (droppedElements.has(name)) return true;
    if (macroElements.has(name)) return droppedMacros.has(attributes['ac:name'] ?? '');
    return name === 'ac:parameter' && !this.#readsParameter(attributes['ac:name'] ?? '');
  }

  #macro(): string {
    return this.#macros.at(-1)?.attributes['ac:name'] ?? '';
  }

  #readsParameter(name: string): boolean {
    const macro = this.#macro();
    if (name === 'title') return macro === 'status' || titledMacros.has(macro);
    return name === 'hidden' && macro === 'excerpt';
  }

  #enter(name: string, attributes: Attributes): void {
    if (/^h[1-6]$/.test(name) || paragraphElements.has(name)) this.#flush();
    if (name === 'ul' || name === 'ol') {
      const start = Number.parseInt(attributes['start'] ?? '1', 10);
      this.#lists.push({ ordered: name === 'ol', item: (start >= 0 ? start : 1) - 1, fresh: false });
    } else if (name === 'li') this.#openItem();
    else if (name === 'table') this.#openTable();
    else if (name === 'tr') this.#openRow();
    else if (name === 'td' || name === 'th') this.#openCell(name, attributes);
    else if (name === 'br') this.#pieces.push('\n');
    else if (name === 'time') this.#pieces.push(attributes['datetime'] ?? '');
    else if (name === 'ac:emoticon') this.#pieces.push(attributes['ac:emoji-fallback'] ?? '');
    else if (name === 'ri:user') this.#pieces.push('@user');
    else if (isRawElement(name) || name === 'ac:task') this.#flush();
    else if (macroElements.has(name) && attributes['ac:name'] !== 'status') this.#flush();
  }

  #leave(frame: Frame): void {
    const { name, attributes, start } = frame;
    const parent = this.#frames.at(-1);
    if (/^h[1-6]$/.test(name)) this.#flush({ kind: 'heading', level: Number(name[1]) });
    else if (isRawElement(name)) this.#flushCode();
    else if (name === 'a') this.#closeLink(attributes['href'] ?? '', start);
    else if (name === 'ri:page' && parent?.name === 'ac:link')
      this.#linkTitles.set(parent, attributes['ri:content-title'] ?? '');
    else if (name === 'ac:link') {
      if (this.#since(start) === '') this.#pieces.push(this.#linkTitles.get(frame) ?? '');
    } else if (name === 'ac:parameter') this.#closeParameter(attributes['ac:name'] ?? '', start);
    else if (name === 'ac:task-status') this.#taskDone = this.#take(start).trim() === 'complete';
    else if (name === 'ac:task-body') this.#flushTask();
    else if (name === 'table') this.#closeTable();
    else if (name === 'td' || name === 'th') this.#closeCell();
    else if (name === 'ul' || name === 'ol') {
      this.#flush();
      this.#lists.pop();
    } else if (name === 'li' || paragraphElements.has(name)) this.#flush();
    else if (macroElements.has(name) && attributes['ac:name'] !== 'status') this.#flush();
  }

  readonly #linkTitles = new WeakMap<Frame, string>();

  #closeLink(href: string, start: number): void {
    const shown = this.#since(start);
    if (shown !== '' && /^https?:\/\//i.test(href) && href.length <= longestLink && !shown.includes(href))
      this.#pieces.push(` (${href})`);
  }

  #closeParameter(name: string, start: number): void {
    const value = this.#take(start).trim();
    if (this.#macro() === 'status') this.#pieces.push(value);
    else if (name === 'title') {
      this.#pieces.push(value);
      this.#flush();
    } else if (value === 'true') {
      const macro = this.#macros.at(-1);
      if (macro === undefined) return;
      macro.dropped = true;
      this.#dropped += 1;
    }
  }

  #openItem(): void {
    this.#flush();
    const list = this.#lists.at(-1);
    if (list === undefined) return;
    list.item += 1;
    list.fresh = true;
  }

  #openTable(): void {
    this.#flush();
    this.#tableDepth += 1;
    this.#table ??= new StorageTable();
  }

  #openRow(): void {
    this.#flush();
    if (this.#tableDepth === 1) this.#table?.openRow();
  }

  #openCell(name: 'td' | 'th', { colspan, rowspan }: Attributes): void {
    this.#flush();
    if (this.#tableDepth === 1) this.#table?.openCell(name === 'th', colspan, rowspan);
  }

  #closeCell(): void {
    this.#flush();
    if (this.#tableDepth === 1) this.#table?.closeCell();
  }

  #closeTable(): void {
    this.#flush();
    this.#tableDepth -= 1;
    if (this.#tableDepth > 0 || this.#table === undefined) return;
    const rows = this.#table.rows();
    this.#table = undefined;
    if (rows.length > 0) this.#blocks.push({ kind: 'table', rows });
  }

  #flushTask(): void {
    const text = tidy(this.#take(0));
    if (text !== '') this.#add({ kind: 'item', text: `[${this.#taskDone ? 'x' : ' '}] ${text}` });
    this.#taskDone = false;
  }

  #flushCode(): void {
    const text = removeInvisible(this.#take(0))
      .text.replace(/\r\n?/g, '\n')
      .replace(/^\n+|\s+$/g, '');
    if (text !== '') this.#add({ kind: this.#macro() === 'markdown' ? 'text' : 'code', text });
  }

  /** Ends the running text: as a heading, an item of the open list, or a paragraph. */
  #flush(heading?: { readonly kind: 'heading'; readonly level: number }): void {
    // The body of a task is one item, whatever stands in it.
    if (this.#taskBodies > 0) {
      this.#pieces.push('\n');
      return;
    }
    const text = tidy(this.#take(0));
    if (text === '') return;
    if (heading !== undefined) return this.#add({ ...heading, text: text.replaceAll('\n', ' ') });
    const list = this.#lists.at(-1);
    if (list === undefined) return this.#add({ kind: 'text', text });
    this.#add({ kind: 'item', text: list.ordered && list.fresh ? `${list.item}. ${text}` : text });
    list.fresh = false;
  }

  #add(block: Extract<DocumentBlock, { readonly text: string }>): void {
    if (this.#table === undefined) this.#blocks.push(block);
    else this.#table.add(block.text.replaceAll('\n', ' '));
  }

  #take(start: number): string {
    return this.#pieces.splice(start).join('');
  }

  #since(start: number): string {
    return this.#pieces.slice(start).join('').trim();
  }
}

const isRawElement = (name: string): boolean => name === 'pre' || name === 'ac:plain-text-body';

const tidy = (text: string): string =>
  removeInvisible(text)
    .text.replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n[ \n]*/g, '\n')
    .trim();
