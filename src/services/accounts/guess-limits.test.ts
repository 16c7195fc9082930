import { hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createMemoryKeyValueStore } from '../../adapters/memory/key-value-store.ts';
import { makeDeviceToken, networkOf, takeGuess } from './guess-limits.ts';

const minuteMs = 60_000;

function world() {
  let nowMs = Date.UTC(2026, 0, 5, 10, 7);
  const deriveKey = (purpose: string) => Buffer.from(hkdfSync('sha256', 'root', '', purpose, 32));
  const ports = {
    keyValues: createMemoryKeyValueStore(),
    secretBox: { deriveKey } as never,
    clock: { now: () => new Date(nowMs), elapsed: () => nowMs },
  };
  return { ports, pass: (ms: number) => (nowMs += ms), now: () => nowMs };
}
const source = (at: number) => ({ emailHash: 'a'.repeat(64), address: `10.${at % 200}.${at % 100}.1` });

describe('how often may be guessed', () => {
  it('S87: no fifteen minutes ever see more than ten guesses at an account', async () => {
    const { ports, pass, now } = world();
    const taken: number[] = [];
    for (let at = 0; at < 4_000; at += 1) {
      pass(2_000);
      await takeGuess(ports, source(at)).then(
        () => taken.push(now()),
        () => undefined,
      );
    }
    const most = Math.max(
      ...taken.map((from) => taken.filter((each) => each >= from && each < from + 15 * minuteMs).length),
    );
    expect(most).toBeLessThanOrEqual(10);
    expect(taken.length).toBeGreaterThan(40);
  });

  it('S87: one network runs out of guesses over all addresses, and its neighbours do not', async () => {
    const { ports } = world();
    const settled = await Promise.allSettled(
      Array.from({ length: 200 }, (_, at) =>
        takeGuess(ports, { emailHash: String(at).padStart(64, '0'), address: `192.0.2.${at}` }),
      ),
    );
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(60);
    await takeGuess(ports, { emailHash: 'f'.repeat(64), address: '192.0.3.7' });
  });

  it('gives a guess back when it was the right password, to the window it was taken from', async () => {
    const { ports, pass } = world();
    for (let at = 0; at < 30; at += 1) await (await takeGuess(ports, source(at)))();
    const giveBack = await takeGuess(ports, source(1));
    pass(15 * minuteMs);
    await giveBack();
    for (let at = 0; at < 5; at += 1) await takeGuess(ports, source(at));
    await expect(takeGuess(ports, source(9))).rejects.toMatchObject({ type: 'rate-limited' });
  });

  it('forgets a device after ninety days', async () => {
    const { ports, pass } = world();
    const deviceToken = makeDeviceToken(ports, source(0).emailHash);
    const exhaust = async () => {
      for (let at = 0; at < 6; at += 1) await takeGuess(ports, source(at)).catch(() => undefined);
    };
    await exhaust();
    await takeGuess(ports, { ...source(0), deviceToken });
    pass(92 * 24 * 60 * minuteMs);
    await exhaust();
    await expect(takeGuess(ports, { ...source(0), deviceToken })).rejects.toMatchObject({
      type: 'rate-limited',
    });
  });

  it('counts by /24 of IPv4 and /56 of IPv6', () => {
    expect(networkOf('203.0.113.9')).toBe('203.0.113');
    expect(networkOf('::ffff:203.0.113.9')).toBe('203.0.113');
    expect(networkOf('2001:db8:1:ab12::7')).toBe('2001:db8:1:ab00');
    expect(networkOf('2001:db8:1:abff:1:2:3:4')).toBe('2001:db8:1:ab00');
    expect(networkOf('2001:db8::1')).toBe('2001:db8:0:0');
    expect(networkOf('::1')).toBe('0:0:0:0');
    expect(networkOf('fe80::1%eth0')).toBe('fe80:0:0:0');
  });
});
