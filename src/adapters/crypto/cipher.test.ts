import { createCipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decrypt, encrypt } from './cipher.ts';

const key = randomBytes(32);
const associated = Buffer.from('what it belongs to');

describe('opening', () => {
  it('S35: gives not one byte of a text whose proof fails, however long it is', () => {
    for (const length of [1, 15, 16, 17, 4_096, 1_000_000]) {
      const plain = Buffer.alloc(length, 'secret');
      const sealed = encrypt(key, plain, associated);
      expect(decrypt(key, sealed, associated)?.equals(plain)).toBe(true);
      for (const place of [0, 12, sealed.length - 17, sealed.length - 1]) {
        const changed = Buffer.from(sealed);
        changed[place] = (changed[place] ?? 0) ^ 1;
        expect(decrypt(key, changed, associated)).toBeUndefined();
      }
      expect(decrypt(key, sealed, Buffer.from('something else'))).toBeUndefined();
      expect(decrypt(randomBytes(32), sealed, associated)).toBeUndefined();
    }
  });

  it('S35: gives nothing where the text is whole and only the proof is missing', () => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated);
    const text = Buffer.concat([nonce, cipher.update('secret'), cipher.final()]);
    expect(decrypt(key, Buffer.concat([text, cipher.getAuthTag()]), associated)?.toString()).toBe('secret');
    expect(decrypt(key, Buffer.concat([text, Buffer.alloc(16)]), associated)).toBeUndefined();
    expect(decrypt(key, text, associated)).toBeUndefined();
  });
});
