import { z } from 'zod';
import { detectLanguage } from '../../src/copilot/evidence/language.ts';
import { trainTriage } from '../../src/copilot/evidence/triage.ts';
import { printResult } from '../report.ts';
import { evaluationArguments, progress, readJsonLines, rounded, seededRandom, shuffled } from './support.ts';

const Ticket = z.object({
  subject: z.string().nullish(),
  body: z.string(),
  language: z.string(),
  queue: z.string(),
  priority: z.string(),
  type: z.string(),
});
const fields = ['queue', 'priority', 'type'] as const;
const parts = 5;

/** Mean over the values of the harmonic mean of precision and recall. */
export function macroF1(pairs: readonly (readonly [expected: string, found: string])[]): number {
  const values = [...new Set(pairs.map(([expected]) => expected))];
  const scores = values.map((value) => {
    const both = pairs.filter(([expected, found]) => expected === value && found === value).length;
    const either = pairs.filter(([expected, found]) => expected === value || found === value).length;
    return (2 * both) / (either + both);
  });
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** Fields of tickets, each fifth predicted by what the other four teach; and the language of each. */
export function run(args: string[]): void {
  const options = evaluationArguments(args, 'triage --tickets JSONL [--quick]', ['tickets']);
  const all = z.array(Ticket).parse(readJsonLines(options.tickets));
  const tickets = shuffled(all, seededRandom(1)).map((ticket) => ({
    subject: ticket.subject ?? '',
    text: ticket.body,
    fields: { queue: ticket.queue, priority: ticket.priority, type: ticket.type },
    language: ticket.language,
  }));
  const pairs = { queue: [], priority: [], type: [] } as Record<(typeof fields)[number], [string, string][]>;
  let sure = 0;
  let sureRight = 0;
  for (let part = 0; part < (options.quick ? 1 : parts); part += 1) {
    const triage = trainTriage(tickets.filter((_, index) => index % parts !== part));
    for (const ticket of tickets.filter((_, index) => index % parts === part)) {
      for (const { field, value, band } of triage.predict(ticket)) {
        const name = fields.find((known) => known === field);
        if (name === undefined) continue;
        pairs[name].push([ticket.fields[name], value]);
        if (band !== 'sure') continue;
        sure += 1;
        if (ticket.fields[name] === value) sureRight += 1;
      }
    }
    progress(`part ${part + 1} of ${parts}: ${pairs.queue.length} tickets`);
  }
  const languages = [...new Set(tickets.map(({ language }) => language))];
  const inRightLanguage = tickets.filter(
    ({ subject, text, language }) => detectLanguage(`${subject}\n${text}`, languages).language === language,
  ).length;
  const accuracy = (list: readonly [string, string][]): number =>
    rounded(list.filter(([expected, found]) => expected === found).length / list.length);
  printResult(
    `Triage from triaged tickets${options.quick ? ' (quick: one part of five)' : ''}`,
    {
      queueMacroF1: rounded(macroF1(pairs.queue)),
      priorityMacroF1: rounded(macroF1(pairs.priority)),
      typeMacroF1: rounded(macroF1(pairs.type)),
      languageAccuracy: rounded(inRightLanguage / tickets.length),
      queueAccuracy: accuracy(pairs.queue),
      priorityAccuracy: accuracy(pairs.priority),
      typeAccuracy: accuracy(pairs.type),
      sureShare: rounded(sure / (fields.length * pairs.queue.length)),
      sureRight: sure === 0 ? null : rounded(sureRight / sure),
      tested: pairs.queue.length,
    },
    pairs.queue.length === 0,
  );
}
