import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from './secret.ts';

describe('a secret', () => {
  it('S132: shows nothing of its bytes however it is printed', () => {
    const bytes = Buffer.from('the bytes of a key, 32 characters');
    const secret = new Secret(bytes);
    const held = { deep: [{ secret }] };
    const printed = [
      inspect(secret),
      inspect(held, { depth: 9, showHidden: true }),
      JSON.stringify(held),
      String(secret),
      `${secret.toString()}`,
      inspect(Object.assign(new Error('x'), { secret }), { depth: 9 }),
    ].join('\n');
    expect(printed).toContain('[secret]');
    for (const form of ['utf8', 'hex', 'base64', 'base64url'] as const)
      expect(printed).not.toContain(bytes.toString(form).slice(0, 10));
    expect(printed).not.toContain(`${bytes[0]}, ${bytes[1]}`);
  });

  it('S132: is zeros after it was wiped, and cannot be used', () => {
    const bytes = Buffer.alloc(32, 7);
    const secret = new Secret(bytes);
    expect(secret.use((held) => held[0])).toBe(7);
    secret.wipe();
    expect(bytes.equals(Buffer.alloc(32))).toBe(true);
    expect(secret.wiped).toBe(true);
    expect(() => secret.use((held) => held[0])).toThrow('wiped');
  });
});
