import { describe, expect, it } from 'vitest';
import { fromBase32, toBase32 } from './base32.ts';
import { counterAt, makeTotpSecret, matchingCounter, otpauthUrl, totpCode } from './totp.ts';

// RFC 6238, appendix B: the rows for SHA-1, whose secret is twenty ASCII digits.
const secret = Buffer.from('12345678901234567890');
const vectors: readonly (readonly [seconds: number, code: string])[] = [
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
];

describe('time-based codes', () => {
  it('S83: agree with every SHA-1 vector of RFC 6238', () => {
    for (const [seconds, code] of vectors) {
      expect(totpCode(secret, counterAt(seconds * 1000), 8)).toBe(code);
      expect(totpCode(secret, counterAt(seconds * 1000))).toBe(code.slice(2));
    }
  });

  it('S83: are taken one step early or late and not two', () => {
    const nowMs = 1_234_567_890_000;
    const present = counterAt(nowMs);
    const taken = [-2, -1, 0, 1, 2].map((shift) =>
      matchingCounter(secret, totpCode(secret, present + shift), { nowMs, lastAccepted: 0 }),
    );
    expect(taken).toEqual([undefined, present - 1, present, present + 1, undefined]);
  });

  it('S83: are not taken at or before the step of the last one', () => {
    const nowMs = 1_234_567_890_000;
    const present = counterAt(nowMs);
    const take = (counter: number, lastAccepted: number): number | undefined =>
      matchingCounter(secret, totpCode(secret, counter), { nowMs, lastAccepted });
    expect(take(present, present)).toBeUndefined();
    expect(take(present - 1, present)).toBeUndefined();
    expect(take(present + 1, present)).toBe(present + 1);
  });

  it('are refused in any other form', () => {
    const nowMs = 59_000;
    for (const code of ['', '287082 ', '28708', '94287082', '２８７０８２', 'abcdef'])
      expect(matchingCounter(secret, code, { nowMs, lastAccepted: 0 })).toBeUndefined();
    expect(matchingCounter(secret, '287082', { nowMs, lastAccepted: 0 })).toBe(1);
  });
});

describe('secrets', () => {
  it('have 160 bits, differ, and survive base32', () => {
    const made = Array.from({ length: 50 }, makeTotpSecret);
    expect(new Set(made.map(toBase32)).size).toBe(50);
    for (const one of made) {
      expect(one.length).toBe(20);
      expect(toBase32(one)).toMatch(/^[A-Z2-7]{32}$/);
      expect(fromBase32(toBase32(one))).toEqual(one);
    }
    // RFC 4648, section 10, without padding.
    expect(['f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => toBase32(Buffer.from(text)))).toEqual([
      'MY',
      'MZXQ',
      'MZXW6',
      'MZXW6YQ',
      'MZXW6YTB',
      'MZXW6YTBOI',
    ]);
    expect(() => fromBase32('M1')).toThrow('Not base32');
  });

  it('reach the app in an address whose label cannot end early', () => {
    const url = new URL(
      otpauthUrl({ issuer: 'InDesk', account: 'a?secret=x&b@example.org', secret: 'MZXW6' }),
    );
    expect(url.searchParams.getAll('secret')).toEqual(['MZXW6']);
    expect(decodeURIComponent(url.pathname)).toBe('/InDesk:a?secret=x&b@example.org');
  });
});
