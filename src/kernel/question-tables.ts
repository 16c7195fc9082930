import type { DocumentBlock } from './document-blocks.ts';

const questionNames =
  /^(?:questions?|faq|q|fragen?|frage|preguntas?|pregunta|domand[ae]|perguntas?|vraag|vragen|pytani[ea]|soru|質問|問題|问题|질문|سؤال|السؤال|вопрос)$/iu;
const answerNames =
  /^(?:answers?|a|antwort(?:en)?|réponses?|reponses?|respuestas?|rispost[ae]|respostas?|antwoord(?:en)?|odpowied(?:ź|zi)|cevap|回答|答え|答案|답변|جواب|الجواب|الإجابة|ответ)$/iu;

/** True for text that asks something, in any script. */
export function isQuestion(text: string): boolean {
  return /[?？؟՞]["'”»)\]]?$/u.test(text.trimEnd());
}

/**
 * Rows of a table as questions with answers, when its columns are named so, or when it has two columns and asks in
 * most rows; undefined for every other table.
 */
export function questionTable(
  names: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
): readonly DocumentBlock[] | undefined {
  const columns = columnsOf(names, rows);
  if (columns === undefined) return undefined;
  return rows.flatMap((row): DocumentBlock[] => {
    const question = (row[columns.question] ?? '').trim();
    const answer = (row[columns.answer] ?? '').trim();
    const rest = row.flatMap((value, at) =>
      at === columns.question || at === columns.answer || value.trim() === ''
        ? []
        : [names?.[at] === undefined ? value.trim() : `${names[at]}: ${value.trim()}`],
    );
    const text = [answer, ...rest].filter((part) => part !== '').join('\n');
    if (question === '' || text === '')
      return question + text === '' ? [] : [{ kind: 'text', text: question + text }];
    return [{ kind: 'answer', question, text }];
  });
}

function columnsOf(
  names: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
): { readonly question: number; readonly answer: number } | undefined {
  if (names !== undefined) {
    const question = names.findIndex((name) => questionNames.test(name.trim()));
    const answer = names.findIndex((name) => answerNames.test(name.trim()));
    if (question >= 0 && answer >= 0) return { question, answer };
  }
  const asking = rows.filter((row) => isQuestion(row[0] ?? '')).length;
  const two = rows.length > 0 && rows.every((row) => row.length === 2);
  return two && asking * 2 > rows.length ? { question: 0, answer: 1 } : undefined;
}
