import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCsv } from './csv.ts';
import { areaUnderCurve } from './none-of-these.ts';
import { macroF1 } from './triage.ts';

const root = join(import.meta.dirname, '..', '..');

/** The files a file imports from this project, as values, not as types only. */
function importsOf(file: string): string[] {
  return [
    ...readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )[^;]*?from '(\.[^']+)'/gms),
  ].map(([, target = '']) => join(dirname(file), target));
}

function reachableFrom(start: string): Set<string> {
  const reached = new Set<string>();
  const waiting = [start];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file) || !existsSync(file)) continue;
    reached.add(file);
    waiting.push(...importsOf(file));
  }
  return reached;
}

describe('what the evaluations of classification measure', () => {
  it.each([
    ['intent', ['intent.ts']],
    ['none-of-these', ['intent.ts']],
    ['tags', ['tags.ts']],
    ['triage', ['language.ts', 'triage.ts']],
  ])('%s measures the functions that the features call', (name, measured) => {
    const evidence = importsOf(join(import.meta.dirname, `${name}.ts`)).filter((file) =>
      relative(root, file).startsWith('src/copilot/evidence/'),
    );
    expect(evidence).toEqual(measured.map((file) => join(root, 'src/copilot/evidence', file)));
    const ofFeatures = reachableFrom(join(root, 'src/start.ts'));
    for (const file of evidence) expect(ofFeatures).toContain(file);
  });
});

describe('figures', () => {
  it('reads quoted fields of a table', () => {
    expect(parseCsv('text,category\r\n"a, ""b""\nc",x\nd,\n')).toEqual([
      ['text', 'category'],
      ['a, "b"\nc', 'x'],
      ['d', ''],
    ]);
  });

  it('counts ties of the area under the curve as half', () => {
    expect(areaUnderCurve([0.9, 0.5], [0.5, 0.1])).toBe(0.875);
  });

  it('gives rare values the weight of common ones', () => {
    const pairs: [string, string][] = [
      ['a', 'a'],
      ['a', 'a'],
      ['a', 'b'],
      ['b', 'a'],
    ];
    expect(macroF1(pairs)).toBeCloseTo((2 / 3 + 0) / 2, 10);
  });
});

describe('running an evaluation', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'indesk-eval-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const evaluate = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'bench/eval/main.ts'), ...args],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    const result = /^RESULT (.*)$/m.exec(stdout)?.[1];
    return { status, stderr, result: result === undefined ? undefined : (JSON.parse(result) as unknown) };
  };
  const things = ['tent', 'boots', 'jacket', 'stove', 'lamp', 'rope'];
  const questions = [
    ...things.map((thing) => ({ text: `How do I return the ${thing}, please?`, label: 'return' })),
    ...things.map((thing) => ({ text: `When will the parcel with my ${thing} arrive?`, label: 'delivery' })),
  ];

  it('says plainly that data is absent, and measures nothing', () => {
    for (const args of [
      ['intent', '--train', 'no.csv', '--test', 'no.csv', '--shots', '5'],
      ['none-of-these', '--data', 'no.json'],
      ['tags', '--data', 'no'],
      ['triage', '--tickets', 'no.jsonl'],
    ]) {
      expect(evaluate(...args)).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(/^There is no .*no/),
        result: undefined,
      });
    }
    expect(evaluate('intent', '--train', 'x').stderr).toContain('--test is missing');
  });

  it('measures intents', () => {
    const rows = questions.map(({ text, label }) => `"${text}",${label}`).join('\n');
    writeFileSync(join(folder, 'rows.csv'), `text,category\n${rows}\n`);
    expect(
      evaluate('intent', '--train', 'rows.csv', '--test', 'rows.csv', '--shots', '3', '--quick'),
    ).toMatchObject({ status: 0, result: { accuracy: 1, baseline: 1, shots: '3', seeds: 2, tested: 12 } });
  });

  it('measures "none of these"', () => {
    const rows = questions.map(({ text, label }) => [text, label]);
    const outside = [['Quelle heure est-il', 'oos']];
    writeFileSync(join(folder, 'oos.json'), JSON.stringify({ train: rows, val: rows, oos_val: outside }));
    expect(evaluate('none-of-these', '--data', 'oos.json')).toMatchObject({
      status: 0,
      result: { inScopeAccuracy: 1, outOfScopeRecall: 1, auroc: 1, testedOutside: 1 },
    });
  });

  it('measures tags', () => {
    for (const fold of [0, 1, 2]) {
      const part = questions.filter((_, index) => index % 3 === fold);
      writeFileSync(
        join(folder, `fold${fold}.json`),
        JSON.stringify(part.map(({ text, label }) => ({ text, intents: [label] }))),
      );
    }
    expect(evaluate('tags', '--data', '.')).toMatchObject({
      status: 0,
      result: { microF1: 1, exact: 1, parts: 3, tested: 12 },
    });
  });

  it('measures triage', () => {
    const tickets = questions.map(({ text, label }) => ({
      subject: null,
      body: text,
      language: 'en',
      queue: label,
      priority: label === 'return' ? 'low' : 'high',
      type: label,
    }));
    writeFileSync(join(folder, 't.jsonl'), tickets.map((ticket) => JSON.stringify(ticket)).join('\n'));
    expect(evaluate('triage', '--tickets', 't.jsonl')).toMatchObject({
      status: 0,
      result: { queueMacroF1: 1, priorityMacroF1: 1, typeMacroF1: 1, languageAccuracy: 1, tested: 12 },
    });
  });
});
