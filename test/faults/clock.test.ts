import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { appConnectionString, copyTemplate, engines } from '../support/database.ts';
import { createMovableClock, whyNoFaketime, type MovableClock } from '../support/faketime.ts';
import { openHouse, type House } from '../support/house.ts';

const run = promisify(execFile);
const hasPostgres = engines.some(({ name, available }) => name === 'postgres' && available);
const minute = 60;
const sessionMinutes = 10;
const renewalsAMinute = 60;

// The server's clock moves; Zendesk's and the database's keep the true time.
describe.skipIf(whyNoFaketime !== undefined)('a server whose clock is wrong', () => {
  let clock: MovableClock;
  let house: House;

  beforeAll(async () => {
    clock = createMovableClock();
    house = await openHouse({
      environment: { ...clock.environment, INDESK_SESSION_MINUTES: String(sessionMinutes) },
    });
  });
  afterAll(async () => {
    await house?.close();
    clock?.remove();
  });
  beforeEach(() => clock.moveTo(0));

  const sign = async (): Promise<string> =>
    ((await house.sandbox('zendesk', 'POST', 'sign', { ticketId: 1001, agentId: 9001 })) as { token: string })
      .token;
  const post = async (
    token: string,
  ): Promise<{ readonly status: number; readonly session: string | undefined }> => {
    const response = await fetch(`${house.serverUrl}/sidebar`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token }),
    });
    const session = /<meta name="indesk-session" content="([^"]+)">/.exec(await response.text())?.[1];
    return { status: response.status, session };
  };
  const signIn = async (): Promise<string> => {
    const { session } = await post(await sign());
    if (session === undefined) throw new Error('no session');
    return session;
  };
  const ask = (session: string, path = 'state', method = 'GET'): Promise<Response> =>
    fetch(`${house.serverUrl}/v1/sidebar/${path}`, {
      method,
      headers: { authorization: `Bearer ${session}`, 'content-type': 'application/json' },
      ...(method === 'POST' && { body: '{}' }),
    });

  it('R19: moves at all, or nothing here would be worth anything', async () => {
    clock.moveTo(3 * 60 * minute);
    const date = Date.parse((await ask('x')).headers.get('date') ?? '');
    expect(date - Date.now()).toBeGreaterThan(2 * 60 * minute * 1000);
  });

  it('R19: takes a sign-in at most thirty seconds early or late', async () => {
    // A token of Zendesk lasts five minutes from its signing.
    const cases: readonly (readonly [offset: number, taken: boolean])[] = [
      [0, true],
      [-25, true],
      [-40, false],
      [-5 * minute, false],
      [5 * minute, true],
      [5 * minute + 20, true],
      [5 * minute + 40, false],
      [60 * minute, false],
      [-60 * minute, false],
    ];
    for (const [offset, taken] of cases) {
      const token = await sign();
      clock.moveTo(offset);
      expect((await post(token)).status, `${offset} s`).toBe(taken ? 200 : 401);
    }
  });

  it('R19: keeps sessions over a jump of five minutes either way and an hour back, and no longer than they last', async () => {
    const session = await signIn();
    const cases: readonly (readonly [offset: number, status: number])[] = [
      [5 * minute, 200],
      [-5 * minute, 200],
      [-60 * minute, 200],
      [sessionMinutes * minute - 20, 200],
      [sessionMinutes * minute + 5, 401],
      [0, 200],
    ];
    for (const [offset, status] of cases) {
      clock.moveTo(offset);
      expect((await ask(session)).status, `${offset} s`).toBe(status);
    }
  });

  it('R19: knows a used sign-in again after its clock jumped', async () => {
    for (const offset of [-20, 5 * minute]) {
      clock.moveTo(0);
      const token = await sign();
      expect((await post(token)).status).toBe(200);
      clock.moveTo(offset);
      expect((await post(token)).status, `${offset} s`).toBe(401);
    }
  });

  it('R19: neither forgets a limit nor prolongs it when its clock jumps', async () => {
    const session = await signIn();
    let last: Response | undefined;
    for (let count = 0; count <= renewalsAMinute; count += 1) last = await ask(session, 'session', 'POST');
    expect(last?.status).toBe(429);
    for (const offset of [5 * minute, -5 * minute, -60 * minute]) {
      clock.moveTo(offset);
      const refused = await ask(session, 'session', 'POST');
      expect(refused.status, `${offset} s`).toBe(429);
      const wait = Number(refused.headers.get('retry-after'));
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(minute);
    }
  });

  it('R19: still answers with the copilot, and measures no negative time', async () => {
    const session = await signIn();
    const options = { token: session };
    const answering = house.run('summarize-ticket', { ticketId: 1001, locale: 'en' }, options);
    clock.moveTo(-5 * minute);
    const answer = await answering;
    expect(answer.events.at(-1)?.type).toBe('done');
    const usage = answer.events.find(({ type }) => type === 'usage');
    expect(usage?.type === 'usage' ? usage.receipt.durationMs : -1).toBeGreaterThanOrEqual(0);
  });

  it.skipIf(!hasPostgres)(
    'R19: runs a delayed job once and in time, because the database tells when',
    async () => {
      const database = appConnectionString(await copyTemplate());
      for (const offset of [-60 * minute, 60 * minute]) {
        clock.moveTo(offset);
        const { stdout } = await run(
          process.execPath,
          [
            '--disable-warning=ExperimentalWarning',
            join(import.meta.dirname, '../support/delayed-job.ts'),
            database,
          ],
          { env: { PATH: process.env['PATH'], ...clock.environment } },
        );
        const result = JSON.parse(stdout) as { runs: number; ranAfterMs: number; clock: number };
        expect(Math.abs(result.clock - Date.now() - offset * 1000)).toBeLessThan(20_000);
        expect(result.runs, `${offset} s`).toBe(1);
        expect(result.ranAfterMs).toBeGreaterThanOrEqual(900);
        expect(result.ranAfterMs).toBeLessThan(4_000);
      }
    },
  );
});
