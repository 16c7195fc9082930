import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromBase32 } from '../../src/services/mfa/base32.ts';
import { counterAt, totpCode } from '../../src/services/mfa/totp.ts';
import { BrowserClient, type ClientAnswer } from '../support/browser-client.ts';
import { openHouse, type House, type HouseMail } from '../support/house.ts';

const firstPassword = 'seven unrelated green lamps';
const secondPassword = 'eleven other quiet harbours';
const ada = 'ada@shop.example';
const newAda = 'ada.lovelace@shop.example';
const bo = 'bo@shop.example';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

const secrets: string[] = [];
const tokenIn = ({ text }: HouseMail): string => {
  const token = /#[a-z-]+=([A-Za-z0-9_-]{43})\b/.exec(text)?.[1] ?? '';
  secrets.push(token);
  return token;
};
const after =
  (id: number, subject: RegExp) =>
  (mail: HouseMail): boolean =>
    mail.id > id && subject.test(mail.subject);

const signIn = (client: BrowserClient, email: string, password: string): Promise<ClientAnswer> =>
  client.send('POST', '/v1/auth/sign-in', { email, password });

/** Password, then code. */
async function signInWithCode(
  email: string,
  password: string,
  code: string,
): Promise<[BrowserClient, ClientAnswer]> {
  const client = new BrowserClient(house.serverUrl);
  const { body } = await signIn(client, email, password);
  expect(body['kind']).toBe('mfa-required');
  return [client, await client.send('POST', '/v1/auth/code', { challenge: body['challenge'], code })];
}

async function invite(email: string): Promise<string> {
  const invited = await house.control('person-invite', { email, role: 'admin' });
  expect(invited.message).toBeUndefined();
  return tokenIn(await house.mailTo(email, after(0, /invited/)));
}

