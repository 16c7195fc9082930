import { setTimeout as sleep } from 'node:timers/promises';
import { fromBase32 } from '../../src/services/mfa/base32.ts';
import { counterAt, totpCode } from '../../src/services/mfa/totp.ts';
import { BrowserClient } from '../support/browser-client.ts';
import type { House } from '../support/house.ts';
import { answerAt } from '../support/zendesk-oauth.ts';
import type { Canaries } from './canaries.ts';
import { exerciseSettings } from './exercise-settings.ts';
import { MarkingBrowser } from './marking-browser.ts';

/** Whoever may read the lists of the console and of the operator, signed in. */
export interface Readers {
  readonly admin: BrowserClient;
  readonly operator: BrowserClient;
}

interface Stage {
  readonly house: House;
  readonly canaries: Canaries;
  browser(): MarkingBrowser;
}

/** People, second factors, links, keys, tokens and integrations, each secret marked; also wrong ones. */
export async function exerciseConsole(house: House, canaries: Canaries): Promise<Readers> {
  const stage: Stage = { house, canaries, browser: () => new MarkingBrowser(house.serverUrl, canaries) };
  const operator = await operate(stage);
  await mistype(stage);
  const { admin, person } = await joinByInvitation(stage);
  await inviteAnother(stage, admin);
  await connectServices(stage, admin);
  await exerciseSettings(admin, canaries);
  const changed = await changeSecrets(stage, admin, person);
  return { operator, admin: await changeAddress(stage, changed) };
}

const addressOf = (value: string): string => `${value.toLowerCase()}@example.com`;
const tokenIn = (text: string): string => /#[a-z-]+=([A-Za-z0-9_-]{43})\b/.exec(text)?.[1] ?? '';

/** The token of the newest mail to an address with a subject, marked. */
async function linkFor({ house, canaries }: Stage, address: string, subject: RegExp): Promise<string> {
  const mail = await house.mailTo(address, (one) => subject.test(one.subject) && tokenIn(one.text) !== '');
  const token = tokenIn(mail.text);
  canaries.mark('one-time link', token);
  return token;
}

async function operate({ house, canaries, browser }: Stage): Promise<MarkingBrowser> {
  const operator = browser();
  const code = await bootstrapCode(house);
  const email = addressOf(canaries.plant('operator e-mail'));
  const password = canaries.plant('operator password');
  await operator.must('POST', '/v1/bootstrap', { code, email, password });
  await operator.must('POST', '/v1/auth/sign-in', { email, password });
  const made = await operator.must('POST', '/v1/operator/subscriptions', {
    name: 'Second shop',
    contactEmail: addressOf(canaries.plant('contact e-mail')),
  });
  await operator.must('POST', `/v1/operator/subscriptions/${String(made.body['id'])}/key`);
  await operator.must('POST', `/v1/operator/subscriptions/${String(made.body['id'])}/contact`);
  const token = await operator.must('POST', '/v1/operator/tokens', {
    label: 'Reports',
    scopes: ['subscriptions:read'],
    expiresInDays: 1,
  });
  const program = new BrowserClient(house.serverUrl);
  program.use(String(token.body['token']));
  await program.send('GET', '/v1/operator/subscriptions');
  return operator;
}

/** The code on the server's terminal, which may arrive after the server has said that it is ready. */
async function bootstrapCode(house: House): Promise<string> {
  for (const until = performance.now() + 10_000; performance.now() < until;) {
    const code = /[0-9a-f]{8}(?:-[0-9a-f]{8}){3}\b/.exec(house.output())?.[0];
    if (code !== undefined) return code;
    await sleep(50);
  }
  throw new Error('the server has shown no code for its first operator');
}

/** Wrong words in every field, and content in every part of a request that a log could quote. */
async function mistype({ house, canaries, browser }: Stage): Promise<void> {
  const stranger = browser();
  const address = addressOf(canaries.plant('unknown address'));
  await stranger.send('POST', '/v1/auth/sign-in', {
    email: address,
    password: canaries.plant('wrong password'),
  });
  await stranger.send('POST', '/v1/auth/sign-in', {
    email: canaries.plant('password typed as address'),
    password: 'x',
  });
  await stranger.send('POST', '/v1/auth/reset-request', { email: address });
  await stranger.send('POST', '/v1/auth/link', { token: canaries.plant('unknown link').padEnd(43, 'x') });
  await stranger.send('POST', '/v1/auth/code', {
    challenge: canaries.plant('unknown challenge'),
    code: '000000',
  });
  stranger.use(canaries.plant('unknown access token'));
  await stranger.send('GET', '/v1/account');
  const path = `/v1/account?q=${canaries.plant('query string')}`;
  for (const url of [path, `/${canaries.plant('unknown path')}`])
    await fetch(house.serverUrl + url, {
      headers: {
        'user-agent': canaries.plant('user agent'),
        referer: `https://example.com/${canaries.plant('referrer')}`,
        cookie: `rt=${canaries.plant('unknown refresh token')}`,
        'x-forwarded-for': canaries.plant('forwarded address'),
      },
    });
}

