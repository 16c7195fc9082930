import { findValues } from '../../src/copilot/masking/find-values.ts';
import type { MaskType } from '../../src/contract/masking.ts';
import { defaultMasking } from '../../src/services/masking/masking-rules.ts';
import { printResult } from '../report.ts';
import { evaluationArguments, readJson, rounded, stop } from './support.ts';

const entityTypes = {
  EMAIL_ADDRESS: 'email',
  IP_ADDRESS: 'ip',
  CREDIT_CARD: 'card',
  IBAN_CODE: 'iban',
  PHONE_NUMBER: 'phone',
} as const satisfies Readonly<Record<string, MaskType>>;
type EntityType = keyof typeof entityTypes;

/** A sentence with the values in it; positions are code points, as Python counts them. */
export interface LabelledSentence {
  readonly full_text: string;
  readonly spans: readonly {
    readonly entity_type: string;
    readonly start_position: number;
    readonly end_position: number;
  }[];
}

export interface MaskingScore {
  readonly recall: Readonly<Record<EntityType, number | null>>;
  readonly precision: number | null;
  /** Share of the found phone numbers that are none. */
  readonly phoneFalsePositives: number | null;
  readonly missed: readonly string[];
  readonly wrong: readonly string[];
}

/** A value counts as found when all of it is masked as what it is; what is masked and is no value of that kind is wrong. */
export function scoreMasking(sentences: readonly LabelledSentence[]): MaskingScore {
  const tally = new Map<string, { gold: number; hit: number; found: number; wrong: number }>(
    Object.values(entityTypes).map((type) => [type, { gold: 0, hit: 0, found: 0, wrong: 0 }]),
  );
  const missed: string[] = [];
  const wrong: string[] = [];
  for (const { full_text: text, spans } of sentences) {
    const found = findValues(text, defaultMasking, new Set());
    const unitAt = unitPositions(text);
    const gold = spans.flatMap((span) => {
      const type = (entityTypes as Readonly<Record<string, MaskType>>)[span.entity_type];
      const [start, end] = [unitAt[span.start_position], unitAt[span.end_position]];
      return type === undefined || start === undefined || end === undefined ? [] : [{ type, start, end }];
    });
    for (const value of gold) {
      const count = tally.get(value.type);
      if (count === undefined) continue;
      count.gold += 1;
      const covered = found.some(
        ({ type, start, end }) => type === value.type && start <= value.start && end >= value.end,
      );
      if (covered) count.hit += 1;
      else missed.push(`${value.type}: ${text.slice(value.start, value.end)}`);
    }
    for (const span of found) {
      const count = tally.get(span.type);
      if (count === undefined) continue;
      count.found += 1;
      if (gold.some(({ type, start, end }) => type === span.type && start < span.end && end > span.start))
        continue;
      count.wrong += 1;
      wrong.push(`${span.type}: ${text.slice(span.start, span.end)}`);
    }
  }
  const share = (part: number, whole: number): number | null => (whole === 0 ? null : rounded(part / whole));
  const all = [...tally.values()];
  const total = all.reduce((sum, { found }) => sum + found, 0);
  const phone = tally.get('phone');
  return {
    recall: Object.fromEntries(
      Object.entries(entityTypes).map(([entity, type]) => {
        const { hit = 0, gold = 0 } = tally.get(type) ?? {};
        return [entity, share(hit, gold)];
      }),
    ) as MaskingScore['recall'],
    precision: share(total - all.reduce((sum, one) => sum + one.wrong, 0), total),
    phoneFalsePositives: share(phone?.wrong ?? 0, phone?.found ?? 0),
    missed,
    wrong,
  };
}

/** UTF-16 position of each code point, and of the end. */
function unitPositions(text: string): number[] {
  const positions: number[] = [];
  let at = 0;
  for (const character of text) {
    positions.push(at);
    at += character.length;
  }
  positions.push(at);
  return positions;
}

export function run(args: string[]): void {
  const { sentences: path } = evaluationArguments(args, 'masking --sentences JSON', ['sentences']);
  const sentences = readJson(path);
  if (!Array.isArray(sentences)) stop('The file must hold a list of sentences.');
  const { missed, wrong, ...figures } = scoreMasking(sentences as LabelledSentence[]);
  // Marked data, not customers': shown so that a reader can judge the misses.
  for (const line of missed) process.stdout.write(`missed  ${JSON.stringify(line)}\n`);
  for (const line of wrong) process.stdout.write(`wrong   ${JSON.stringify(line)}\n`);
  printResult(
    `Masking: ${sentences.length} sentences`,
    { ...figures, sentences: sentences.length },
    sentences.length === 0,
  );
}
