import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { Canaries, formsOf } from './canaries.ts';
import { createScanner } from './scanner.ts';

/** One of each kind: our own marks, and secrets as the server makes them. */
function someCanaries(): Canaries {
  const canaries = new Canaries();
  canaries.plant('content');
  canaries.plant('other content');
  canaries.mark('refresh token', randomBytes(32).toString('base64url'));
  canaries.mark('recovery code', (randomBytes(16).toString('hex').match(/.{4}/g) ?? []).join('-'));
  canaries.mark('subscription key', `idk_sub_${randomBytes(32).toString('base64url')}_0a1b2c3d`);
  canaries.mark('access token', `eyJh.eyJz.${randomBytes(64).toString('base64url')}`);
  canaries.mark('TOTP secret', 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP');
  return canaries;
}

it('S3: finds every form of every canary, at the beginning, in the middle and at the end, and names its channel', () => {
  const { all } = someCanaries();
  const scan = createScanner(all);
  let forms = 0;
  for (const canary of all) {
    for (const form of formsOf(canary)) {
      const noise = randomBytes(1_000);
      for (const bytes of [form, Buffer.concat([noise, form, noise]), Buffer.concat([noise, form])])
        expect(scan('here', bytes)).toEqual([{ channel: canary.channel, place: 'here' }]);
      forms += 1;
    }
  }
  expect(forms).toBeGreaterThan(100);
});

it('S3: finds what was escaped, encoded within something longer, or cut short', () => {
  const canaries = new Canaries();
  const value = canaries.plant('content');
  const token = randomBytes(32);
  canaries.mark('token', token.toString('base64url'));
  const scan = createScanner(canaries.all);
  const shapes = [
    JSON.stringify({ text: `"${value}"\n` }),
    encodeURIComponent(`?q=${value}&more`),
    `x${Buffer.from(`longer text with ${value} in it`).toString('base64')}`,
    Buffer.from(`a${value}`).toString('hex'),
    value.slice(0, 16),
    value.slice(4, 16),
    Buffer.from(`text ${value}`, 'utf16le'),
    token,
    token.toString('hex'),
    token.toString('base64'),
  ];
  for (const shape of shapes)
    expect(scan('here', typeof shape === 'string' ? Buffer.from(shape) : shape)).toHaveLength(1);
});

it('finds nothing in what holds none, and everything in what holds several', () => {
  const { all } = someCanaries();
  const scan = createScanner(all);
  expect(scan('here', randomBytes(1 << 20))).toEqual([]);
  expect(scan('here', Buffer.alloc(1 << 20))).toEqual([]);
  expect(
    scan(
      'here',
      Buffer.from(
        someCanaries()
          .all.map(({ value }) => value)
          .join(' '),
      ),
    ),
  ).toEqual([
    // The TOTP secret of this test is the same each time.
    { channel: 'TOTP secret', place: 'here' },
  ]);
  const every = Buffer.from(all.map(({ value }) => value).join(''));
  expect(new Set(scan('here', every).map(({ channel }) => channel)).size).toBe(all.length);
});
