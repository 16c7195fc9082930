import { Parser } from 'htmlparser2';
import { isHidden, visibilityOf, visiblePage, type Visibility } from '../../kernel/html/hidden-style.ts';
import { removeInvisible, type VisibleText } from '../../kernel/invisible-characters.ts';
import { isForwarded, isQuotedHistory, quoteMarker, shortenTrailingQuote } from './quoted-history.ts';
import { TextLayout } from './text-layout.ts';

/** Longest text of one comment, characters, with the mark that says it was cut. */
export const longestComment = 100_000;

const cutMarker = '\n[the rest was left out]';
const deepestNesting = 256;
const longestLink = 500;
const droppedTags = new Set([
  'script',
  'style',
  'head',
  'title',
  'meta',
  'link',
  'base',
  'iframe',
  'object',
  'embed',
  'svg',
  'math',
  'canvas',
  'audio',
  'video',
  'map',
  'select',
  'input',
]);
const neverShownTags = new Set(['template', 'noscript', 'datalist']);
const paragraphTags = new Set([
  'p',
  'blockquote',
  'pre',
  'ul',
  'ol',
  'dl',
  'table',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
]);
const lineTags = new Set([
  'div',
  'li',
  'tr',
  'dt',
  'dd',
  'section',
  'article',
  'header',
  'footer',
  'main',
  'aside',
  'nav',
  'address',
  'figure',
  'figcaption',
  'form',
  'fieldset',
  'details',
  'summary',
  'center',
  'body',
  'html',
  'tbody',
  'thead',
  'tfoot',
  'caption',
  'hr',
]);

interface Frame {
  readonly name: string;
  readonly visibility: Visibility;
  readonly dropped: boolean;
  readonly preformatted: boolean;
  readonly prefix: string;
  /** Of a list: the number of the next item, or undefined for bullets. */
  next: number | undefined;
  readonly link: { readonly href: string; readonly text: string[] } | undefined;
  /** Where the text went before this quote began. */
  readonly outer: TextLayout | undefined;
}

class Enough extends Error {}

/** Readable text of a comment's HTML, without what a reader cannot see and without the quoted thread; never throws. */
export function commentText(html: string): VisibleText {
  return read(html, true);
}

/** Readable text of an article's HTML; quotations belong to it. */
export function articleText(html: string): string {
  return read(html, false).text;
}

