import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../../test/support/database.ts';
import { openSecrets } from '../../adapters/crypto/open-secrets.ts';
import type { OpenedSecretBox } from '../../adapters/crypto/secret-box.ts';
import { createLogger } from '../../adapters/logging/logger.ts';
import { systemClock, uuidIds } from '../../adapters/system/clock.ts';
import type { BookkeepingDatabase } from '../../ports/database.ts';
import { SecretBoxError, type SecretBox } from '../../ports/secret-box.ts';
import { Readiness } from './readiness.ts';

const logger = createLogger({ level: 'silent' });

describe.each(engines.filter(({ available }) => available))('readiness on $name', (engine) => {
  let database: BookkeepingDatabase;
  let secrets: OpenedSecretBox;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'indesk-readiness-'));
    database = await engine.open();
    secrets = await openSecrets(
      { database, ids: uuidIds, logger },
      { keyFile: join(folder, 'root.key'), mayMakeKeyFile: true },
    );
  });
  afterAll(async () => {
    secrets?.close();
    await database?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const isReady = (): Promise<boolean> =>
    new Readiness({ database, secretBox: secrets.secretBox, clock: systemClock }).isReady();
  it('R27: is there with nothing stored yet', async () => {
    expect(await isReady()).toBe(true);
  });

  it('R27: is not there when the keys do not open, and is there again when they do', async () => {
    let opens = false;
    const secretBox: SecretBox = {
      ...secrets.secretBox,
      open: (...sealed) => (opens ? secrets.secretBox.open(...sealed) : Promise.reject(new SecretBoxError())),
    };
    const isThere = () => new Readiness({ database, secretBox, clock: systemClock }).isReady();
    expect(await isThere()).toBe(false);
    opens = true;
    expect(await isThere()).toBe(true);
  });

  it('asks the database once for many who ask at the same time, and again after a second', async () => {
    let asked = 0;
    let elapsed = 0;
    const counting: BookkeepingDatabase = {
      ...database,
      ready: async () => {
        asked += 1;
        return false;
      },
    };
    const clock = { now: () => new Date(), elapsed: () => elapsed };
    const readiness = new Readiness({ database: counting, secretBox: secrets.secretBox, clock });
    await Promise.all(Array.from({ length: 100 }, () => readiness.isReady()));
    expect(asked).toBe(1);
    elapsed = 1_001;
    await readiness.isReady();
    expect(asked).toBe(2);
  });
});
