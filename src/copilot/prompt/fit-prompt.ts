import { Transient } from '../../kernel/transient.ts';
import type { FinishedGeneration, Generation, ModelProvider } from '../../ports/model-provider.ts';
import type { FeatureContent, ModelFeature } from '../define-feature.ts';
import type { DataBlock } from './data-block.ts';
import { fitWindow, splitIntoParts } from './fit-window.ts';
import { newMarks, renderPrompt } from './render-prompt.ts';

export interface FittedContent {
  readonly content: Transient<FeatureContent>;
  readonly read: { readonly comments: number; readonly commentsLeftOut: number; readonly sources: number };
}

export interface FitArguments {
  readonly modelProvider: ModelProvider;
  readonly base: Omit<Generation, 'prompt'>;
  readonly feature: ModelFeature;
  /** Rules and instructions. */
  readonly system: string;
  readonly content: Transient<FeatureContent>;
  readonly marks: string;
  /** Share of the model's window to use; smaller after the provider found it too long. */
  readonly share: number;
  readonly onPart: (done: number, total: number) => void;
  readonly generatePart: (generation: Generation) => Promise<FinishedGeneration>;
}

const reserve = 0.1;
const mostParts = 16;
const partsAtOnce = 3;
/** Tokens that rules, instructions and a schema take, generously. */
const overheadTokens = 1_200;
const spareCharacters = 2;

/** Fits content into the model's window: as it is, trimmed, or read in parts first. */
export async function fitPrompt(wanted: FitArguments): Promise<FittedContent> {
  const { modelProvider, base, content } = wanted;
  const window = modelProvider.contextWindow(base.connection);
  const budget = Math.floor(
    (window - base.maxOutputTokens - Math.min(overheadTokens, window / 4)) * (1 - reserve) * wanted.share,
  );
  const characters = content.measure((one) =>
    one.blocks.reduce((sum, block) => sum + block.text.length + 80, one.task.length),
  );
  // Even a script with two tokens a character fits: no need to count.
  if (characters * spareCharacters < budget && wanted.share === 1)
    return { content, read: countRead(content) };
  const count = (text: string): number => modelProvider.countTokens(base.connection, Transient.of(text));
  if (wanted.feature.model.whenTooLong === 'parts') {
    const parts = content.map((one) => partsOf(one, budget, count));
    const total = parts.measure((list) => list.length);
    if (total > 1 && total <= mostParts) return readInParts(wanted, parts, total, budget, count);
  }
  const fitted = content.map((one) => fitWindow(one.blocks, budget, count));
  return {
    content: Transient.all([content, fitted]).map(([one, { blocks }]) => ({ ...one, blocks })),
    read: {
      comments: fitted.measure(({ commentsRead }) => commentsRead),
      commentsLeftOut: fitted.measure(({ commentsLeftOut }) => commentsLeftOut),
      sources: countRead(content).sources,
    },
  };
}

function countRead(content: Transient<FeatureContent>): FittedContent['read'] {
  const ofKind = (kind: DataBlock['kind']): number =>
    content.measure((one) => one.blocks.reduce((sum, block) => sum + (block.kind === kind ? 1 : 0), 0));
  return { comments: ofKind('comment'), commentsLeftOut: 0, sources: ofKind('source') };
}

/** One list of comment blocks a part; a single list means that everything fits at once. */
function partsOf(content: FeatureContent, budget: number, count: (text: string) => number): DataBlock[][] {
  const comments = content.blocks.filter((block) => block.kind === 'comment');
  const rest = content.blocks
    .filter((block) => block.kind !== 'comment')
    .reduce((sum, block) => sum + count(block.text) + 24, 0);
  const whole = comments.reduce((sum, block) => sum + count(block.text) + 24, rest);
  return whole <= budget ? [comments] : splitIntoParts(comments, Math.max(200, budget - rest), count);
}

async function readInParts(
  wanted: FitArguments,
  parts: Transient<DataBlock[][]>,
  total: number,
  budget: number,
  count: (text: string) => number,
): Promise<FittedContent> {
  const notes: Transient<string>[] = Array.from({ length: total });
  let done = 0;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < total) {
      const index = next;
      next += 1;
      notes[index] = await readPart(wanted, parts, index, total);
      done += 1;
      wanted.onPart(done, total);
    }
  };
  wanted.onPart(0, total);
  await Promise.all(Array.from({ length: Math.min(partsAtOnce, total) }, worker));
  const content = Transient.all([wanted.content, Transient.all(notes)]).map(([one, texts]) => {
    const noteBlocks: DataBlock[] = texts.map((text, index) => ({
      kind: 'notes',
      attributes: { part: index + 1, of: total },
      text,
    }));
    const others = one.blocks.filter((block) => block.kind !== 'comment');
    const fitted = fitWindow([...others, ...noteBlocks], budget, count);
    return {
      ...one,
      blocks: fitted.blocks,
      task: `The ticket was too long to read at once; the notes blocks hold what was read of it, in order.\n${one.task}`,
    };
  });
  return { content, read: { comments: countRead(wanted.content).comments, commentsLeftOut: 0, sources: 0 } };
}

async function readPart(
  wanted: FitArguments,
  parts: Transient<DataBlock[][]>,
  index: number,
  total: number,
): Promise<Transient<string>> {
  const marks = newMarks();
  const prompt = Transient.all([wanted.content, parts]).map(([one, lists]) => {
    const others = one.blocks.filter((block) => block.kind === 'ticket');
    const part: FeatureContent = {
      ...one,
      blocks: [...others, ...(lists[index] ?? [])],
      task: `This is part ${index + 1} of ${total} of a long ticket. Fill the fields for this part alone.`,
    };
    return renderPrompt(wanted.system, part, marks);
  });
  const finished = await wanted.generatePart({ ...wanted.base, prompt });
  const answer: Transient<unknown> = finished.output ?? finished.text;
  return answer.map(notesOf);
}

/** An answer as lines a model can read: one a value, with the field's name. */
function notesOf(value: unknown): string {
  if (value === null || typeof value !== 'object') return String(value);
  return Object.entries(value)
    .flatMap(([field, held]) =>
      (Array.isArray(held) ? held : [held])
        .filter((item) => item !== null && item !== '')
        .map((item) => `${field}: ${String(item)}`),
    )
    .join('\n');
}
