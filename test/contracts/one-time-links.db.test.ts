import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMailSimulator, type MailSimulator } from '../../simulators/mail/start-mail-simulator.ts';
import { createSmtpMailer } from '../../src/adapters/mail/smtp-mailer.ts';
import { createOutbox } from '../../src/adapters/outbox/outbox.ts';
import { createMemoryKeyValueStore } from '../../src/adapters/memory/key-value-store.ts';
import { systemClock, uuidIds } from '../../src/adapters/system/clock.ts';
import { mailJobs } from '../../src/jobs/send-mail.ts';
import { platformSubscriptionId } from '../../src/kernel/platform.ts';
import { ProblemError } from '../../src/kernel/problem-error.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { JobContext, JobTable } from '../../src/ports/job-queue.ts';
import type { Logger } from '../../src/ports/logger.ts';
import type { SecretBox } from '../../src/ports/secret-box.ts';
import { createAccount } from '../../src/services/accounts/create-account.ts';
import { emailHash } from '../../src/services/accounts/email-address.ts';
import { confirmEmailChange, requestEmailChange } from '../../src/services/links/change-email.ts';
import { findLink } from '../../src/services/links/find-link.ts';
import { invitePerson } from '../../src/services/links/invite-person.ts';
import { answerRequest, requestReset } from '../../src/services/links/request-reset.ts';
import { acceptInvitation, resetPassword } from '../../src/services/links/set-password-by-link.ts';
import { newSubscription } from '../support/calls.ts';
import { engines } from '../support/database.ts';
import { openTestSecrets } from '../support/secrets.ts';

const parallel = 50;
/** Enough for medians; the full 200 of the requirement are taken with INDESK_SAMPLES=200. */
const samples = Number(process.env['INDESK_SAMPLES'] ?? 40);
const password = 'seven unrelated green lamps';
const sessions = { forget: () => {} };
const never = new AbortController().signal;

