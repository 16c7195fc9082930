import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openOwnerSession } from '../../src/adapters/postgres/owner-session.ts';
import { connectZendesk } from '../../src/services/integrations/connect-zendesk.ts';
import { disconnectZendesk } from '../../src/services/integrations/disconnect-zendesk.ts';
import { testZendesk } from '../../src/services/integrations/test-zendesk.ts';
import { adminConnectionString, engines } from '../support/database.ts';
import { openConsent, problemOf, type Consent } from '../support/zendesk-consent.ts';
import { newAdmin } from '../support/zendesk-oauth.ts';

describe.each(engines.filter((engine) => engine.available))('disconnecting Zendesk on $name', (engine) => {
  let consent: Consent;
  beforeAll(async () => {
    consent = await openConsent(engine);
  });
  beforeEach(() => consent.reset());
  afterAll(() => consent.close());

  it('S56: deletes every credential, ends the access at Zendesk and asks it nothing more', async () => {
    const admin = await consent.connect();
    const call = consent.callFor(admin);
    await testZendesk(call, consent.parts.settings);
    const before = (await consent.grants()).liveTokens;
    expect(await disconnectZendesk(call, consent.parts.settings, consent.parts.clients)).toEqual({
      revoked: true,
    });
    expect((await consent.grants()).liveTokens).toBe(before - 1);
    await consent.nothingStored(admin.subscriptionId);
    const requests = await consent.control(consent.acme, 'requests');
    expect(await problemOf(testZendesk(call, consent.parts.settings))).toMatchObject({
      type: 'zendesk-not-connected',
    });
    expect(await consent.control(consent.acme, 'requests')).toEqual(requests);
    expect(
      await problemOf(disconnectZendesk(call, consent.parts.settings, consent.parts.clients)),
    ).toMatchObject({
      type: 'zendesk-not-connected',
    });
  });

  // Only a server keeps a file per table that can be read beside it.
  const onlyOnPostgres = engine.name === 'postgres' ? [engine.name] : [];
  it.each(onlyOnPostgres)(
    'S56: leaves no byte of a credential in the files of its table once the consent.database has given the room back',
    async () => {
      const admin = await consent.connect({ clientId: 'indesk_sandbox_public' });
      const row = await consent.rowOf(admin.subscriptionId);
      const name = await consent.database.read(
        admin,
        async (tx) =>
          (await sql<{ name: string }>`select current_database() as name`.execute(tx)).rows[0]?.name,
      );
      const owner = await openOwnerSession(adminConnectionString(name ?? ''));
      const files = async (): Promise<string> => {
        await owner.query('checkpoint');
        const [found] = await owner.query(
          `select encode(pg_read_binary_file(pg_relation_filepath('app.zendesk_connection')), 'escape') as bytes`,
        );
        return String(found?.['bytes']);
      };
      expect(await files()).toContain(row?.access_token);
      await disconnectZendesk(consent.callFor(admin), consent.parts.settings, consent.parts.clients);
      const left = async (): Promise<boolean[]> => {
        await owner.query('vacuum full app.zendesk_connection');
        const bytes = await files();
        return [row?.access_token, row?.refresh_token].map((sealed) => bytes.includes(String(sealed)));
      };
      // A transaction that began before and still runs, such as a sweep's, keeps the old row for its own eyes.
      await expect.poll(left, { timeout: 15_000 }).toEqual([false, false]);
      await owner.close();
    },
  );

  it('ends an access that has expired by renewing it once', async () => {
    const admin = await consent.connect();
    await consent.control(consent.acme, 'expire-tokens', {});
    await consent.database.bookkeep(admin, (tx) =>
      tx
        .updateTable('app.zendesk_connection')
        .set({ expires_at: new Date(0) })
        .execute(),
    );
    expect(
      await disconnectZendesk(consent.callFor(admin), consent.parts.settings, consent.parts.clients),
    ).toEqual({
      revoked: true,
    });
    expect((await consent.grants()).grants['refresh_token']).toEqual({ granted: 1, refused: 0 });
    expect((await consent.grants()).liveTokens).toBe(0);
  });

  it('deletes the credentials although Zendesk does not answer, and says so', async () => {
    const admin = await consent.connect();
    consent.acme.faults.add({ match: '^DELETE ', kind: 'status', status: 503 });
    expect(
      await disconnectZendesk(consent.callFor(admin), consent.parts.settings, consent.parts.clients),
    ).toEqual({
      revoked: false,
    });
    consent.acme.faults.clear();
    await consent.nothingStored(admin.subscriptionId);
  });

  it('ends the token in memory of access by client credentials', async () => {
    const admin = await newAdmin(consent.database, consent.secretBox);
    const { clientId, clientSecret } = (await consent.control(consent.acme, 'connection')) as Record<
      string,
      string
    >;
    const call = consent.callFor(admin);
    await connectZendesk(call, {
      subdomain: 'acme',
      clientId: clientId ?? '',
      clientSecret: clientSecret ?? '',
    });
    await testZendesk(call, consent.parts.settings);
    const before = (await consent.grants()).liveTokens;
    expect(await disconnectZendesk(call, consent.parts.settings, consent.parts.clients)).toEqual({
      revoked: true,
    });
    expect((await consent.grants()).liveTokens).toBe(before - 1);
  });
});