describe('a person, from invitation to deletion', () => {
  const page = (): BrowserClient => new BrowserClient(house.serverUrl);
  let secret: Buffer;
  let used = 0;
  let codes: string[] = [];
  /** A code newer than every one used so far; waits when the next step has not come near. */
  const nextCode = async (): Promise<string> => {
    used = Math.max(used + 1, counterAt(Date.now()) - 1);
    while (counterAt(Date.now()) + 1 < used) await sleep(500);
    return totpCode(secret, used);
  };
  const nextRecoveryCode = (): string => codes.shift() ?? '';
  let client: BrowserClient;

  it('accepts the invitation with a good password, once', async () => {
    client = page();
    const token = await invite(ada);
    const described = await client.send('POST', '/v1/auth/link', { token });
    expect(described.body['kind']).toBe('invite');
    expect((await signIn(client, ada, firstPassword)).problem).toBe('sign-in-failed');
    const weak = await client.send('POST', '/v1/auth/invitation', { token, password: 'short' });
    expect(weak.problem).toBe('invalid-request');
    const accept = { token, password: firstPassword };
    expect((await client.send('POST', '/v1/auth/invitation', accept)).status).toBe(200);
    expect((await client.send('POST', '/v1/auth/invitation', accept)).problem).toBe('link-not-usable');
    expect((await signIn(client, ada, firstPassword)).body['kind']).toBe('signed-in');
  });

  it('sets up a second factor, which counts from the first right code', async () => {
    const begun = await client.send('POST', '/v1/account/second-factor');
    expect(begun.headers.get('cache-control')).toBe('no-store');
    expect(begun.body['otpauthUrl']).toContain(`secret=${begun.body['secret']}`);
    secrets.push(String(begun.body['secret']));
    secret = fromBase32(String(begun.body['secret']));
    expect((await client.send('GET', '/v1/account/second-factor')).body['active']).toBe(false);
    const wrong = await client.send('POST', '/v1/account/second-factor/confirm', { code: '000000' });
    expect(wrong.problem).toBe('code-refused');
    const other = page();
    await signIn(other, ada, firstPassword);
    const confirmed = await client.send('POST', '/v1/account/second-factor/confirm', {
      code: await nextCode(),
    });
    codes = confirmed.body['recoveryCodes'] as string[];
    secrets.push(...codes);
    expect(new Set(codes).size).toBe(10);
    expect(codes.every((code) => /^([0-9a-f]{4}-){7}[0-9a-f]{4}$/.test(code))).toBe(true);
    expect((await client.send('GET', '/v1/account/second-factor')).body).toEqual({
      active: true,
      required: false,
      recoveryCodesLeft: 10,
    });
    // S80: the change ended the other session.
    expect((await other.send('GET', '/v1/account')).problem).toBe('console-sign-in-needed');
    await house.mailTo(ada, after(0, /second factor is on/));
  });

  it('S83: signs in with password and code, and no code passes twice', async () => {
    await client.send('POST', '/v1/auth/logout');
    const code = await nextCode();
    const [signedIn, first] = await signInWithCode(ada, firstPassword, code);
    expect(first.body['kind']).toBe('signed-in');
    const [, again] = await signInWithCode(ada, firstPassword, code);
    expect(again.problem).toBe('code-refused');
    client = signedIn;
  });

  it('S85: signs in with a recovery code once and is told by mail', async () => {
    const code = nextRecoveryCode();
    const [signedIn, first] = await signInWithCode(ada, firstPassword, code);
    expect(first.body['kind']).toBe('signed-in');
    const [, again] = await signInWithCode(ada, firstPassword, code);
    expect(again.problem).toBe('code-refused');
    await house.mailTo(ada, after(0, /recovery code/));
    client = signedIn;
  });

  it('S82: proves itself by a code and not by its password, and goes on under a new session id', async () => {
    const before = client.sessionId;
    const byPassword = await client.send('POST', '/v1/auth/prove', { password: firstPassword });
    expect(byPassword.problem).toBe('invalid-request');
    expect((await client.send('POST', '/v1/auth/prove', { code: nextRecoveryCode() })).status).toBe(200);
    expect(client.sessionId).not.toBe(before);
    expect((await client.send('GET', '/v1/account')).status).toBe(200);
  });

  it('S85: replaces the recovery codes; the old set stops working', async () => {
    const old = nextRecoveryCode();
    const renewed = await client.send('POST', '/v1/account/recovery-codes');
    codes = renewed.body['recoveryCodes'] as string[];
    secrets.push(...codes);
    expect(codes).toHaveLength(10);
    const [, refused] = await signInWithCode(ada, firstPassword, old);
    expect(refused.problem).toBe('code-refused');
  });

  it('S86, S88: resets the password by a link, which ends sessions and skips no second factor', async () => {
    const anonymous = page();
    const answers = [];
    for (const email of [ada, 'nobody@shop.example'])
      answers.push(await anonymous.send('POST', '/v1/auth/reset-request', { email }));
    const shown = answers.map(({ status, body }) => ({ status, body }));
    expect(shown[0]).toEqual(shown[1]);
    expect(shown[0]).toEqual({ status: 200, body: {} });
    const token = tokenIn(await house.mailTo(ada, after(0, /new InDesk password/)));
    const set = { token, password: secondPassword };
    expect((await anonymous.send('POST', '/v1/auth/reset', set)).status).toBe(200);
    expect((await anonymous.send('POST', '/v1/auth/reset', set)).problem).toBe('link-not-usable');
    // S80: every session has ended, the refresh cookie too.
    expect((await client.send('GET', '/v1/account')).problem).toBe('console-sign-in-needed');
    expect((await client.send('POST', '/v1/auth/refresh')).problem).toBe('console-sign-in-needed');
    expect((await signIn(page(), ada, firstPassword)).problem).toBe('sign-in-failed');
    const [signedIn, answer] = await signInWithCode(ada, secondPassword, nextRecoveryCode());
    expect(answer.body['kind']).toBe('signed-in');
    client = signedIn;
  });

  it('S86: changes the address by a link at the new one, and the second factor stays', async () => {
    await client.send('POST', '/v1/account/email', { email: newAda });
    await house.mailTo(ada, after(0, /asked to change/));
    const token = tokenIn(await house.mailTo(newAda, after(0, /Confirm/)));
    expect((await page().send('POST', '/v1/auth/email', { token })).status).toBe(200);
    await house.mailTo(ada, after(0, /has changed/));
    expect((await signIn(page(), ada, secondPassword)).problem).toBe('sign-in-failed');
    const [, answer] = await signInWithCode(newAda, secondPassword, nextRecoveryCode());
    expect(answer.body['kind']).toBe('signed-in');
  });

  it('deletes the account by a link, but not as the last admin', async () => {
    await client.send('POST', '/v1/account/deletion');
    const token = tokenIn(await house.mailTo(newAda, after(0, /Delete/)));
    expect((await page().send('POST', '/v1/auth/deletion', { token })).problem).toBe('last-admin');
    const invitation = await invite(bo);
    await page().send('POST', '/v1/auth/invitation', { token: invitation, password: firstPassword });
    expect((await page().send('POST', '/v1/auth/deletion', { token })).status).toBe(200);
    expect((await page().send('POST', '/v1/auth/deletion', { token })).problem).toBe('link-not-usable');
    expect((await client.send('GET', '/v1/account')).problem).toBe('console-sign-in-needed');
    expect((await signIn(page(), newAda, secondPassword)).problem).toBe('sign-in-failed');
  });
});

