import { blockText, type DocumentBlock, type KnowledgeDocument } from '../document-blocks.ts';
import { removeInvisible, visibleLine } from '../invisible-characters.ts';
import { isQuestion } from '../question-tables.ts';
import { isHidden, visibilityOf, visiblePage, type Visibility } from './hidden-style.ts';
import { TableReader } from './table-reader.ts';
import { blockTags, isAround } from './tags.ts';

/** Thrown to end the reading of a page that is nested without end. */
export class Enough extends Error {}

const deepestNesting = 512;

type Attributes = Readonly<Record<string, string>>;
type Kind = 'text' | 'item' | 'code' | number;

interface Frame {
  readonly name: string;
  readonly visibility: Visibility;
  readonly dropped: boolean;
  /** What a paragraph in here is: a number is the level of a heading. */
  readonly kind: Kind;
  /** Of an ordered list: the number of its next item. */
  next: number | undefined;
  readonly cell: { readonly isHeader: boolean; readonly columns: number; readonly rows: number } | undefined;
}

/** Handler of htmlparser2 that puts the text of a page into blocks. */
export class BlockReader {
  private readonly blocks: DocumentBlock[] = [];
  private readonly frames: Frame[] = [
    { name: '', visibility: visiblePage, dropped: false, kind: 'text', next: undefined, cell: undefined },
  ];
  private readonly tables: TableReader[] = [];
  /** A term or a summary that is read, and where the blocks that may answer it begin. */
  private readonly asked: { readonly tag: string; readonly text: string; readonly from: number }[] = [];
  private parts: string[] = [];
  private marker = '';
  /** An item has begun and has no text yet; its later paragraphs are text. */
  private itemIsNew = false;
  private title = '';

  onopentag(name: string, attributes: Attributes): void {
    if (this.frames.length > deepestNesting) throw new Enough();
    const parent = this.top();
    const dropped = parent.dropped || isAround(name, attributes) || isSetting(name, attributes);
    const visibility = dropped ? parent.visibility : visibilityOf(parent.visibility, attributes);
    if (dropped || isHidden(visibility)) {
      this.frames.push({ ...parent, name, dropped, visibility, cell: undefined });
      return;
    }
    this.breakBefore(name);
    const isCell = (name === 'td' || name === 'th') && this.tables.at(-1)?.isLayout === false;
    this.frames.push({
      name,
      visibility,
      dropped,
      kind: kindOf(name, parent.kind),
      next: name === 'ol' ? Number.parseInt(attributes['start'] ?? '1', 10) || 1 : undefined,
      cell: isCell
        ? {
            isHeader: name === 'th',
            columns: Number.parseInt(attributes['colspan'] ?? '1', 10) || 1,
            rows: Number.parseInt(attributes['rowspan'] ?? '1', 10) || 1,
          }
        : undefined,
    });
    if (name === 'table') this.tables.push(new TableReader());
    if (name === 'tr') this.tables.at(-1)?.startRow();
    if (name === 'li' || name === 'ac:task-body') this.startItem(parent);
    if (name === 'time') this.parts.push(attributes['datetime'] ?? '');
  }

  ontext(text: string): void {
    const { name, dropped, visibility, kind } = this.top();
    const around = this.frames.at(-2)?.name;
    if (name === 'title' && (around === 'head' || around === 'html' || around === '')) this.title += text;
    if (dropped || isHidden(visibility)) return;
    this.parts.push(kind === 'code' ? text : text.replace(/[\s\u00A0]+/g, ' '));
  }

  onclosetag(name: string): void {
    if (this.frames.length === 1) return;
    const frame = this.top();
    if (frame.dropped || isHidden(frame.visibility)) {
      this.frames.pop();
      return;
    }
    if (name === 'summary' || name === 'dt') this.startAnswer(name);
    else if (name === 'ac:parameter') this.startAnswer(macroAt(this.frames.length - 1));
    else if (frame.cell !== undefined) this.endCell(frame.cell);
    else if (blockTags.has(name) || name === 'ac:task-body') this.flush();
    if (name === 'table') this.endTable();
    if (name === 'ac:structured-macro') this.endAnswer(macroAt(this.frames.length));
    this.frames.pop();
    if (name === 'details') this.endAnswer('summary');
    if (name === 'dl') this.endAnswer('dt');
  }

  finish(): KnowledgeDocument {
    while (this.frames.length > 1) this.onclosetag(this.top().name);
    this.flush();
    for (let left = this.asked.at(-1); left !== undefined; left = this.asked.at(-1)) this.endAnswer(left.tag);
    return { title: visibleLine(this.title), blocks: this.blocks };
  }

