import { objectAt, type Json, type JsonObject } from '../json.ts';
import { fillSchema } from './fill-schema.ts';
import { chatSummary, chatTurn } from './chat.ts';
import { choose } from './choose.ts';
import { detectLanguage } from './language.ts';
import { blocksOf, readPrompt, type ReadPrompt } from './read-prompt.ts';
import { reply } from './reply.ts';
import { review } from './review.ts';
import { rewrite } from './rewrite.ts';
import { summarize } from './summarize.ts';

/** A prompt as any of the wire formats carries it. */
export interface DemoAsk {
  readonly system: string;
  readonly user: string;
  readonly schema: JsonObject | null;
}

/** Values a feature knows by name; the rest of the schema is filled from the material. */
function knownValues(prompt: ReadPrompt, properties: JsonObject): Readonly<Record<string, Json>> {
  // Only an AI agent's answer says this of itself.
  if ('refusedTopic' in properties) {
    const turn = chatTurn(prompt);
    return { ...turn, citations: turn.citations.map((citation) => ({ ...citation })) };
  }
  if (prompt.task === 'summarize-ticket' || ('wants' in properties && 'happened' in properties))
    return { ...summarize(prompt) };
  if (prompt.task === 'suggest-reply' || ('answer' in properties && 'citations' in properties)) {
    const { language, answer, citations, missing } = reply(prompt);
    return {
      language,
      answer,
      citations: citations.map((citation) => ({ ...citation })),
      missing,
    };
  }
  // A summary by itself is of a conversation with an AI agent.
  if (Object.keys(properties).join() === 'summary') return { summary: chatSummary(prompt) };
  if (prompt.task === 'triage-ticket') return choose(prompt);
  if ('lines' in properties && blocksOf(prompt, 'scorecard').length > 0)
    return { lines: review(prompt).map((line) => ({ ...line })) };
  return {};
}

function structured(prompt: ReadPrompt, schema: JsonObject): string {
  const filled = fillSchema(schema, prompt);
  const properties = objectAt(schema, 'properties');
  const known = knownValues(prompt, properties);
  if (typeof filled !== 'object' || filled === null || Array.isArray(filled)) return JSON.stringify(filled);
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(filled).map(([name, value]) => [name, known[name] === undefined ? value : known[name]]),
    ),
  );
}

function plain(prompt: ReadPrompt): string {
  const draft = blocksOf(prompt, 'draft')[0]?.text;
  if (draft !== undefined && (prompt.task === 'rewrite-text' || prompt.mode !== '')) {
    return rewrite(
      draft,
      prompt.mode || 'fix-grammar',
      blocksOf(prompt, 'instruction')
        .map(({ text }) => text)
        .join(' '),
    );
  }
  if (prompt.task === 'summarize-ticket') {
    const { wants, facts, happened, open, next } = summarize(prompt);
    return [wants, ...facts, ...happened, ...open, next ?? '']
      .filter((line) => line !== '')
      .map((line) => `- ${line}`)
      .join('\n');
  }
  const { answer, missing } = reply(prompt);
  return answer || missing.join('\n') || prompt.taskText || `(${detectLanguage(prompt.taskText)})`;
}

/** Answers by picking and arranging sentences of the prompt; the same prompt always gets the same answer. */
export function answerAsDemoModel(ask: DemoAsk): string {
  const prompt = readPrompt(ask.system, ask.user);
  return ask.schema ? structured(prompt, ask.schema) : plain(prompt);
}
