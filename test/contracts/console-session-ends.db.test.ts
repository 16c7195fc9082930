import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { platformSubscriptionId } from '../../src/kernel/platform.ts';
import { changeRole, disableAccount } from '../../src/services/accounts/manage-people.ts';
import { engines } from '../support/database.ts';
import { goodPassword, openTwoConsoles, type TestConsole } from '../support/console.ts';

const statusOf = async (token: string, on: TestConsole): Promise<number> =>
  (await on.send('GET', '/v1/account/sessions', { token })).statusCode;

// What is waited for is the memory of two processes, which needs an engine that has two: PostgreSQL where there is one.
const suitable = engines.filter(({ available }) => available).slice(-1);

// Both wait for that memory to run out, so they wait side by side, each on a database of its own.
describe.concurrent.for(suitable)('the end of sessions and keys on $name', (engine) => {
  async function opened() {
    const { one, two, close } = await openTwoConsoles(engine);
    const subscriptionId = await one.newSubscription();
    const signedIn = async () => {
      const person = await one.newPerson(subscriptionId);
      const browser = await one.signIn(person.email);
      return { ...person, ...browser, refreshToken: browser.cookie.slice(browser.cookie.indexOf('=') + 1) };
    };
    const refresh = (token: string, on: TestConsole) => on.sessions.refresh('test-request', token);
    const change = (tenant: string, statement: string) =>
      one.ports.database.bookkeep({ subscriptionId: tenant }, (tx) => sql.raw(statement).execute(tx));
    return { one, two, close, subscriptionId, signedIn, refresh, change };
  }

  it('S80: an ended session is refused within five seconds by every process, whatever ended it', async () => {
    const { one, two, close, subscriptionId, signedIn, refresh } = await opened();
    const ends: Record<string, (who: Awaited<ReturnType<typeof signedIn>>) => Promise<unknown>> = {
      logout: ({ cookie }) => one.send('POST', '/v1/auth/logout', { cookie }),
      'role change': ({ id }) => changeRole(one.call(subscriptionId), one.sessions, id, 'member'),
      disabling: ({ id }) => disableAccount(one.call(subscriptionId), one.sessions, id),
      'an admin': ({ id }) =>
        one.sessions.end(
          one.call(subscriptionId),
          { accountId: id },
          { permission: 'people:write', action: 'auth.sessions-ended' },
        ),
      'a new password': async ({ token }) => {
        const response = await one.send('POST', '/v1/account/password', {
          token,
          body: { currentPassword: goodPassword, newPassword: 'paper lantern hiccup 9' },
        });
        expect(response.statusCode).toBe(200);
      },
    };
    await one.newPerson(subscriptionId);
    const people = await Promise.all(
      Object.entries(ends).map(async ([name, end]) => ({ name, end, who: await signedIn() })),
    );
    for (const { who } of people)
      for (const process of [one, two]) expect(await statusOf(who.token, process)).toBe(200);
    for (const { name, end, who } of people) {
      await end(who);
      expect(await statusOf(who.token, one), name).toBe(401);
      await expect(refresh(who.refreshToken, two), name).rejects.toMatchObject({
        type: 'console-sign-in-needed',
      });
    }
    await sleep(4_500);
    for (const { name, who } of people) expect(await statusOf(who.token, two), name).toBe(401);
    await close();
  });

  it('S134: the signing key changes under load without refusing anybody', async () => {
    const { one, two, close, signedIn, refresh, change } = await opened();
    const { token, refreshToken } = await signedIn();
    const kidOf = (jwt: string): unknown =>
      (JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString()) as { kid: unknown }).kid;
    const { id } = await one.sessions.signingKeys.rotate(one.call(platformSubscriptionId));
    const results: number[] = [];
    let isOver = false;
    const load = (async () => {
      while (!isOver) {
        results.push(await statusOf(token, one), await statusOf(token, two));
        await sleep(20);
      }
    })();
    const during = await refresh(refreshToken, one);
    expect(kidOf(during.accessToken)).not.toBe(id);
    expect(await statusOf(during.accessToken, two)).toBe(200);
    // The fifteen seconds until the new key signs, without waiting for them.
    await change(platformSubscriptionId, `update app.signing_key set signs_from = now() where id = '${id}'`);
    await sleep(4_100);
    const after = await refresh(during.refreshToken, one);
    expect(kidOf(after.accessToken)).toBe(id);
    expect(await statusOf(after.accessToken, two)).toBe(200);
    await sleep(500);
    isOver = true;
    await load;
    expect(results.length).toBeGreaterThan(10);
    expect(new Set(results)).toEqual(new Set([200]));
    // Once its last token is over, the key before is believed no longer.
    await change(
      platformSubscriptionId,
      `update app.signing_key set verifies_until = now() where id <> '${id}'`,
    );
    await sleep(4_500);
    expect(await statusOf(token, one)).toBe(401);
    expect(await statusOf(after.accessToken, one)).toBe(200);
    await close();
  });
});
