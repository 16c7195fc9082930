import { createTransport } from 'nodemailer';
import { z } from 'zod';
import { isLoopback } from '../../kernel/loopback.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Mail, Mailer } from '../../ports/mailer.ts';

export interface SmtpMailerOptions {
  /** `smtp://` or `smtps://`, with user and password when the server asks for them. */
  readonly url: string;
  /** Sender of every mail. */
  readonly from: string;
  readonly logger: Logger;
}

const connectionTimeoutMs = 10_000;
const silenceTimeoutMs = 15_000;
/** Why a mail did not leave, in the library's own words; anything else may quote the server. */
const knownCodes = new Set([
  'EAUTH',
  'ECONNECTION',
  'EDNS',
  'EENVELOPE',
  'EMESSAGE',
  'EPROTOCOL',
  'ESOCKET',
  'ESTARTTLS',
  'ETIMEDOUT',
  'ETLS',
]);
const Address = z.email().max(254);

/** Sends mail through a server; anywhere but on the loopback address only under TLS with a verified certificate. */
export function createSmtpMailer({ url, from, logger }: SmtpMailerOptions): Mailer {
  const sender = Address.parse(from);
  const transport = createTransport({
    ...connectionOf(url),
    name: sender.slice(sender.lastIndexOf('@') + 1),
    connectionTimeout: connectionTimeoutMs,
    greetingTimeout: connectionTimeoutMs,
    dnsTimeout: connectionTimeoutMs,
    socketTimeout: silenceTimeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  });
  return {
    async send(mail, signal) {
      refuseUnsafe(mail);
      try {
        await transport.sendMail({
          // As an object an address is one address; as text it could name several.
          from: { name: 'InDesk', address: sender },
          to: { name: '', address: mail.to },
          subject: mail.subject,
          text: mail.text,
          headers: { 'Auto-Submitted': 'auto-generated' },
          xMailer: false,
          signal,
        });
      } catch (error) {
        logger.warn('mail.failed', { code: codeOf(error) });
        throw new ProblemError('mail-unavailable');
      }
    },
    close: async () => transport.close(),
  };
}

/** Host, login and TLS rule of a mail server's address. */
export function connectionOf(url: string) {
  const { protocol, hostname, port, username, password } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const secure = protocol === 'smtps:';
  return {
    host,
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !secure && !isLoopback(host),
    ignoreTLS: !secure && isLoopback(host),
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2' as const },
    ...(username !== '' && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
  };
}

// A line break in a header would start another header, and with it another recipient.
function refuseUnsafe({ to, subject }: Mail): void {
  if (!Address.safeParse(to).success || /[\u0000-\u001f\u007f\u2028\u2029]/.test(subject))
    throw new ProblemError('mail-unavailable');
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return knownCodes.has(code) ? code : 'unknown';
}
