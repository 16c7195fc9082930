import { networkInterfaces } from 'node:os';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMailSimulator, type MailSimulator } from '../../../simulators/mail/start-mail-simulator.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { LogFields, Logger } from '../../ports/logger.ts';
import { createNoMailer } from './no-mailer.ts';
import { connectionOf, createSmtpMailer } from './smtp-mailer.ts';

let simulator: MailSimulator;
const lines: string[] = [];
const note = (event: string, fields?: LogFields): void =>
  void lines.push(JSON.stringify({ event, ...fields }));
const logger: Logger = { info: note, warn: note, error: note };
const mailerFor = (url: string) => createSmtpMailer({ url, from: 'desk@example.org', logger });
const mail = {
  to: 'ada@example.org',
  subject: 'Grüße – 你好',
  text: 'Hello\n\nhttps://desk.example/#a=b=c\n',
};
const never = new AbortController().signal;

const problemOf = async (sending: Promise<void>): Promise<ProblemError> => {
  const error = await sending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProblemError)) throw new Error('sent, or another error');
  return error;
};

beforeAll(async () => {
  simulator = await startMailSimulator();
});
afterAll(() => simulator?.close());

describe('the SMTP mailer', () => {
  it('delivers subject and text unchanged, to one recipient, marked as automatic', async () => {
    await mailerFor(simulator.smtpUrl).send(mail, never);
    const [got] = simulator.mails();
    expect(got?.to).toBe(mail.to);
    expect(got?.subject).toBe(mail.subject);
    expect(got?.text).toBe(mail.text.trimEnd());
    expect(got?.headers['auto-submitted']).toBe('auto-generated');
    expect(got?.headers['x-mailer']).toBeUndefined();
  });

  it('refuses a second recipient and a second header hidden in recipient or subject', async () => {
    const before = simulator.mails().length;
    const mailer = mailerFor(simulator.smtpUrl);
    const wrong = [
      { to: 'ada@example.org, eve@example.org' },
      { to: 'ada@example.org\r\nBcc: eve@example.org' },
      { to: '"ada@example.org" <eve@example.org>' },
      { to: 'group: eve@example.org;' },
      { subject: 'Hello\r\nBcc: eve@example.org' },
      { subject: 'Hello\nX: y' },
    ];
    for (const part of wrong)
      expect((await problemOf(mailer.send({ ...mail, ...part }, never))).type).toBe('mail-unavailable');
    expect(simulator.mails().length).toBe(before);
  });

  it('answers every failure with the same problem, without text of mail or server', async () => {
    simulator.setFault(550);
    const refused = await problemOf(mailerFor(simulator.smtpUrl).send(mail, never));
    simulator.setFault(undefined);
    const unreachable = await problemOf(mailerFor('smtp://127.0.0.1:1').send(mail, never));
    const gone = await problemOf(mailerFor(simulator.smtpUrl).send(mail, AbortSignal.abort()));
    for (const problem of [refused, unreachable, gone]) {
      expect(problem.type).toBe('mail-unavailable');
      expect(problem.detail).toBeUndefined();
      expect(problem.cause).toBeUndefined();
    }
    const written = lines.join('\n');
    expect(written).toContain('mail.failed');
    for (const secret of [mail.to, 'desk.example', 'Not now']) expect(written).not.toContain(secret);
  });

  it('gives up on a server that never speaks when the caller does', async () => {
    const { createServer } = await import('node:net');
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const startedAt = performance.now();
    await problemOf(mailerFor(`smtp://127.0.0.1:${port}`).send(mail, AbortSignal.timeout(200)));
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    silent.close();
  });

  it('does not trust a certificate nobody vouches for', async () => {
    let mails = 0;
    // The server's own certificate, made for tests, is signed by itself.
    const server = new SMTPServer({
      secure: true,
      authOptional: true,
      logger: false,
      onData(stream, _session, done) {
        mails += 1;
        stream.resume().on('end', () => done());
      },
    });
    server.on('error', () => undefined);
    const listening = server.listen(0, '127.0.0.1');
    await new Promise((resolve) => listening.once('listening', resolve));
    const address = listening.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await problemOf(mailerFor(`smtps://localhost:${port}`).send(mail, never));
    expect(mails).toBe(0);
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  it('sends nothing in the clear off the loopback address', async ({ skip }) => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
    if (outside === undefined) return skip('this machine has the loopback address alone');
    const commands: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      disableReverseLookup: true,
      logger: false,
      onMailFrom(_address, _session, done) {
        commands.push('mail');
        done();
      },
    });
    server.on('error', () => undefined);
    const listening = server.listen(0, outside);
    await new Promise((resolve) => listening.once('listening', resolve));
    const address = listening.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await problemOf(mailerFor(`smtp://${outside}:${port}`).send(mail, never));
    expect(commands).toEqual([]);
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  it('reads host, login and TLS rule from the address', () => {
    expect(connectionOf('smtps://us%40er:p%2Fw@mail.example')).toMatchObject({
      host: 'mail.example',
      port: 465,
      secure: true,
      auth: { user: 'us@er', pass: 'p/w' },
    });
    expect(connectionOf('smtp://mail.example')).toMatchObject({
      port: 587,
      requireTLS: true,
      ignoreTLS: false,
    });
    expect(connectionOf('smtp://127.0.0.1:2525')).toMatchObject({ requireTLS: false, ignoreTLS: true });
    expect(connectionOf('smtp://127.evil.example')).toMatchObject({ requireTLS: true, ignoreTLS: false });
    expect(connectionOf('smtp://[::1]:25')).toMatchObject({ host: '::1', ignoreTLS: true });
  });
});

describe('without a mail server', () => {
  it('says so for every mail', async () => {
    expect((await problemOf(createNoMailer().send(mail, never))).type).toBe('mail-unavailable');
  });
});