async function joinByInvitation(stage: Stage): Promise<{ admin: MarkingBrowser; person: Person }> {
  const { house, canaries, browser } = stage;
  const email = addressOf(canaries.plant('e-mail'));
  const password = canaries.plant('password');
  const invited = await house.control('person-invite', { email, role: 'admin' });
  if (!invited.ok) throw new Error(invited.message);
  const token = await linkFor(stage, email, /invited/);
  const admin = browser();
  await admin.must('POST', '/v1/auth/link', { token });
  await admin.must('POST', '/v1/auth/invitation', { token, password });
  await admin.must('POST', '/v1/auth/sign-in', { email, password });
  await admin.must('POST', '/v1/auth/refresh');
  return { admin, person: { email, password, codes: [] } };
}

async function inviteAnother(stage: Stage, admin: MarkingBrowser): Promise<void> {
  const email = addressOf(stage.canaries.plant('invited e-mail'));
  await admin.must('POST', '/v1/people/invitations', { email, role: 'member' });
  await linkFor(stage, email, /invited/);
  await admin.send('POST', '/v1/people/invitations', {
    email: stage.canaries.plant('malformed e-mail'),
    role: 'member',
  });
}

/** A key of a provider through the console, and Zendesk by consent; both also wrong. */
async function connectServices({ house, canaries }: Stage, admin: MarkingBrowser): Promise<void> {
  const provider = {
    kind: 'openai-compatible',
    label: 'Console',
    baseUrl: `${house.providersUrl}/compatible/v1`,
    model: 'sim-model',
  };
  await admin.must('POST', '/v1/integrations/providers', {
    ...provider,
    apiKey: `sk-sim.n=40.x=${canaries.plant('provider key in the console')}`,
  });
  await admin.send('POST', '/v1/integrations/providers', {
    ...provider,
    label: 'Refused',
    apiKey: canaries.plant('refused provider key'),
  });
  const connection = (await house.sandbox('zendesk', 'GET', 'connection')) as Record<string, string>;
  const { subdomain, clientId, clientSecret = '', publicClientId } = connection;
  canaries.mark('Zendesk client secret', clientSecret);
  await admin.send('PUT', '/v1/integrations/zendesk', {
    subdomain,
    clientId,
    clientSecret: canaries.plant('refused client secret'),
  });
  await admin.must('PUT', '/v1/integrations/zendesk', { subdomain, clientId, clientSecret });
  const begun = await admin.must('POST', '/v1/integrations/zendesk/authorize', {
    subdomain,
    clientId: publicClientId,
  });
  const back = await answerAt(String(begun.body['url']));
  canaries.mark('state of an authorisation', back.searchParams.get('state') ?? '');
  const page = await fetch(back, { headers: { cookie: admin.cookie } });
  if (page.status !== 200) throw new Error(`return from Zendesk: ${page.status}`);
  // Used, then renewed.
  await admin.must('POST', '/v1/integrations/zendesk/test');
  await house.sandbox('zendesk', 'POST', 'expire-tokens');
  await admin.must('POST', '/v1/integrations/zendesk/test');
}

interface Person {
  readonly email: string;
  readonly password: string;
  /** Recovery codes that are still good. */
  readonly codes: string[];
}

/** Password, second factor, recovery codes, reset. */
async function changeSecrets(stage: Stage, admin: MarkingBrowser, person: Person): Promise<Person> {
  const { canaries, browser } = stage;
  const { email } = person;
  const newPassword = canaries.plant('changed password');
  await admin.must('POST', '/v1/account/password', { currentPassword: person.password, newPassword });
  await admin.send('POST', '/v1/account/password', {
    currentPassword: canaries.plant('wrong current password'),
    newPassword: 'short',
  });
  const begun = await admin.must('POST', '/v1/account/second-factor');
  const secret = fromBase32(String(begun.body['secret']));
  const confirmed = await admin.must('POST', '/v1/account/second-factor/confirm', {
    code: totpCode(secret, counterAt(Date.now())),
  });
  const again = browser();
  const { body } = await again.must('POST', '/v1/auth/sign-in', { email, password: newPassword });
  const answer = (code: unknown) =>
    again.send('POST', '/v1/auth/code', { challenge: body['challenge'], code });
  const codes = [...(confirmed.body['recoveryCodes'] as string[])];
  await answer(canaries.plant('wrong recovery code'));
  await answer(codes.shift());
  await again.must('POST', '/v1/auth/prove', { code: codes.shift() });
  const renewed = await again.must('POST', '/v1/account/recovery-codes');
  await browser().must('POST', '/v1/auth/reset-request', { email });
  const token = await linkFor(stage, email, /new InDesk password/);
  const password = canaries.plant('password set by a link');
  await browser().must('POST', '/v1/auth/reset', { token, password });
  return { email, password, codes: [...(renewed.body['recoveryCodes'] as string[])] };
}

/** Another address by a link; returns a browser signed in with it. */
async function changeAddress(stage: Stage, person: Person): Promise<MarkingBrowser> {
  const { canaries, browser } = stage;
  const before = await signIn(stage, person);
  const email = addressOf(canaries.plant('changed e-mail'));
  await before.must('POST', '/v1/account/email', { email });
  const token = await linkFor(stage, email, /Confirm/);
  await browser().must('POST', '/v1/auth/email', { token });
  const admin = await signIn(stage, { ...person, email });
  await admin.must('POST', '/v1/account/deletion');
  await linkFor(stage, email, /Delete/);
  return admin;
}

async function signIn({ browser }: Stage, { email, password, codes }: Person): Promise<MarkingBrowser> {
  const client = browser();
  const { body } = await client.must('POST', '/v1/auth/sign-in', { email, password });
  await client.must('POST', '/v1/auth/code', { challenge: body['challenge'], code: codes.shift() });
  return client;
}