describe.for(engines.filter(({ available }) => available))('one-time links on $name', ({ open }) => {
  let database: BookkeepingDatabase;
  let secretBox: SecretBox;
  let simulator: MailSimulator;
  let stopJobs: () => Promise<void>;
  const logged: string[] = [];
  const note = (event: string, fields?: object): void =>
    void logged.push(JSON.stringify({ event, ...fields }));
  const logger: Logger = { info: note, warn: note, error: note };
  let ports: ReturnType<typeof makePorts>;

  function makePorts() {
    const mailer = createSmtpMailer({ url: simulator.smtpUrl, from: 'desk@example.org', logger });
    const base = { database, secretBox, clock: systemClock, ids: uuidIds, logger, mailer };
    const jobs = createOutbox({
      database,
      // These jobs ask for no help desk and no model.
      ports: base as unknown as JobContext['ports'],
      clock: systemClock,
      logger,
      pollMs: 50,
      retryDelaySeconds: () => 0.2,
    });
    return { ...base, jobs, keyValues: createMemoryKeyValueStore() };
  }

  beforeAll(async () => {
    database = await open();
    ({ secretBox } = await openTestSecrets(database));
    simulator = await startMailSimulator();
    ports = makePorts();
    stopJobs = ports.jobs.work(mailJobs('https://desk.example/') as unknown as JobTable);
  });
  afterAll(async () => {
    await stopJobs?.();
    await simulator?.close();
    await database?.close();
  });

  const newCall = async () => ({ ...(await newSubscription(database)), signal: never, ports });
  const anonymous = () => ({
    subscriptionId: platformSubscriptionId,
    actor: { kind: 'anonymous', id: 'anonymous' } as const,
    requestId: randomUUID(),
    signal: never,
    ports,
  });
  const address = (name: string): string => `${name}-${randomUUID().slice(0, 8)}@example.org`;
  const mailsTo = (to: string) => simulator.mails().filter((mail) => mail.to === to);
  const tokenIn = (text: string): string => /#[a-z-]+=([A-Za-z0-9_-]{43})\b/.exec(text)?.[1] ?? '';

  async function mailTo(to: string, count = 1) {
    const until = performance.now() + 10_000;
    while (mailsTo(to).length < count) {
      if (performance.now() > until) throw new Error(`no mail; logged: ${logged.slice(-5).join('\n')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const [newest] = mailsTo(to);
    if (newest === undefined) throw new Error('no mail');
    return newest;
  }

  const outcome = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
      return 'ok';
    } catch (error) {
      if (error instanceof ProblemError) return error.type;
      throw error;
    }
  };

  async function invited(language: 'en' | 'de' = 'en') {
    const call = await newCall();
    const email = address('ada');
    await invitePerson(call, { email, role: 'admin', language });
    return { call, email, mail: await mailTo(email) };
  }

  it('takes an invitation up once of fifty in parallel', async () => {
    const { mail } = await invited();
    const token = tokenIn(mail.text);
    const answers = await Promise.all(
      Array.from({ length: parallel }, () => outcome(acceptInvitation(anonymous(), token, password))),
    );
    expect(answers.filter((answer) => answer === 'ok')).toHaveLength(1);
    // Hashing lets so many wait and sends the others away; nobody else gets in.
    expect(new Set(answers)).toEqual(
      new Set(['ok', 'link-not-usable', ...answers.filter((answer) => answer === 'rate-limited')]),
    );
  });

  it('sets a password by a reset link once of twenty in parallel', async () => {
    const call = await newCall();
    const email = address('resets');
    await createAccount(call, { email, password, role: 'admin' });
    await answerRequest(anonymous(), emailHash(secretBox, email), 'https://desk.example');
    const token = tokenIn((await mailTo(email)).text);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        outcome(resetPassword(anonymous(), sessions, token, `${password} ${index}`)),
      ),
    );
    expect(answers.filter((answer) => answer === 'ok')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'link-not-usable')).toHaveLength(19);
  });

  it('S90: puts the token behind the # of the address, and writes it neither to a log nor to a table', async () => {
    const { call, email, mail } = await invited();
    const link = new URL(/https:\S+/.exec(mail.text)?.[0] ?? '');
    expect(link.origin + link.pathname + link.search).toBe('https://desk.example/console');
    const token = tokenIn(mail.text);
    expect(link.hash).toBe(`#invite=${token}`);
    const stored = await database.read(call, async (tx) =>
      JSON.stringify([
        await tx.selectFrom('app.one_time_link').selectAll().execute(),
        await tx.selectFrom('app.job_outbox').selectAll().execute(),
        await tx.selectFrom('app.audit_event').selectAll().execute(),
        await tx.selectFrom('app.account').selectAll().execute(),
      ]),
    );
    expect(stored).toContain('mail.send-link');
    for (const secret of [token, email, mail.text.slice(0, 60)]) {
      expect(stored).not.toContain(secret);
      expect(logged.join('\n')).not.toContain(secret);
    }
  });

  it('makes a new token when a mail has to be sent again, and the one before stops working', async () => {
    const { call, email, mail } = await invited();
    const first = tokenIn(mail.text);
    simulator.setFault(451);
    await requestReset(anonymous(), email);
    await waitFor(() => logged.some((line) => line.includes('mail.failed')));
    expect(await outcome(findLink({ ...call }, first))).toBe('link-not-usable');
    simulator.setFault(undefined);
    const second = tokenIn((await mailTo(email, 2)).text);
    expect(second).not.toBe(first);
    expect(await outcome(findLink({ ...call }, second, 'invite'))).toBe('ok');
  });

  it('does not take a link for another purpose, after its time, or of an account that is gone', async () => {
    const { call, mail } = await invited();
    const token = tokenIn(mail.text);
    expect(await outcome(resetPassword(anonymous(), sessions, token, password))).toBe('link-not-usable');
    expect(await outcome(confirmEmailChange(anonymous(), token))).toBe('link-not-usable');
    await database.bookkeep(call, (tx) =>
      sql`update app.one_time_link set expires_at = app.now() - interval '1 second'`.execute(tx),
    );
    expect(await outcome(acceptInvitation(anonymous(), token, password))).toBe('link-not-usable');
    await database.bookkeep(call, (tx) =>
      sql`update app.one_time_link set expires_at = app.now() + interval '1 hour'`.execute(tx),
    );
    expect(await outcome(findLink(anonymous(), token))).toBe('ok');
    await database.bookkeep(call, (tx) => tx.deleteFrom('app.account').execute());
    expect(await outcome(acceptInvitation(anonymous(), token, password))).toBe('link-not-usable');
  });

  it('a weak password is refused and leaves the link as it was', async () => {
    const { mail } = await invited();
    const token = tokenIn(mail.text);
    expect(await outcome(acceptInvitation(anonymous(), token, 'password1234567'))).toBe('invalid-request');
    expect(await outcome(acceptInvitation(anonymous(), token, password))).toBe('ok');
  });

  it('mails at most five links of a kind a day to one address', async () => {
    const call = await newCall();
    const email = address('often');
    await createAccount(call, { email, password, role: 'admin' });
    for (let count = 1; count <= 8; count += 1) {
      await answerRequest(anonymous(), emailHash(secretBox, email), 'https://desk.example');
    }
    expect(mailsTo(email)).toHaveLength(5);
  });

  it('mails in the language of the account, with the name of the subscription made harmless', async () => {
    const { mail } = await invited('de');
    expect(mail.subject).toBe('Sie sind zu InDesk eingeladen');
    expect(mail.text).toContain('Der Link gilt einmal');
    const call = await newCall();
    await database.bookkeep(call, (tx) =>
      tx
        .updateTable('app.subscription')
        .set({ name: `Evil\r\n\r\nhttps://evil.example/${call.subscriptionId} <b>` })
        .execute(),
    );
    const email = address('eve');
    await invitePerson(call, { email, role: 'member', language: 'en' });
    const { text } = await mailTo(email);
    expect(text).not.toContain('://evil');
    expect(text).not.toContain('<b>');
    expect(text.trimEnd().split('\n').at(-1)).toMatch(/^InDesk, for Evil https evil example/);
  });

  it('S88: asking for a link does the same for known and unknown addresses', async () => {
    const call = await newCall();
    const known = address('known');
    const unknown = address('nobody');
    await createAccount(call, { email: known, password, role: 'admin' });
    const times = { known: [] as number[], unknown: [] as number[] };
    const jobsBefore = await countRequests();
    for (let index = 0; index < samples; index += 1) {
      for (const kind of ['known', 'unknown'] as const) {
        const startedAt = performance.now();
        await requestReset(anonymous(), kind === 'known' ? known : unknown);
        times[kind].push(performance.now() - startedAt);
      }
    }
    const [one, other] = [median(times.known), median(times.unknown)];
    process.stdout.write(
      `S88 medians of ${samples}: known ${one.toFixed(2)} ms, unknown ${other.toFixed(2)} ms\n`,
    );
    // Each request is one event and at most one waiting job; nothing else tells them apart.
    expect((await countRequests()) - jobsBefore).toBe(samples * 2);
    await waitFor(async () => (await openJobs()) === 0);
    expect(simulator.mails().some((mail) => mail.to.startsWith('nobody'))).toBe(false);
    expect(mailsTo(known).length).toBeGreaterThan(0);
  });

  it('changes an address once it is confirmed, tells the old one, and keeps addresses sealed', async () => {
    const call = await newCall();
    const from = address('old');
    const to = address('new');
    const { id } = await createAccount(call, { email: from, password, role: 'admin' });
    const own = { ...call, actor: { kind: 'account', id } as const };
    await requestEmailChange(own, id, to);
    const link = await mailTo(to);
    expect((await mailTo(from)).subject).toContain('asked to change');
    const stored = await database.read(call, async (tx) =>
      JSON.stringify(await tx.selectFrom('app.one_time_link').selectAll().execute()),
    );
    expect(stored).not.toContain(to);
    await confirmEmailChange(anonymous(), tokenIn(link.text));
    expect((await mailTo(from, 2)).subject).toContain('has changed');
    expect(await outcome(confirmEmailChange(anonymous(), tokenIn(link.text)))).toBe('link-not-usable');
    await requestReset(anonymous(), to);
    expect((await mailTo(to, 2)).subject).toContain('password');
  });

  it('does not take an address that another account of the subscription has', async () => {
    const call = await newCall();
    const taken = address('taken');
    await createAccount(call, { email: taken, password, role: 'admin' });
    const { id } = await createAccount(call, { email: address('wants'), password, role: 'member' });
    await requestEmailChange({ ...call, actor: { kind: 'account', id } }, id, taken);
    const link = await mailTo(taken);
    expect(await outcome(confirmEmailChange(anonymous(), tokenIn(link.text)))).toBe('conflict');
  });

  it('sweeps links a day after their time, and none under a legal hold', async () => {
    const { call } = await invited();
    const { call: held } = await invited();
    const age = (one: typeof call) =>
      database.bookkeep(one, (tx) =>
        sql`update app.one_time_link set expires_at = app.now() - interval '25 hours'`.execute(tx),
      );
    await age(call);
    await age(held);
    await database.bookkeep(held, (tx) =>
      sql`update app.subscription set held_since = app.now(), hold_reference = 'case 1'`.execute(tx),
    );
    await database.lookup((lookups) => lookups.sweep('one_time_link', 1_000));
    const left = (one: typeof call) =>
      database.read(one, (tx) => tx.selectFrom('app.one_time_link').select('id').execute());
    expect(await left(call)).toHaveLength(0);
    expect(await left(held)).toHaveLength(1);
  });

  async function openJobs(): Promise<number> {
    const rows = await database.read({ subscriptionId: platformSubscriptionId }, (tx) =>
      tx.selectFrom('app.job_outbox').select('id').where('finished_at', 'is', null).execute(),
    );
    return rows.length;
  }

  async function countRequests(): Promise<number> {
    const rows = await database.read({ subscriptionId: platformSubscriptionId }, (tx) =>
      tx.selectFrom('app.audit_event').select('sequence').where('action', '=', 'auth.link-asked').execute(),
    );
    return rows.length;
  }
});

async function waitFor(isDone: () => boolean | Promise<boolean>): Promise<void> {
  const until = performance.now() + 10_000;
  while (!(await isDone())) {
    if (performance.now() > until) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
