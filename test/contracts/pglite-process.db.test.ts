import { spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openPglite } from '../../src/adapters/pglite/open-pglite.ts';
import { isHammering, rounds } from '../support/hammer.ts';

const dying = fileURLToPath(new URL('../support/pglite-dying.ts', import.meta.url));
const writer = fileURLToPath(new URL('../support/pglite-writer.ts', import.meta.url));

describe('the embedded database and its process', () => {
  let root: string;
  const children: ChildProcess[] = [];
  beforeAll(() => {
    root = mkdtempSync(path.join(os.tmpdir(), 'indesk-test-'));
  });
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(root, { recursive: true, force: true });
  });

  const start = (directory: string, file = writer) => {
    const child = spawn(process.execPath, [file, directory], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    return child;
  };

  // Reads what the writer says until `acknowledged` rows are written, then kills it.
  const writeAndKill = async (directory: string, acknowledged: number) => {
    const child = start(directory);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    let found: string[] = [];
    const written: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      const [kind, value] = JSON.parse(line) as [string, string | string[]];
      if (kind === 'found') found = value as string[];
      else written.push(value as string);
      if (written.length === acknowledged) child.kill('SIGKILL');
    }
    await ended;
    return { found, written };
  };

  const kills = rounds(4, 50);
  test(
    `R22: keeps every acknowledged row through ${kills} kills`,
    async () => {
      const directory = path.join(root, 'killed');
      const acknowledged = new Set<string>();
      for (let kill = 0; kill < kills; kill += 1) {
        const { found, written } = await writeAndKill(directory, 15 + (kill % 17) * 3);
        expect([...acknowledged].filter((feature) => !found.includes(feature))).toEqual([]);
        expect(written.length).toBeGreaterThanOrEqual(15);
        for (const feature of written) acknowledged.add(feature);
      }
      const database = await openPglite({ directory });
      const id = (await database.lookup((lookups) => lookups.subscriptionIdByName('writer'))) ?? '';
      const rows = await database.read({ subscriptionId: id }, (tx) =>
        tx.selectFrom('app.feature_setting').select('feature').execute(),
      );
      const breaks = await database.read({ subscriptionId: id }, (tx) =>
        sql`select * from app.audit_breaks()`.execute(tx),
      );
      const events = await database.read({ subscriptionId: id }, (tx) =>
        tx.selectFrom('app.audit_event').select('sequence').execute(),
      );
      await database.close();
      const kept = new Set(rows.map((row) => row.feature));
      expect([...acknowledged].filter((feature) => !kept.has(feature))).toEqual([]);
      expect([breaks.rows, events.length]).toEqual([[], rows.length]);
      if (isHammering)
        process.stdout.write(`R22: ${kills} kills, ${acknowledged.size} rows acknowledged, all kept\n`);
    },
    isHammering ? 1_200_000 : 120_000,
  );

  test('R23: a second process ends within two seconds and names the directory and the holder', async () => {
    const directory = path.join(root, 'shared');
    const database = await openPglite({ directory });
    const startedAt = performance.now();
    const child = start(directory);
    let message = '';
    child.stderr.on('data', (text: Buffer) => (message += text.toString()));
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(3);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(message).toContain(directory);
    expect(message).toContain(`process ${String(process.pid)}`);
    await expect(openPglite({ directory })).rejects.toThrow('is in use');
    expect(await database.ready()).toBe(true);
    await database.close();
  });

  test('R23: takes over a lock whose process is gone or is another one by now', async () => {
    const directory = path.join(root, 'shared');
    expect(readdirSync(directory)).toEqual(['data']);
    const first = await openPglite({ directory });
    expect(statSync(path.join(directory, 'socket')).mode & 0o777).toBe(0o700);
    await first.close();
    const place = await placeOf(directory);
    writeFileSync(
      path.join(directory, 'lock'),
      JSON.stringify({ token: 'x', pid: process.pid, started: 'boot:1', place }),
    );
    const second = await openPglite({ directory });
    expect(await second.ready()).toBe(true);
    await second.close();
    writeFileSync(
      path.join(directory, 'lock'),
      JSON.stringify({ token: 'x', pid: 1, started: 'b:1', place: 'another machine' }),
    );
    await expect(openPglite({ directory })).rejects.toThrow('is in use by process 1');
  });

  test('a database that dies ends the process with a plain line, and the next start finds everything', async () => {
    const directory = path.join(root, 'dying');
    for (let time = 0; time < 2; time += 1) {
      const child = start(directory, dying);
      let message = '';
      child.stderr.on('data', (text: Buffer) => (message += text.toString()));
      const code = await new Promise((resolve) => child.once('exit', resolve));
      expect(message).toBe(
        'indesk: the thread of the embedded database ended. What was acknowledged is kept: start the program again.\n',
      );
      expect(code).toBe(1);
    }
    const database = await openPglite({ directory: path.join(directory, 'database') });
    expect(await database.ready()).toBe(true);
    await database.close();
  });

  test('keeps its socket short when the directory is deep, and leaves none behind', async () => {
    const directory = path.join(root, 'x'.repeat(120));
    // A folder of its own: other tests open databases in the usual one meanwhile.
    const temporary = path.join(root, 't');
    mkdirSync(temporary);
    vi.stubEnv('TMPDIR', temporary);
    const database = await openPglite({ directory });
    expect(existsSync(path.join(directory, 'socket'))).toBe(false);
    expect(readdirSync(temporary)).toHaveLength(1);
    expect(await database.ready()).toBe(true);
    await database.close();
    vi.unstubAllEnvs();
    expect(readdirSync(directory)).toEqual(['data']);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

// Where this process runs, as its own lock says it.
async function placeOf(directory: string): Promise<string> {
  const database = await openPglite({ directory });
  const { place } = JSON.parse(readFileSync(path.join(directory, 'lock'), 'utf8')) as { place: string };
  await database.close();
  return place;
}
