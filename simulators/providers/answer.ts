import type { Behaviour } from './behaviour.ts';
import { answerAsDemoModel } from './demo-model/demo-model.ts';
import { answerAsObedientModel } from './obedient-model/obedient-model.ts';
import { usageFor, type Answer, type Ask } from './dialects/dialect.ts';
import { chunksOf, plainText } from './plain-text.ts';
import { sampleJson } from './sample-json.ts';

/** Estimated tokens of a text, four characters each. */
export const estimateTokens = (text: string): number => Math.ceil(text.length / 4);

const wordsInsteadOfJson = 'I would rather say it in words: thank you for your message, we look into it.';

function spoil(json: string, how: Behaviour['badJson'], isFirstCall: boolean): string {
  if (how === 'wrapped') return `Sure! Here is the result:\n\n\`\`\`json\n${json}\n\`\`\`\nAnything else?`;
  return how === 'broken' || (how === 'once' && isFirstCall) ? wordsInsteadOfJson : json;
}

function simulatedText(ask: Ask, behaviour: Behaviour, isFirstCall: boolean): string {
  if (ask.schema) return spoil(JSON.stringify(sampleJson(ask.schema)), behaviour.badJson, isFirstCall);
  return behaviour.echo ? ask.user() : plainText(behaviour.words);
}

const obey = (ask: Ask, { key }: Behaviour): string | undefined =>
  answerAsObedientModel({ system: ask.system(), user: ask.user(), schema: ask.schema, key });

/** What is answered when nothing fails: a prepared text, the demo model's, or the plain word list. */
export function composeAnswer(
  ask: Ask,
  behaviour: Behaviour,
  prepared: string | undefined,
  isFirstCall: boolean,
): Answer {
  const isDemo = behaviour.kind === 'demo';
  const whole =
    prepared ??
    (isDemo
      ? answerAsDemoModel({ system: ask.system(), user: ask.user(), schema: ask.schema })
      : ((behaviour.obedient ? obey(ask, behaviour) : undefined) ??
        simulatedText(ask, behaviour, isFirstCall)));
  const text =
    behaviour.finish === 'length' || behaviour.filter === 'answer'
      ? whole.slice(0, Math.ceil(whole.length * 0.6))
      : whole;
  const finish = behaviour.filter === 'answer' ? 'filter' : behaviour.finish;
  if (behaviour.usage === null) return { text, finish, usage: null };
  const settings = isDemo
    ? { input: estimateTokens(ask.system() + ask.user()), output: estimateTokens(text), ...behaviour.usage }
    : behaviour.usage;
  return { text, finish, usage: usageFor(settings, ask.api === 'messages') };
}

/** The chunks a stream sends: a word each, or groups of three from the demo model. */
export const streamChunks = (text: string, behaviour: Behaviour): string[] =>
  chunksOf(text, behaviour.kind === 'demo' ? { words: 3, characters: 24 } : { words: 1, characters: 12 });
