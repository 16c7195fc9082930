import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkFloors } from './floors.ts';

const root = join(import.meta.dirname, '../..');

// One planted import for each rule, each in a copy of the tree.
const planted: readonly (readonly [rule: string, file: string, line: string])[] = [
  ['floor:kernel', 'src/kernel/planted.ts', "import '../ports/call.ts';"],
  ['floor:contract', 'src/contract/planted.ts', "import '../ports/clock.ts';"],
  ['floor:ports', 'src/ports/planted.ts', "import '../services/usage/call-ledger.ts';"],
  ['floor:services', 'src/services/planted.ts', "import '../copilot/run-feature.ts';"],
  ['floor:copilot', 'src/copilot/planted.ts', "import '../http/reply.ts';"],
  ['floor:chat', 'src/chat/planted.ts', "import '../http/reply.ts';"],
  ['floor:adapters', 'src/adapters/memory/planted.ts', "import '../../services/usage/call-ledger.ts';"],
  ['floor:jobs', 'src/jobs/planted.ts', "import '../http/reply.ts';"],
  ['floor:http', 'src/http/planted.ts', "import '../adapters/memory/rate-limiter.ts';"],
  ['floor:web', 'web/planted.ts', "import '../src/ports/clock.ts';"],
  ['floor:simulators', 'simulators/planted.ts', "import '../src/kernel/json.ts';"],
  [
    'one-adapter-does-not-know-another',
    'src/adapters/memory/planted-other.ts',
    "import '../crypto/secret-box.ts';",
  ],
  ['reveal-only-at-the-sinks', 'src/copilot/planted-reveal.ts', "import '../kernel/reveal.ts';"],
  [
    'contents-only-inside-kernel',
    'src/http/planted-contents.ts',
    "import '../kernel/transient-contents.ts';",
  ],
  ['no-cycles', 'src/kernel/planted-a.ts', "import './planted-b.ts';"],
];

describe('floors', () => {
  let copy: string;

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'indesk-floors-'));
    for (const folder of ['src', 'web', 'simulators', 'test', 'bench', 'scripts'])
      cpSync(join(root, folder), join(copy, folder), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    for (const file of ['package.json', 'tsconfig.json']) cpSync(join(root, file), join(copy, file));
    for (const [, file, line] of planted) {
      mkdirSync(dirname(join(copy, file)), { recursive: true });
      writeFileSync(join(copy, file), `${line}\n`);
    }
    writeFileSync(join(copy, 'src/kernel/planted-b.ts'), "import './planted-a.ts';\n");
  });

  it('catches a planted breach of every rule by name', () => {
    const { breaches } = checkFloors(copy, root);
    for (const [rule, file] of planted)
      expect(
        breaches.some((breach) => breach.startsWith(`${rule}: ${file}`)),
        `${rule} in ${file}`,
      ).toBe(true);
  });

  it('finds no breach in the project and has read every file of it', () => {
    const { seen, unseen, breaches } = checkFloors(root);
    expect(unseen).toEqual([]);
    expect(seen).toBeGreaterThan(150);
    expect(breaches).toEqual([]);
  });
});