describe('a subscription that asks everybody for a second factor', () => {
  it('S86: lets an account without one do nothing but set it up', async () => {
    const client = new BrowserClient(house.serverUrl);
    await signIn(client, bo, firstPassword);
    const rule = await client.send('PUT', '/v1/people/second-factor-rule', { required: true });
    expect(rule.body).toEqual({ required: true });
    await signIn(client, bo, firstPassword);
    for (const [method, path] of [
      ['GET', '/v1/people'],
      ['GET', '/v1/account/sessions'],
      ['POST', '/v1/account/email'],
      ['PUT', '/v1/people/second-factor-rule'],
      ['DELETE', '/v1/account/second-factor'],
    ] as const)
      expect((await client.send(method, path)).problem).toBe('second-factor-required');
    await client.send('POST', '/v1/auth/refresh');
    expect((await client.send('GET', '/v1/people')).problem).toBe('second-factor-required');
    const { body } = await client.send('POST', '/v1/account/second-factor');
    const secret = fromBase32(String(body['secret']));
    const code = totpCode(secret, counterAt(Date.now()));
    expect((await client.send('POST', '/v1/account/second-factor/confirm', { code })).status).toBe(200);
    expect((await client.send('GET', '/v1/people')).status).toBe(200);
    expect((await client.send('DELETE', '/v1/account/second-factor')).problem).toBe('conflict');
  });

  it('lets an admin reset the factor of a colleague, whose sessions end and who is told', async () => {
    const cara = 'cara@shop.example';
    const token = await invite(cara);
    const colleague = new BrowserClient(house.serverUrl);
    await colleague.send('POST', '/v1/auth/invitation', { token, password: firstPassword });
    await signIn(colleague, cara, firstPassword);
    const { body } = await colleague.send('POST', '/v1/account/second-factor');
    const code = totpCode(fromBase32(String(body['secret'])), counterAt(Date.now()));
    const confirmed = await colleague.send('POST', '/v1/account/second-factor/confirm', { code });
    const [recoveryCode = ''] = confirmed.body['recoveryCodes'] as string[];
    const [admin] = await signInWithCode(cara, firstPassword, recoveryCode);
    const people = (await admin.send('GET', '/v1/people')).body['people'] as { id: string; email: string }[];
    const target = people.find(({ email }) => email.startsWith('b'));
    const reset = await admin.send('DELETE', `/v1/people/${target?.id}/second-factor`);
    expect(reset.status).toBe(200);
    await house.mailTo(bo, after(0, /second factor was reset/));
    expect((await signIn(new BrowserClient(house.serverUrl), bo, firstPassword)).body['kind']).toBe(
      'signed-in',
    );
  });
});

describe('what the server wrote', () => {
  it('S90: holds no token, code, secret or address', () => {
    const written = house.output();
    expect(written).toContain('request finished');
    expect(secrets.length).toBeGreaterThan(20);
    for (const one of [...secrets, ada, newAda, bo, firstPassword, secondPassword])
      expect(written).not.toContain(one);
  });
});
