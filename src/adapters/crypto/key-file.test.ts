import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RootKeyError } from '../../ports/key-encryption.ts';
import { parseRootKey, readKeyFile, readOrMakeKeyFile } from './key-file.ts';

const newPath = (): string => join(mkdtempSync(join(tmpdir(), 'indesk-key-')), 'root.key');

describe('the key file', () => {
  it('is made once with mode 0600 and read again', () => {
    const path = newPath();
    const first = readOrMakeKeyFile(path);
    const text = readFileSync(path, 'utf8');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readOrMakeKeyFile(path).fingerprint).toBe(first.fingerprint);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('S133: is refused when it is missing, readable by others or damaged', () => {
    const path = newPath();
    expect(() => readKeyFile(path)).toThrow('is missing');
    readOrMakeKeyFile(path);
    chmodSync(path, 0o644);
    expect(() => readKeyFile(path)).toThrow('chmod 600');
    chmodSync(path, 0o600);
    writeFileSync(path, 'short');
    expect(() => readKeyFile(path)).toThrow('32 bytes');
  });

  it('S133: refuses placeholders, passphrases and repetitions, and takes every random key', () => {
    const weak = [
      Buffer.alloc(32),
      Buffer.alloc(32, 0xa5),
      Buffer.from('change-me-change-me-change-me-32'),
      Buffer.from('0123456789abcdef0123456789abcdef'),
      Buffer.from('correct horse battery staple 123'),
      Buffer.concat([randomBytes(8), randomBytes(8)].flatMap((half) => [half, half])),
    ];
    for (const key of weak) expect(() => parseRootKey(key.toString('base64'), 'It')).toThrow(RootKeyError);
    for (const text of [
      '',
      'changeme',
      randomBytes(31).toString('base64'),
      randomBytes(33).toString('base64'),
    ])
      expect(() => parseRootKey(text, 'It')).toThrow('32 bytes');
    for (let round = 0; round < 10_000; round += 1)
      parseRootKey(randomBytes(32).toString(round % 2 === 0 ? 'base64' : 'base64url'), 'It');
  });

  it('S125: leaves no text of the key in the heap of a process that has read it', () => {
    const path = newPath();
    readOrMakeKeyFile(path);
    const text = readFileSync(path, 'utf8').trim();
    const program = `
      import { readKeyFile } from ${JSON.stringify(join(import.meta.dirname, 'key-file.ts'))};
      import { writeHeapSnapshot } from 'node:v8';
      globalThis.held = readKeyFile(process.argv[1]);
      globalThis.marker = ['mar', process.argv.length, 'ker'].join('-');
      writeHeapSnapshot(process.argv[1] + '.heapsnapshot');`;
    execFileSync(process.execPath, ['--input-type=module', '-e', program, path]);
    const heap = readFileSync(`${path}.heapsnapshot`, 'utf8');
    expect(heap.includes('mar-2-ker')).toBe(true);
    expect(heap.includes(text.slice(0, 16))).toBe(false);
  });

  it('never says the key in its refusal', () => {
    const text = Buffer.from('correct horse battery staple 123').toString('base64');
    try {
      parseRootKey(text, 'It');
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).not.toContain(text.slice(0, 8));
    }
  });
});
