import type { DocumentBlock } from '../../../kernel/document-blocks.ts';

const asks =
  /^(?:Q|F|Question|Frage|Pregunta|Domanda|Pergunta|Vraag|問|质问|質問|問題|问题|س|سؤال)\s*\d{0,4}\s*[.):：]\s*(?=\S)/iu;
const answers =
  /^(?:A|Answer|Antwort|Réponse|R|Respuesta|Risposta|Resposta|Antwoord|答|回答|答案|ج|جواب)\s*\d{0,4}\s*[.):：]\s*(?=\S)/iu;
const bullet = /^(?:[•●▪◦‣·*–-]|\d{1,3}[.)]|[a-z]\))\s+(?=\S)/iu;

/** Paragraphs of plain text as blocks: questions with their answers, items, headings that are underlined, text. */
export function paragraphsToBlocks(text: string): readonly DocumentBlock[] {
  const blocks: DocumentBlock[] = [];
  for (const paragraph of text.split(/\n[ \t]*\n/)) {
    const lines = paragraph.split('\n').map((line) => line.trim());
    for (const block of linesToBlocks(lines.filter((line) => line !== ''))) append(blocks, block);
  }
  return blocks;
}

/** One paragraph. */
function linesToBlocks(lines: readonly string[]): readonly DocumentBlock[] {
  const blocks: DocumentBlock[] = [];
  let open: string[] = [];
  const close = (): void => {
    if (open.length > 0) blocks.push(blockOf(open));
    open = [];
  };
  for (const line of lines) {
    const underline = /^(=|-|~)\1{2,}$/.exec(line)?.[1];
    if (underline !== undefined) {
      const heading = open.length === 1 ? open.pop() : undefined;
      close();
      if (heading !== undefined)
        blocks.push({ kind: 'heading', level: underline === '=' ? 1 : 2, text: heading });
      continue;
    }
    if (asks.test(line) || answers.test(line) || bullet.test(line)) close();
    open.push(line);
  }
  close();
  return blocks;
}

function blockOf(lines: readonly string[]): DocumentBlock {
  const text = joinLines(lines);
  if (!bullet.test(text)) return { kind: 'text', text };
  return { kind: 'item', text: /^\d/.test(text) ? text : text.replace(bullet, '') };
}

/** Adds a block; an answer goes to the question before it, and so does what follows a question that has none yet. */
function append(blocks: DocumentBlock[], block: DocumentBlock): void {
  const last = blocks.at(-1);
  if (block.kind === 'text' && last?.kind === 'text' && asks.test(last.text) && !asks.test(block.text))
    blocks[blocks.length - 1] = {
      ...last,
      kind: 'answer',
      question: last.text.replace(asks, ''),
      text: block.text.replace(answers, ''),
    };
  else blocks.push(block);
}

/** Lines of one paragraph, which a program or a page's width has broken. */
export function joinLines(lines: readonly string[]): string {
  return lines
    .reduce((text, line) => (text === '' ? line : text + joint(text, line) + line), '')
    .replaceAll('\u00AD', '');
}

const wideEnd = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303F\uFF00-\uFFEF]$/u;
const wideStart = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303F\uFF00-\uFFEF]/u;

/** Chinese and Japanese have no space between lines. */
function joint(before: string, after: string): string {
  return wideEnd.test(before.slice(-2)) && wideStart.test(after) ? '' : ' ';
}
