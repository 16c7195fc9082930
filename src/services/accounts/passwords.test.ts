import { describe, expect, it } from 'vitest';
import { commonPasswords } from './common-passwords.ts';
import { hashPassword, isOutdatedHash, verifyPassword } from './password-hash.ts';
import { checkPassword } from './password-policy.ts';

const context = { email: 'petra.lindqvist@nordwind-shop.example', subscriptionName: 'Nordwind Shop' };
const check = (password: string, more: object = {}): void => checkPassword(password, { ...context, ...more });

describe('what a password may be', () => {
  it('takes any fifteen characters that are not easily guessed, whatever their kind', () => {
    for (const good of [
      'violet kettle seventeen',
      'correct horse battery staple',
      'тихий океан под снегом',
      '雨の日に傘を忘れた人は三人います',
      'mmmm hyperbolic raisins',
      'x'.repeat(3) + '9Kd tuesday lamp',
    ])
      expect(() => check(good), good).not.toThrow();
  });

  it('counts characters after NFKC, from 15 to 128, and from 8 where a second factor is enforced', () => {
    expect(() => check('kettle lamp 14')).toThrow('at least 15');
    expect(() => check('kettle lamp 15!')).not.toThrow();
    expect(() => check('kettlamp', { secondFactorEnforced: true })).not.toThrow();
    expect(() => check('kettlam', { secondFactorEnforced: true })).toThrow('at least 8');
    expect(() => check('👩‍🚀🌋🧊🪁🎷🥝🛶')).toThrow('at least 15');
    const long = Array.from({ length: 64 }, (_, at) => String.fromCodePoint(0x4e00 + at * 7)).join('');
    expect(() => check(long + long)).not.toThrow();
    expect(() => check(`${long}${long}x`)).toThrow('at most 128');
  });

  it('refuses the usual ones, masked, repeated, in a row, or about the account', () => {
    expect(commonPasswords.size).toBeGreaterThan(3_000);
    for (const bad of [
      'qwertyuiopasdfghjkl',
      '1234567890123456',
      'aaaaaaaaaaaaaaaaaaaa',
      'abcabcabcabcabcabc',
      'passwordpassword',
      'PasswordPassword123!',
      'P@ssw0rdP@ssw0rd',
      'harrypotter2024!',
      'Administrator123!',
      'indesk-nordwind-2026',
      'petra.lindqvist1',
      'Nordwind Shop 2025',
    ])
      expect(() => check(bad), bad).toThrow('among the first');
    for (const bad of ['Sommer2024!', 'dragon123', 'Liverpool1', 'trustno1trustno1', 'letmein!!'])
      expect(() => check(bad, { secondFactorEnforced: true }), bad).toThrow('among the first');
  });

  it('never repeats the password in what it says', () => {
    try {
      check('passwordpassword');
    } catch (error) {
      expect(String(error)).not.toContain('passwordpassword');
    }
  });
});

describe('how a password is kept', () => {
  it('hashes with Argon2id, 19 MiB, two passes, and recognises composed and decomposed letters as the same', async () => {
    const stored = await hashPassword('café société anonyme');
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await verifyPassword('café société anonyme'.normalize('NFD'), stored)).toBe(true);
    expect(await verifyPassword('cafe société anonyme', stored)).toBe(false);
    expect(isOutdatedHash(stored)).toBe(false);
    expect(isOutdatedHash(stored.replace('m=19456', 'm=4096'))).toBe(true);
  });

  it('fits the known answer of another implementation', async () => {
    // From the reference implementation: argon2id, v=19, m=65536, t=2, p=1, "password", "somesalt".
    const known = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await verifyPassword('password', known)).toBe(true);
    expect(await verifyPassword('passwore', known)).toBe(false);
  });

  it('says no where there is no hash', async () => {
    expect(await verifyPassword('anything at all', null)).toBe(false);
    expect(await verifyPassword('anything at all', undefined)).toBe(false);
  });

  it('refuses instead of piling up when very many come at once', async () => {
    const settled = await Promise.allSettled(Array.from({ length: 80 }, () => verifyPassword('x', null)));
    const refused = settled.filter((one) => one.status === 'rejected');
    expect(refused).toHaveLength(80 - 66);
    expect(await verifyPassword('x', null)).toBe(false);
  });
});
