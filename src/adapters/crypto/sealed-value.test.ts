import { createCipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SecretBoxError } from '../../ports/secret-box.ts';
import { decrypt, encrypt, lengthPrefixed, uuidBytes } from './cipher.ts';
import { deriveBytes, openValue, readSealedValue, sealValue } from './sealed-value.ts';

const key = randomBytes(32);
const dataKeyId = '01890000-1111-7222-8333-444455556666';
const binding = { subscriptionId: 's1', table: 'provider_connection', column: 'api_key', row: 'r1' };
const open = (sealed: string, bound = binding, scope?: { purpose: string; salt: string }): string =>
  openValue(key, readSealedValue(sealed), bound, scope);

describe('a sealed value', () => {
  it('opens with every kind of text', () => {
    for (const text of ['', 'sk-abc', 'schlüssel 🔑', 'x'.repeat(100_000)])
      expect(open(sealValue(key, dataKeyId, text, binding))).toBe(text);
  });

  it('S126: is 0x01, data key, nonce, text and tag, bound to length-prefixed parts', () => {
    const nonce = Buffer.alloc(12, 9);
    const head = Buffer.from('indesk');
    const length = (count: number): Buffer => Buffer.from([0, 0, 0, count]);
    const parts = ['s1', 'provider_connection', 'api_key', 'r1'].flatMap((part) => [
      length(part.length),
      Buffer.from(part),
    ]);
    const associated = Buffer.concat([
      length(6),
      head,
      length(1),
      Buffer.from([1]),
      ...parts,
      length(16),
      uuidBytes(dataKeyId),
    ]);
    // Written out by hand, so that a change of the format cannot go unnoticed.
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated);
    const body = Buffer.concat([cipher.update('sk-abc'), cipher.final(), cipher.getAuthTag()]);
    const golden = Buffer.concat([Buffer.from([1]), uuidBytes(dataKeyId), nonce, body]).toString('base64url');
    expect(open(golden)).toBe('sk-abc');
    const own = Buffer.from(sealValue(key, dataKeyId, 'sk-abc', binding), 'base64url');
    expect([own.length, own[0], own.subarray(1, 17).toString('hex')]).toEqual([
      1 + 16 + 12 + 6 + 16,
      1,
      dataKeyId.replaceAll('-', ''),
    ]);
  });

  it('S126: tells ("ab", "c") from ("a", "bc")', () => {
    expect(lengthPrefixed(['ab', 'c']).equals(lengthPrefixed(['a', 'bc']))).toBe(false);
    const sealed = sealValue(key, dataKeyId, 'x', { ...binding, table: 'ab', column: 'c' });
    expect(() => open(sealed, { ...binding, table: 'a', column: 'bc' })).toThrow(SecretBoxError);
  });

  it('S33: is refused under any other binding, key or key id, with one message', () => {
    const sealed = sealValue(key, dataKeyId, 'secret', binding);
    const otherId = sealed.replace(/^.{10}/, (head) =>
      head.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    );
    const attempts = [
      ...Object.keys(binding).map((part) => () => open(sealed, { ...binding, [part]: 'other' })),
      () => open(otherId),
      () => openValue(randomBytes(32), readSealedValue(sealed), binding),
      () => open('v1.abc.def'),
      () => open(''),
      () => open(`${sealed}=`),
    ];
    for (const attempt of attempts) expect(attempt).toThrow('A sealed value could not be opened');
  });

  it('S33: is refused with any bit changed', () => {
    const bytes = Buffer.from(sealValue(key, dataKeyId, 'secret', binding), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => open(changed.toString('base64url'))).toThrow(SecretBoxError);
    }
  });

  it('S34: is refused with a tag of 4, 8, 12 or 15 bytes', () => {
    const bytes = Buffer.from(sealValue(key, dataKeyId, 'secret', binding), 'base64url');
    for (const tag of [0, 4, 8, 12, 15])
      expect(() => open(bytes.subarray(0, bytes.length - 16 + tag).toString('base64url'))).toThrow(
        SecretBoxError,
      );
    const empty = encrypt(key, Buffer.alloc(0), Buffer.alloc(0));
    expect(decrypt(key, empty, Buffer.alloc(0))).toEqual(Buffer.alloc(0));
    expect(decrypt(key, empty.subarray(0, -1), Buffer.alloc(0))).toBeUndefined();
  });

  it('S32: has a nonce of its own in a hundred thousand seals, and never looks alike', () => {
    const count = 100_000;
    const nonces = new Set<string>();
    for (let seal = 0; seal < count; seal += 1)
      nonces.add(sealValue(key, dataKeyId, 'same', binding).slice(22, 40));
    expect(nonces.size).toBe(count);
  });

  it('S128: has a key of its own for every purpose and salt', () => {
    const scope = { purpose: 'chat history', salt: 'session-1' };
    const sealed = sealValue(key, dataKeyId, 'turn', binding, scope);
    expect(open(sealed, binding, scope)).toBe('turn');
    for (const other of [{ ...scope, salt: 'session-2' }, { ...scope, purpose: 'job' }, undefined])
      expect(() => open(sealed, binding, other)).toThrow(SecretBoxError);
    const keys = new Set(
      Array.from({ length: 1_000 }, (_, salt) => deriveBytes(key, String(salt), 'p').toString('hex')),
    );
    expect(keys.size).toBe(1_000);
  });
});
