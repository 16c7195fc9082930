import { z } from 'zod';
import { readJsonLines, stop } from './support.ts';

const dialogShape = z.object({
  id: z.string(),
  turns: z.array(z.object({ role: z.enum(['customer', 'agent']), text: z.string() })),
  summaries: z.array(z.string()).default([]),
  is_negative: z.boolean().nullish(),
});

/** A customer-service conversation with summaries by several people and a label "the customer is angry". */
export type Dialog = z.infer<typeof dialogShape>;

/** Conversations, one JSON object a line; ends the process with a plain message when there are none. */
export function readDialogs(path: string): Dialog[] {
  const dialogs = readJsonLines(path).map((line, index) => {
    const dialog = dialogShape.safeParse(line);
    return dialog.success ? dialog.data : stop(`Line ${index + 1} of ${path} is no conversation with turns.`);
  });
  return dialogs.length > 0 ? dialogs : stop(`${path} holds no conversations.`);
}

/** What the customer wrote before an agent first answered, and after. */
export function splitAtFirstAnswer(dialog: Dialog): { readonly before: string[]; readonly after: string[] } {
  const answer = dialog.turns.findIndex(({ role }) => role === 'agent');
  const customer = (turns: Dialog['turns']): string[] =>
    turns.filter(({ role }) => role === 'customer').map(({ text }) => text);
  if (answer === -1) return { before: customer(dialog.turns), after: [] };
  return { before: customer(dialog.turns.slice(0, answer)), after: customer(dialog.turns.slice(answer)) };
}

export interface Exchange {
  readonly question: string;
  readonly answer: string;
}

/** Each question of the customer with the answer that followed it. */
export function exchangesOf(dialog: Dialog): Exchange[] {
  const exchanges: { question: string[]; answer: string[] }[] = [];
  let current: { question: string[]; answer: string[] } = { question: [], answer: [] };
  for (const { role, text } of dialog.turns) {
    if (role === 'agent') current.answer.push(text);
    else {
      if (current.answer.length > 0) {
        exchanges.push(current);
        current = { question: [], answer: [] };
      }
      current.question.push(text);
    }
  }
  exchanges.push(current);
  return exchanges
    .filter(({ question, answer }) => question.length > 0 && answer.length > 0)
    .map(({ question, answer }) => ({ question: question.join('\n'), answer: answer.join('\n') }));
}
