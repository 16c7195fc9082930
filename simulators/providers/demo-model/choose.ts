import { blocksOf, customerBlocks, ticketLine, type ReadPrompt } from './read-prompt.ts';
import { overlap, termsOf } from './words.ts';

/** For each field of the choices, the letter whose line shares most with the ticket; null when none shares anything. */
export function choose(prompt: ReadPrompt): Record<string, string | null> {
  const written = customerBlocks(prompt).map(({ text }) => text);
  const material = [ticketLine(prompt, 'Subject'), ...written].join('\n');
  const chosen: Record<string, string | null> = {};
  let best = 0;
  let field = '';
  for (const line of blocksOf(prompt, 'choices').flatMap(({ text }) => text.split('\n'))) {
    const named = /^(field_\d+):/.exec(line)?.[1];
    if (named !== undefined) {
      field = named;
      best = 0;
      chosen[field] = null;
      continue;
    }
    const [, letter, meaning = ''] = /^\s*([a-z]): (.*)$/.exec(line) ?? [];
    const likeness = overlap(termsOf(meaning), material);
    if (letter === undefined || likeness <= best) continue;
    best = likeness;
    chosen[field] = letter;
  }
  return chosen;
}
