// Measures a feature's own function against labelled data that stands outside the project.
// A new evaluation is one file here and one line in this table.
const evaluations: Readonly<Record<string, () => Promise<{ run(args: string[]): void | Promise<void> }>>> = {
  intent: () => import('./intent.ts'),
  'none-of-these': () => import('./none-of-these.ts'),
  tags: () => import('./tags.ts'),
  triage: () => import('./triage.ts'),
  replies: () => import('./replies.ts'),
  duplicates: () => import('./duplicates.ts'),
  escalation: () => import('./escalation.ts'),
  masking: () => import('./masking.ts'),
  macros: () => import('./macros.ts'),
  retrieval: () => import('./retrieval.ts'),
};

const [name = '', ...args] = process.argv.slice(2);
const evaluation = evaluations[name];
if (evaluation === undefined) {
  process.stderr.write(
    `Usage: npm run eval -- NAME ... [--quick]\nNAME: ${Object.keys(evaluations).join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  const { run } = await evaluation();
  await run(args);
}