  private top(): Frame {
    const frame = this.frames.at(-1);
    if (frame === undefined) throw new Enough();
    return frame;
  }

  private breakBefore(name: string): void {
    if (name === 'br') this.parts.push('\n');
    else if (name === 'dt') this.endAnswer('dt');
    else if (/^h[1-6]$/.test(name)) this.leaveTable();
    else if (name === 'table') this.leaveTable();
    if (blockTags.has(name)) this.flush();
  }

  private startItem(list: Frame): void {
    this.marker = list.next === undefined ? '' : `${list.next}. `;
    if (list.next !== undefined) list.next += 1;
    this.itemIsNew = true;
    if (this.insideCell()) this.parts.push(this.marker === '' ? '- ' : this.marker);
  }

  private insideCell(): boolean {
    return this.tables.at(-1)?.isLayout === false && this.frames.some(({ cell }) => cell !== undefined);
  }

  /** Ends the paragraph that is being read. */
  private flush(): void {
    if (this.insideCell()) {
      this.parts.push('\n');
      return;
    }
    const { kind } = this.top();
    const text = kind === 'code' ? code(this.parts) : paragraph(this.parts);
    this.parts = [];
    if (text === '') return;
    if (typeof kind === 'number')
      this.blocks.push({ kind: 'heading', level: kind, text: text.replace(/\s+/g, ' ') });
    else if (kind === 'item' && this.itemIsNew) this.blocks.push({ kind, text: this.marker + text });
    else this.blocks.push({ kind: kind === 'item' ? 'text' : kind, text });
    this.itemIsNew = false;
  }

  private endCell(cell: NonNullable<Frame['cell']>): void {
    const text = paragraph(this.parts).replace(/\s*\n\s*/g, ' ');
    this.parts = [];
    this.tables.at(-1)?.addCell(text, cell.isHeader, cell.columns, cell.rows);
  }

  /** A heading or a table inside of a cell: the table around only arranges the page. */
  private leaveTable(): void {
    const table = this.tables.at(-1);
    if (table === undefined || table.isLayout) return;
    const pending = paragraph(this.parts);
    this.parts = [];
    table.isLayout = true;
    this.blocks.push(...table.take());
    if (pending !== '') this.blocks.push({ kind: 'text', text: pending });
  }

  private endTable(): void {
    this.blocks.push(...(this.tables.pop()?.take() ?? []));
  }

  private startAnswer(tag: string): void {
    const text = paragraph(this.parts).replace(/\s+/g, ' ');
    if (this.insideCell()) return;
    this.parts = [];
    if (text !== '') this.asked.push({ tag, text, from: this.blocks.length });
  }

  private endAnswer(tag: string): void {
    if (this.asked.at(-1)?.tag !== tag) return;
    this.flush();
    const asked = this.asked.pop();
    if (asked === undefined) return;
    const answer = this.blocks.splice(asked.from);
    const text = answer.map(blockText).join('\n');
    const isWhole = answer.length > 0 && answer.every(({ kind }) => kind !== 'heading');
    if (isWhole && isQuestion(asked.text)) this.blocks.push({ kind: 'answer', question: asked.text, text });
    else if (isWhole && tag === 'dt') this.blocks.push({ kind: 'text', text: `${asked.text}: ${text}` });
    else this.blocks.push({ kind: 'text', text: asked.text }, ...answer);
  }
}

function kindOf(name: string, parent: Kind): Kind {
  const level = /^h([1-6])$/.exec(name)?.[1];
  if (level !== undefined) return Number(level);
  if (name === 'pre' || name === 'ac:plain-text-body') return 'code';
  if (name === 'li' || name === 'ac:task-body') return 'item';
  return name === 'table' ? 'text' : parent;
}

/** A macro that is open at this depth; its title may be a question that its body answers. */
function macroAt(depth: number): string {
  return `macro at ${depth}`;
}

/** A macro's parameter in Confluence's storage format, except the titles that readers see. */
function isSetting(name: string, attributes: Attributes): boolean {
  return name === 'ac:parameter' && attributes['ac:name'] !== 'title';
}

function paragraph(parts: readonly string[]): string {
  return removeInvisible(parts.join(''))
    .text.split('\n')
    .map((line) => line.replace(/[\s\u00A0]+/g, ' ').trim())
    .filter((line) => line !== '')
    .join('\n');
}

function code(parts: readonly string[]): string {
  return removeInvisible(parts.join(''))
    .text.replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd();
}