function read(html: string, shortenQuotes: boolean): VisibleText {
  const reader = new CommentReader(shortenQuotes);
  const parser = new Parser(reader, { decodeEntities: true });
  try {
    parser.write(html);
    parser.end();
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return reader.finish();
}

/** The same for a comment that Zendesk has only plain text of. */
export function plainCommentText(text: string): VisibleText {
  const visible = removeInvisible(text);
  return {
    text: cut(shortenTrailingQuote(visible.text.trim())),
    hiddenTextRemoved: visible.hiddenTextRemoved,
  };
}

class CommentReader {
  private layout = new TextLayout();
  private readonly quotes: string[] = [];
  private readonly frames: Frame[] = [
    {
      name: '',
      visibility: visiblePage,
      dropped: false,
      preformatted: false,
      prefix: '',
      next: undefined,
      link: undefined,
      outer: undefined,
    },
  ];
  private hiddenTextRemoved = false;
  private tooLong = false;
  private readonly shortenQuotes: boolean;

  constructor(shortenQuotes: boolean) {
    this.shortenQuotes = shortenQuotes;
  }

  onopentag(name: string, attributes: Record<string, string>): void {
    if (this.frames.length > deepestNesting) this.stop();
    const parent = this.top();
    if (parent.dropped) {
      this.push({ ...parent, name, link: undefined, outer: undefined });
      return;
    }
    const visibility = neverShownTags.has(name)
      ? { ...parent.visibility, gone: true }
      : this.visibilityOf(parent.visibility, attributes);
    const outer =
      this.shortenQuotes && isQuotedHistory(name, attributes) && !this.insideQuote()
        ? this.layout
        : undefined;
    if (outer !== undefined) this.layout = new TextLayout();
    const hidden = isHidden(visibility);
    if (!hidden) this.breakBefore(name, parent);
    const prefix = this.prefixFor(name, parent, hidden, outer !== undefined);
    const link = name === 'a' && !hidden ? { href: attributes['href'] ?? '', text: [] } : undefined;
    const next = name === 'ol' ? Number.parseInt(attributes['start'] ?? '1', 10) || 1 : undefined;
    this.push({
      name,
      visibility,
      dropped: droppedTags.has(name),
      preformatted: parent.preformatted || name === 'pre' || name === 'textarea',
      prefix,
      next,
      link,
      outer,
    });
    if (name === 'img' && !hidden) this.image(attributes);
  }

  ontext(text: string): void {
    const frame = this.top();
    if (frame.dropped) return;
    const hidden = isHidden(frame.visibility);
    if (hidden && this.hiddenTextRemoved) return;
    const visible = removeInvisible(text);
    this.hiddenTextRemoved ||= visible.hiddenTextRemoved || (hidden && /\S/.test(visible.text));
    if (hidden) return;
    this.write(visible.text, frame.preformatted);
  }

  onclosetag(name: string): void {
    if (this.frames.length === 1) return;
    const frame = this.frames.pop();
    if (frame === undefined || frame.dropped) return;
    if (frame.link !== undefined) this.linkTarget(frame.link.href, frame.link.text.join(''));
    if (name === 'li' || name === 'td' || name === 'th' || name === 'tr') this.layout.endItem();
    if (paragraphTags.has(name)) this.layout.block(this.top().name === 'li' ? 0 : 1);
    else if (lineTags.has(name)) this.layout.block(0);
    if (frame.outer !== undefined) this.endQuote(frame.outer);
    this.layout.linePrefix(this.top().prefix);
  }

  oncomment(comment: string): void {
    if (this.top().dropped) return;
    this.hiddenTextRemoved ||= /\S/.test(comment) && !/^\s*(?:\[if |<!\[endif)/i.test(comment);
  }

  finish(): VisibleText {
    while (this.frames.length > 1) this.onclosetag(this.top().name);
    const own = this.layout.toString();
    const withoutMarkers = own.replaceAll(quoteMarker, '').trim();
    const text =
      withoutMarkers === '' && this.quotes.length > 0
        ? this.quotes.join('\n\n')
        : this.shortenQuotes
          ? shortenTrailingQuote(own)
          : own;
    return { text: cut(text, this.tooLong), hiddenTextRemoved: this.hiddenTextRemoved };
  }

  private visibilityOf(parent: Visibility, attributes: Record<string, string>): Visibility {
    // Inside of what is gone nothing can come back, and a child that says nothing is like its parent.
    return parent.gone || Object.keys(attributes).length === 0 ? parent : visibilityOf(parent, attributes);
  }

  private push(frame: Frame): void {
    this.frames.push(frame);
    this.layout.linePrefix(frame.prefix);
  }

  private top(): Frame {
    const frame = this.frames.at(-1);
    if (frame === undefined) throw new Enough();
    return frame;
  }

  private insideQuote(): boolean {
    return this.frames.some((frame) => frame.outer !== undefined);
  }

  private write(text: string, preformatted: boolean): void {
    if (text === '') return;
    if (preformatted) this.layout.preformatted(text);
    else this.layout.text(text);
    for (let at = this.frames.length - 1; at > 0; at -= 1) {
      const link = this.frames[at]?.link;
      if (link === undefined) continue;
      link.text.push(text);
      break;
    }
    if (this.layout.length > longestComment) this.stop();
  }

  private stop(): never {
    this.tooLong = true;
    throw new Enough();
  }

  private breakBefore(name: string, parent: Frame): void {
    if (name === 'br') this.layout.lineBreak();
    else if (name === 'td' || name === 'th') this.layout.nextCell();
    else if (paragraphTags.has(name)) this.layout.block(parent.name === 'li' ? 0 : 1);
    else if (lineTags.has(name)) this.layout.block(0);
    if (name === 'hr') this.layout.text('---');
  }

  private prefixFor(name: string, parent: Frame, hidden: boolean, quoted: boolean): string {
    if (hidden) return parent.prefix;
    if (name === 'blockquote' && !quoted) return `${parent.prefix}> `;
    if (name !== 'li') return parent.prefix;
    const bullet = parent.next === undefined ? '- ' : `${parent.next}. `;
    if (parent.next !== undefined) parent.next += 1;
    this.layout.linePrefix(parent.prefix);
    this.layout.bullet(bullet.trimEnd());
    return `${parent.prefix}  `;
  }

  private image(attributes: Record<string, string>): void {
    const { alt = '', width, height } = attributes;
    const tracking = [width, height].some((size) => size !== undefined && Number.parseInt(size, 10) <= 2);
    // Other alternative texts are invisible while the image shows, and so a place to hide instructions.
    if (/^[\p{Extended_Pictographic}\p{Emoji_Modifier}\u200D\uFE0F]{1,12}$/u.test(alt)) this.layout.text(alt);
    else if (!tracking) this.layout.text(' [image] ');
  }

  private linkTarget(href: string, text: string): void {
    const target = removeInvisible(href.trim()).text.replace(/\s/g, '');
    if (!/^(?:https?:\/\/|mailto:|tel:)/i.test(target) || target.length > longestLink || text.trim() === '')
      return;
    const plain = (value: string): string =>
      value
        .trim()
        .toLowerCase()
        .replace(/^(?:https?:\/\/(?:www\.)?|mailto:|tel:)/, '')
        .replace(/\/$/, '');
    if (plain(text) !== plain(target)) this.layout.text(` (${target})`);
  }

  private endQuote(outer: TextLayout): void {
    const text = this.layout.toString();
    this.layout = outer;
    if (text === '') return;
    if (isForwarded(text)) {
      outer.block(1);
      outer.preformatted(text);
    } else {
      this.quotes.push(text);
      outer.block(1);
      outer.text(quoteMarker);
    }
    outer.block(1);
  }
}

function cut(text: string, already = false): string {
  if (text.length <= longestComment && !already) return text;
  const end = Math.min(text.length, longestComment - cutMarker.length);
  // A pair of surrogates is one character and is not taken apart.
  const whole = /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) ? end - 1 : end;
  return text.slice(0, whole) + cutMarker;
}
