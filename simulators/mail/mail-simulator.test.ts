import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTransport } from 'nodemailer';
import { startMailSimulator, type MailSimulator } from './start-mail-simulator.ts';

let simulator: MailSimulator;
const send = async (subject: string, text: string, to = 'ada@example.org'): Promise<void> => {
  const port = Number(new URL(simulator.smtpUrl).port);
  await createTransport({ host: '127.0.0.1', port, ignoreTLS: true }).sendMail({
    from: 'desk@example.org',
    to,
    subject,
    text,
  });
};
const read = async (path: string): Promise<Response> => fetch(`${simulator.url}${path}`);

beforeAll(async () => {
  simulator = await startMailSimulator();
});
afterAll(() => simulator?.close());

describe('the outbox', () => {
  it('lists mails, newest first, and shows one with its links', async () => {
    await send('First', 'one');
    await send(
      'Zweite – schön',
      'Ä long line '.repeat(20) + '\nhttps://desk.example/console#reset=abc&x=1 end',
    );
    const list = await (await read('/')).text();
    expect(list.indexOf('Zweite – schön')).toBeGreaterThan(0);
    expect(list.indexOf('Zweite – schön')).toBeLessThan(list.indexOf('First'));
    expect(list).toContain('http-equiv="refresh"');
    const { id } = simulator.mails()[0] ?? { id: 0 };
    const one = await (await read(`/mails/${id}`)).text();
    expect(one).toContain('href="https://desk.example/console#reset=abc&amp;x=1"');
    expect(one).toContain('Ä long line Ä long line');
  });

  it('shows what a mail holds as text and never as markup', async () => {
    await send(
      '<img src=x onerror=alert(1)>',
      '<script>alert(1)</script> javascript:alert(1) https://a.example/"><b>',
    );
    const { id } = simulator.mails()[0] ?? { id: 0 };
    for (const path of ['/', `/mails/${id}`]) {
      const response = await read(path);
      const html = await response.text();
      expect(html).not.toMatch(/<script|<img|<b>|href="javascript/);
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    }
  });

  it('gives programs the mails of one recipient', async () => {
    await send('For Bo', 'hi', 'bo@example.org');
    const { mails } = (await (await read('/_sandbox/mails?to=Bo@example.org')).json()) as {
      mails: { subject: string; text: string }[];
    };
    expect(mails.map(({ subject, text }) => [subject, text])).toEqual([['For Bo', 'hi']]);
    expect((await read('/mails/999')).status).toBe(404);
  });

  it('refuses mails while it is told to', async () => {
    await fetch(`${simulator.url}/_sandbox/fault`, { method: 'PUT', body: '{"code":451}' });
    await expect(send('x', 'y')).rejects.toThrow('451');
    await fetch(`${simulator.url}/_sandbox/fault`, { method: 'PUT', body: '{}' });
    await send('x', 'y');
  });
});
