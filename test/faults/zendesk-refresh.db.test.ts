import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SMALL_CONTENT } from '../../simulators/zendesk/test-account.ts';
import {
  startZendeskSimulator,
  type ZendeskSimulator,
} from '../../simulators/zendesk/start-zendesk-simulator.ts';
import { parseRootKey } from '../../src/adapters/crypto/key-file.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { createLogger } from '../../src/adapters/logging/logger.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { HelpDeskConnection } from '../../src/ports/help-desk.ts';
import type { SecretBox } from '../../src/ports/secret-box.ts';
import { appConnectionString, copyTemplate, engines } from '../support/database.ts';
import { openTestSecrets } from '../support/secrets.ts';
import { connectAcme, zendeskParts, type ZendeskParts } from '../support/zendesk-oauth.ts';
import type { RefresherSetUp, Round, RoundResult } from './zendesk-refresher.ts';

/** Expiries in a row with a hundred callers each; `REFRESH_ROUNDS=200` for a long run. */
const rounds = Number(process.env['REFRESH_ROUNDS'] ?? 5);
const callers = 100;
const replicas = 3;
const leaseSeconds = 2;
const postgres = engines.find((engine) => engine.name === 'postgres' && engine.available);

describe.runIf(postgres !== undefined)('three processes at the expiry of a token', () => {
  let database: BookkeepingDatabase;
  let secretBox: SecretBox;
  let acme: ZendeskSimulator;
  let parts: ZendeskParts;
  let setUp: RefresherSetUp;
  let connection: HelpDeskConnection;
  let processes: ChildProcess[] = [];

  const answer = <T>(child: ChildProcess): Promise<T | 'dead'> =>
    new Promise((resolve) => {
      const end = (value: T | 'dead'): void => {
        child.off('message', heard);
        child.off('exit', died);
        resolve(value);
      };
      const heard = (message: unknown): void => end(message as T);
      const died = (): void => end('dead');
      child.once('message', heard);
      child.once('exit', died);
    });
  const start = async (): Promise<ChildProcess> => {
    const child = fork(join(import.meta.dirname, 'zendesk-refresher.ts'), { execArgv: [] });
    child.send(setUp);
    await answer(child);
    return child;
  };
  /** All processes at once; the first may be told to die. */
  const round = async (die?: Round['die']): Promise<(RoundResult | 'dead')[]> => {
    const share = (index: number): number => Math.floor((callers + replicas - 1 - index) / replicas);
    const answers = processes.map((child) => answer<RoundResult>(child));
    processes.forEach((child, index) => {
      const order: Round = {
        connection,
        callers: share(index),
        ...(index === 0 && die !== undefined && { die }),
      };
      // The one that is to die has to be the one that gets the lease.
      setTimeout(() => child.send(order), index === 0 || die === undefined ? 0 : 150);
    });
    return Promise.all(answers);
  };
  const grants = async (): Promise<{ granted: number; refused: number }> => {
    const response = await fetch(`${acme.url}/_sandbox/oauth`);
    const { grants: all } = (await response.json()) as {
      grants: Record<string, { granted: number; refused: number }>;
    };
    return all['refresh_token'] ?? { granted: 0, refused: 0 };
  };
  const expire = (): Promise<unknown> =>
    database.bookkeep(connection, (tx) =>
      tx.updateTable('app.zendesk_connection').set({ expires_at: new Date() }).execute(),
    );
  const status = async (): Promise<unknown> =>
    database.read(connection, (tx) =>
      tx
        .selectFrom('app.zendesk_connection')
        .select(['status', 'version', 'last_error'])
        .executeTakeFirstOrThrow(),
    );
  const living = (results: readonly (RoundResult | 'dead')[]): readonly RoundResult[] =>
    results.filter((result) => result !== 'dead');

  beforeAll(async () => {
    const connectionString = appConnectionString(await copyTemplate());
    const rootKey = randomBytes(32).toString('base64');
    database = await openPostgres({ connectionString, logger: createLogger({ level: 'silent' }) });
    ({ secretBox } = await openTestSecrets(database, parseRootKey(rootKey, 'The test')));
    acme = await startZendeskSimulator({
      port: 0,
      content: SMALL_CONTENT,
      subdomain: 'acme',
      sidebarUrl: 'http://127.0.0.1:1/',
    });
    parts = zendeskParts({ database, secretBox, origins: { acme: acme.url } });
    setUp = { connectionString, rootKey, zendeskUrl: acme.url, leaseSeconds };
    processes = await Promise.all(Array.from({ length: replicas }, start));
  });
  beforeEach(async () => {
    connection = await connectAcme(parts, database, secretBox);
    await fetch(`${acme.url}/_sandbox/oauth`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"resetCounts":true}',
    });
    await expire();
  });
  afterAll(async () => {
    for (const child of processes) child.kill();
    await parts.close();
    await Promise.all([acme.close(), database.close()]);
  });

  it(`S96: a hundred callers, ${rounds} times, cause one refresh each time and no invalid_grant`, async () => {
    const slowest: number[] = [];
    for (let count = 1; count <= rounds; count += 1) {
      // A connection of its own each time: the processes keep in memory what they have just been given.
      if (count > 1) {
        connection = await connectAcme(parts, database, secretBox);
        await expire();
      }
      const results = living(await round());
      const got = results.flatMap((result) => result.got);
      expect(got).toHaveLength(callers);
      expect(new Set(got).size).toBe(1);
      expect(got[0]).toMatch(/^[0-9a-f]{12}$/);
      expect(await grants()).toEqual({ granted: count, refused: 0 });
      slowest.push(...results.map((result) => result.slowestMs));
    }
    slowest.sort((one, other) => one - other);
    console.log(
      `S96: ${rounds} expiries × ${callers} callers in ${replicas} processes: ${rounds} refreshes, 0 invalid_grant; slowest caller ${Math.round(slowest.at(-1) ?? 0)} ms, median of the slowest ${Math.round(slowest[slowest.length >> 1] ?? 0)} ms`,
    );
  });

  it('S96: a process killed between answer and commit costs one more refresh; the connection is marked and nobody asks again', async () => {
    const results = await round('after-answer');
    expect(results[0]).toBe('dead');
    const got = living(results).flatMap((result) => result.got);
    expect(got).toHaveLength(66);
    expect(new Set(got)).toEqual(new Set(['zendesk-reconnect-needed']));
    // One answered to the dead, one refused to the one that took over its lease.
    expect(await grants()).toEqual({ granted: 1, refused: 1 });
    expect(await status()).toEqual({
      status: 'reconnect-needed',
      version: '0',
      last_error: 'invalid-grant',
    });
    const marks = await database.read(connection, (tx) =>
      tx
        .selectFrom('app.audit_event')
        .select('facts')
        .where('action', '=', 'zendesk.reconnect-needed')
        .execute(),
    );
    expect(marks).toEqual([{ facts: { reason: 'invalid-grant' } }]);
    processes[0] = await start();
    expect(new Set(living(await round()).flatMap((result) => result.got))).toEqual(
      new Set(['zendesk-reconnect-needed']),
    );
    expect(await grants()).toEqual({ granted: 1, refused: 1 });
  });

  it('S96: a process killed between lease and request costs nothing but the time of the lease', async () => {
    const results = await round('before-request');
    expect(results[0]).toBe('dead');
    processes[0] = await start();
    const alive = living(results);
    expect(new Set(alive.flatMap((result) => result.got)).size).toBe(1);
    expect(await grants()).toEqual({ granted: 1, refused: 0 });
    expect(await status()).toMatchObject({ status: 'connected', version: '1' });
    expect(Math.max(...alive.map((result) => result.slowestMs))).toBeLessThan(leaseSeconds * 1_000 + 3_000);
  });
});
