import { marked, type Token, type Tokens } from 'marked';
import type { DocumentBlock, KnowledgeDocument } from '../../../kernel/document-blocks.ts';
import { readHtml } from '../../../kernel/html/html-to-document.ts';
import { questionTable } from '../../../kernel/question-tables.ts';
import { decodeText } from './decode.ts';
import { refuseHtml } from './read-text.ts';

/** Markdown: headings, items, tables, code; of HTML in it only the text. */
export function readMarkdown(bytes: Buffer): KnowledgeDocument {
  const text = decodeText(bytes);
  refuseHtml(text);
  const body = text.replace(/^---\n[\s\S]{0,10000}?\n(?:---|\.\.\.)(?:\n|$)/, '');
  return { title: '', blocks: blocksOf(marked.lexer(body, { gfm: true })) };
}

function blocksOf(tokens: readonly Token[]): readonly DocumentBlock[] {
  return tokens.flatMap((token): readonly DocumentBlock[] => {
    switch (token.type) {
      case 'heading':
        return [
          { kind: 'heading', level: (token as Tokens.Heading).depth, text: inline(token.tokens ?? []) },
        ];
      case 'paragraph':
      case 'text':
        return [{ kind: 'text', text: inline(token.tokens ?? [token]) }];
      case 'code':
        return [{ kind: 'code', text: (token as Tokens.Code).text }];
      case 'blockquote':
        return blocksOf(token.tokens ?? []);
      case 'list':
        return itemsOf(token as Tokens.List);
      case 'table':
        return tableOf(token as Tokens.Table);
      case 'html':
        return readHtml((token as Tokens.HTML).text).blocks;
      default:
        return [];
    }
  });
}

function itemsOf(list: Tokens.List): readonly DocumentBlock[] {
  return list.items.flatMap((item, index) => {
    const [first, ...more] = blocksOf(item.tokens.filter(({ type }) => type !== 'checkbox'));
    const number = list.ordered ? `${Number(list.start) + index}. ` : '';
    if (first?.kind !== 'text') return first === undefined ? [] : [first, ...more];
    return [{ kind: 'item' as const, text: number + first.text }, ...more];
  });
}

function tableOf(table: Tokens.Table): readonly DocumentBlock[] {
  const names = table.header.map(({ tokens }) => inline(tokens));
  const rows = table.rows.map((row) => row.map(({ tokens }) => inline(tokens)));
  return (
    questionTable(names, rows) ?? [
      { kind: 'table', header: names.join(' | '), rows: rows.map((row) => row.join(' | ')) },
    ]
  );
}

/** The words of running text; addresses, pictures and HTML are no words. */
function inline(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      if (token.type === 'br') return '\n';
      if (token.type === 'image' || token.type === 'html') return '';
      if ('tokens' in token && token.tokens !== undefined) return inline(token.tokens);
      return 'text' in token ? unescape(String(token.text)) : '';
    })
    .join('')
    .replace(/[ \t]*\n[ \t]*/g, '\n');
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  nbsp: ' ',
  copy: '©',
  euro: '€',
};

function unescape(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,6}));/gi, (whole, decimal, hex, name) => {
    const code =
      decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : undefined;
    if (code !== undefined) return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
    return entities[String(name)] ?? whole;
  });
}
