import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { openSecrets } from '../../src/adapters/crypto/open-secrets.ts';
import { createLogger } from '../../src/adapters/logging/logger.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { uuidIds } from '../../src/adapters/system/clock.ts';
import { findUnopenable } from '../../src/services/secrets/find-unopenable.ts';
import { keyStatus } from '../../src/services/secrets/key-status.ts';
import { finishRotation } from '../../src/services/secrets/rotate-data-key.ts';
import { newSubscription, testDecision } from '../support/calls.ts';
import { appConnectionString, copyTemplate, engines } from '../support/database.ts';

const rotator = fileURLToPath(new URL('./key-rotator.ts', import.meta.url));
// The full measure: ROTATION_KILLS=20 ROTATION_ROWS=100000.
const kills = Number(process.env['ROTATION_KILLS'] ?? 3);
const rowCount = Number(process.env['ROTATION_ROWS'] ?? 600);
const chunk = 500;

const postgres = engines.find(({ name }) => name === 'postgres');

describe.runIf(postgres?.available === true)('replacing a data key under kill -9', () => {
  it(
    'S131: no value is lost or unreadable, and no key is destroyed that something needs',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'indesk-rotation-'));
      const keyFile = join(folder, 'root.key');
      const connectionString = appConnectionString(await copyTemplate());
      const logger = createLogger({ level: 'silent' });
      const database = await openPostgres({ connectionString, logger });
      const { secretBox, keyRing } = await openSecrets(
        { database, logger, ids: uuidIds },
        { keyFile, mayMakeKeyFile: true },
      );
      const base = await newSubscription(database);
      const { subscriptionId } = base;
      const call = { ...base, signal: new AbortController().signal, ports: { database, secretBox, keyRing } };
      const bindingOf = (row: string) => ({
        subscriptionId,
        table: 'feature_setting',
        column: 'instructions',
        row,
      });
      const store = async (features: readonly string[], text: string): Promise<void> => {
        const sealed = await Promise.all(
          features.map((row) => secretBox.seal(`${row} ${text}`, bindingOf(row))),
        );
        await database.write(call, testDecision, (tx) =>
          sql`insert into app.feature_setting (subscription_id, feature, enabled, instructions)
            select ${subscriptionId}, feature, true, instructions
            from unnest(${features}::text[], ${sealed}::text[]) as given (feature, instructions)
            on conflict (subscription_id, feature) do update set instructions = excluded.instructions`.execute(
            tx,
          ),
        );
      };
      const features = Array.from({ length: rowCount }, (_, index) => `f${index}`);
      for (let from = 0; from < rowCount; from += chunk) await store(features.slice(from, from + chunk), '0');

      const expected = new Map<string, string>();
      let refused = 0;
      let writing = true;
      const writer = (async () => {
        for (let round = 1; writing; round += 1) {
          const feature = features[Math.floor(Math.random() * rowCount)] ?? '';
          try {
            await store([feature], String(round));
            expected.set(feature, `${feature} ${round}`);
          } catch {
            refused += 1;
            keyRing.forget(subscriptionId);
          }
        }
      })();

      const seen: string[] = [];
      for (let kill = 0; kill < kills; kill += 1) {
        const child = spawn(process.execPath, [rotator, connectionString, subscriptionId, keyFile], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const ended = new Promise<string | null>((resolve) =>
          child.once('exit', (_, signal) => resolve(signal)),
        );
        await new Promise<void>((resolve) => {
          child.stdout.on('data', (text: Buffer) => {
            seen.push(...text.toString().trim().split('\n'));
            resolve();
          });
          child.once('exit', () => resolve());
        });
        await wait(50 + Math.random() * Math.max(400, rowCount / 10));
        child.kill('SIGKILL');
        expect(await ended).toBe('SIGKILL');
      }
      writing = false;
      await writer;

      // The last kill came in the middle, or there is nothing to go on with.
      const left = await keyStatus(call);
      expect(left.length + seen.filter((line) => line === 'rotated').length).toBeGreaterThan(1);
      const done = await finishRotation(call, 0);
      const keys = await keyStatus(call);
      expect([done.unopenable, done.kept, keys.length, keys[0]?.values]).toEqual([0, 0, 1, rowCount]);
      expect(await findUnopenable(call)).toEqual([]);
      const rows = await database.read(call, (tx) =>
        tx.selectFrom('app.feature_setting').select(['feature', 'instructions']).execute(),
      );
      let unreadable = 0;
      for (const { feature, instructions } of rows) {
        const text = await secretBox.open(instructions ?? '', bindingOf(feature)).catch(() => undefined);
        if (text !== (expected.get(feature) ?? `${feature} 0`)) unreadable += 1;
      }
      expect([rows.length, unreadable]).toEqual([rowCount, 0]);
      expect(seen.filter((line) => line === 'ready')).toHaveLength(kills);
      process.stdout.write(
        `${kills} kills, ${rowCount} values, ${expected.size} changed meanwhile, ${refused} writes refused, ${seen.filter((line) => line === 'rotated').length} rotations whole\n`,
      );
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
    Math.max(60_000, rowCount * 20),
  );
});
