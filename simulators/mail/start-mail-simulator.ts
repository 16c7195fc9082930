import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { listPage, mailPage, missingPage } from './outbox-page.ts';
import { readMessage } from './read-message.ts';

/** A mail as it arrived. */
export type OutboxMail = {
  readonly id: number;
  readonly receivedAt: string;
  readonly from: string;
  /** The recipients the sender named to the server, which is who gets the mail. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
};

export type MailSimulatorOptions = {
  /** Ports of the SMTP server and of the outbox page; 0 takes any free one. */
  readonly smtpPort?: number;
  readonly outboxPort?: number;
};

export type MailSimulator = {
  /** For the sender: `smtp://127.0.0.1:…`. */
  readonly smtpUrl: string;
  /** For people: the outbox page. */
  readonly url: string;
  /** Newest first. */
  readonly mails: () => readonly OutboxMail[];
  /** The next mails are refused with this SMTP code until it is set to undefined. */
  readonly setFault: (code: number | undefined) => void;
  readonly close: () => Promise<void>;
};

const loopback = '127.0.0.1';
const mostMails = 500;
const mostBytes = 1_000_000;

/** An SMTP server on the loopback address that keeps what it gets in memory, with a page to read it. */
export async function startMailSimulator(options: MailSimulatorOptions = {}): Promise<MailSimulator> {
  const mails: OutboxMail[] = [];
  let count = 0;
  let fault: number | undefined;
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    size: mostBytes,
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (fault !== undefined) return done(Object.assign(new Error('Not now'), { responseCode: fault }));
        const message = readMessage(Buffer.concat(chunks));
        count += 1;
        mails.unshift({
          id: count,
          receivedAt: new Date().toISOString(),
          from: message.from,
          to: session.envelope.rcptTo.map(({ address }) => address).join(', '),
          subject: message.subject,
          text: message.text,
          headers: Object.fromEntries(message.headers),
        });
        mails.length = Math.min(mails.length, mostMails);
        return done();
      });
    },
  });
  // A sender that breaks off is its own affair.
  smtp.on('error', () => undefined);
  const smtpPort = await listening(smtp.listen(options.smtpPort ?? 0, loopback));
  const setFault = (code: number | undefined): void => {
    fault = code;
  };
  const http = createServer((request, response) => void answer(request, response, mails, setFault));
  const outboxPort = await listening(http.listen(options.outboxPort ?? 0, loopback));
  return {
    smtpUrl: `smtp://${loopback}:${smtpPort}`,
    url: `http://${loopback}:${outboxPort}`,
    mails: () => mails,
    setFault,
    close: async () => {
      http.closeAllConnections();
      await Promise.all([
        new Promise<void>((resolve) => http.close(() => resolve())),
        new Promise<void>((resolve) => smtp.close(() => resolve())),
      ]);
    },
  };
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => resolve((server.address() as AddressInfo).port));
  });
}

const hashOfStyle = (html: string): string => {
  const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
  return createHash('sha256').update(style).digest('base64');
};

function sendPage(response: ServerResponse, status: number, html: string): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${hashOfStyle(html)}'; base-uri 'none'; frame-ancestors 'none'`,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    .end(html);
}

function sendJson(response: ServerResponse, value: unknown): void {
  response
    .writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    .end(JSON.stringify(value));
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  mails: OutboxMail[],
  setFault: (code: number | undefined) => void,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://outbox');
  const method = request.method ?? 'GET';
  if (method === 'GET' && pathname === '/') return sendPage(response, 200, listPage(mails));
  if (method === 'GET' && pathname === '/_sandbox/mails') {
    const to = searchParams.get('to')?.toLowerCase();
    return sendJson(response, {
      mails: to === undefined ? mails : mails.filter((mail) => mail.to.toLowerCase() === to),
    });
  }
  if (method === 'DELETE' && pathname === '/_sandbox/mails') {
    mails.length = 0;
    return sendJson(response, {});
  }
  if (method === 'PUT' && pathname === '/_sandbox/fault') {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { code } = JSON.parse(body === '' ? '{}' : body) as { code?: number };
    setFault(code);
    return sendJson(response, {});
  }
  const id = /^\/mails\/(\d{1,9})$/.exec(pathname)?.[1];
  const mail = mails.find((one) => one.id === Number(id));
  if (method === 'GET' && mail !== undefined) return sendPage(response, 200, mailPage(mail));
  return sendPage(response, 404, missingPage());
}
