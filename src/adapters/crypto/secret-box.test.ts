import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SecretBoxError } from '../../ports/secret-box.ts';
import { readOrMakeKeyFile } from './key-file.ts';
import { createSecretBox } from './secret-box.ts';

const binding = { subscriptionId: 's1', table: 'provider_connection', column: 'api_key', row: 'r1' };
const box = createSecretBox(randomBytes(32));

describe('the secret box', () => {
  it('opens what it sealed, with every kind of text', () => {
    for (const text of ['', 'sk-abc', 'schlüssel 🔑', 'x'.repeat(100_000)])
      expect(box.open(box.seal(text, binding), binding)).toBe(text);
  });

  it('refuses a sealed value under any other binding', () => {
    const sealed = box.seal('secret', binding);
    for (const key of Object.keys(binding))
      expect(() => box.open(sealed, { ...binding, [key]: 'other' })).toThrow(SecretBoxError);
  });

  it('refuses a value with any bit changed', () => {
    const [version, keyId, body] = box.seal('secret', binding).split('.');
    const bytes = Buffer.from(body ?? '', 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => box.open(`${version}.${keyId}.${changed.toString('base64url')}`, binding)).toThrow(
        SecretBoxError,
      );
    }
  });

  it('refuses a shortened tag', () => {
    const [version, keyId, body] = box.seal('secret', binding).split('.');
    const bytes = Buffer.from(body ?? '', 'base64url');
    for (const cut of [1, 4, 8, 12]) {
      expect(() =>
        box.open(
          `${version}.${keyId}.${bytes.subarray(0, bytes.length - cut).toString('base64url')}`,
          binding,
        ),
      ).toThrow(SecretBoxError);
    }
  });

  it('never uses a nonce twice and never seals alike', () => {
    const sealed = new Set(
      Array.from({ length: 10_000 }, () =>
        Buffer.from(box.seal('same', binding).split('.')[2] ?? '', 'base64url')
          .subarray(0, 12)
          .toString('hex'),
      ),
    );
    expect(sealed.size).toBe(10_000);
  });

  it('does not open under another key', () => {
    expect(() => createSecretBox(randomBytes(32)).open(box.seal('secret', binding), binding)).toThrow(
      SecretBoxError,
    );
  });
});

describe('the key file', () => {
  it('is made once with mode 0600 and read again', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'indesk-key-')), 'root.key');
    const first = readOrMakeKeyFile(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readOrMakeKeyFile(path).equals(first)).toBe(true);
  });

  it('is refused when others can read it or it is damaged', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'indesk-key-')), 'root.key');
    readOrMakeKeyFile(path);
    chmodSync(path, 0o644);
    expect(() => readOrMakeKeyFile(path)).toThrow('chmod 600');
    chmodSync(path, 0o600);
    writeFileSync(path, 'short');
    expect(() => readOrMakeKeyFile(path)).toThrow('32 bytes');
  });
});
