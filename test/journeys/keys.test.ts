import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOrMakeKeyFile } from '../../src/adapters/crypto/key-file.ts';
import { openSecrets } from '../../src/adapters/crypto/open-secrets.ts';
import { createLogger } from '../../src/adapters/logging/logger.ts';
import { openPglite } from '../../src/adapters/pglite/open-pglite.ts';
import { uuidIds } from '../../src/adapters/system/clock.ts';
import { testDecision } from '../support/calls.ts';

const cli = join(import.meta.dirname, '../../src/cli.ts');
const logger = createLogger({ level: 'silent' });

describe('keys at the command line', () => {
  let folder: string;
  let keyFile: string;
  let subscriptionId: string;

  const run = async (
    words: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly code: number | null; readonly output: string }> => {
    const child = spawn(process.execPath, [cli, ...words], {
      env: { PATH: process.env['PATH'] ?? '', INDESK_DATA_DIR: folder, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => (output += text.toString()));
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    return { code, output };
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'indesk-keys-'));
    keyFile = join(folder, 'root.key');
    const database = await openPglite({ directory: join(folder, 'database') });
    const { secretBox } = await openSecrets(
      { database, logger, ids: uuidIds },
      { keyFile, mayMakeKeyFile: true },
    );
    subscriptionId = await database.lookup((lookups) =>
      lookups.createSubscription({ id: uuidIds.next(), name: 'main', plan: 'self-hosted' }),
    );
    const id = uuidIds.next();
    const binding = { subscriptionId, table: 'provider_connection', column: 'api_key', row: id };
    const key = await secretBox.seal('sk-canary', binding);
    const call = { subscriptionId, actor: { kind: 'system', id: 'test' }, requestId: 'r' } as const;
    await database.write(call, testDecision, (tx) =>
      sql`insert into app.provider_connection (subscription_id, id, kind, label, model, api_key, key_last_four, is_default)
        values (${subscriptionId}, ${id}, 'openai', 'Main account', 'm', ${key}, 'nary', true)`.execute(tx),
    );
    const client = {
      subscriptionId,
      table: 'zendesk_connection',
      column: 'client_secret',
      row: subscriptionId,
    };
    const secret = await secretBox.seal('client-canary', client);
    await database.write(call, testDecision, (tx) =>
      sql`insert into app.zendesk_connection (subscription_id, subdomain, client_id, client_secret, scopes, status)
        values (${subscriptionId}, 'acme', 'id', ${secret}, 'read', 'connected')`.execute(tx),
    );
    await database.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('seals every value anew', async () => {
    const rotated = await run(['keys', 'rotate', '--destroy-now']);
    expect(rotated).toMatchObject({ code: 0 });
    expect(rotated.output).toContain(`${subscriptionId}: 2 values sealed anew, 1 old keys destroyed, 0 kept`);
  });

  it('S130: changes the root key by staging, starting with the next one and rewrapping', async () => {
    const next = join(folder, 'next.key');
    readOrMakeKeyFile(next);
    const staged = await run(['keys', 'status'], { INDESK_NEXT_KEY_FILE: next });
    expect(staged.output).toMatch(/root key [0-9a-f]{16}: active, this process has it/);
    expect(staged.output).toMatch(/root key [0-9a-f]{16}: staged, this process has it/);
    expect(staged.output).toMatch(new RegExp(`ok {4}${subscriptionId} data key .* active, 2 values`));
    expect(staged.output).not.toContain('sk-canary');
    renameSync(keyFile, join(folder, 'before.key'));
    renameSync(next, keyFile);
    const status = await run(['keys', 'rewrap']);
    expect(status).toMatchObject({ code: 0 });
    expect(status.output).toContain('wrapped under a new master key');
  });

  it('S135: without its root key it refuses to start, and starts over when told to', async () => {
    rmSync(keyFile);
    const refused = await run(['doctor']);
    expect(refused.code).toBe(1);
    expect(refused.output).toContain(`The key file ${keyFile} is missing`);
    expect(existsSync(keyFile)).toBe(false);
    const over = await run(['keys', 'start-over']);
    expect(over).toMatchObject({ code: 0 });
    expect(over.output).toContain('1 of provider_connection.api_key cannot be opened');
    const doctor = await run(['doctor']);
    expect(doctor.code).toBe(1);
    expect(doctor.output).toContain('FAIL  1 of provider_connection.api_key cannot be opened');
    expect(doctor.output).toContain('Add the provider again.');
    expect(doctor.output).toContain('ok    AI provider: none yet');
    expect(doctor.output).toContain(
      'FAIL  Zendesk: The stored access to Zendesk cannot be opened with the keys of this server. Your admin needs to reconnect Zendesk.',
    );
  });
});
