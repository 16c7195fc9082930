import { createTransport } from 'nodemailer';
import { connectionOf } from './smtp-mailer.ts';

const timeoutMs = 5_000;

/** Why a mail server would take no mail, with a way out; undefined when it lets this login in. Sends no mail. */
export async function inspectSmtp(url: string): Promise<string | undefined> {
  const transport = createTransport({
    ...connectionOf(url),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    logger: false,
  });
  try {
    await transport.verify();
    return undefined;
  } catch (error) {
    return explain(error);
  } finally {
    transport.close();
  }
}

// The library's own words may quote the server, so only its codes are shown.
function explain(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EAUTH') return 'the mail server refuses the login: correct user and password.';
  if (code === 'ENOAUTH') return 'the mail server takes no login: leave user and password out.';
  if (code === 'ETLS' || code === 'ESTARTTLS')
    return 'the mail server offers no TLS that can be trusted: use smtps:// or a server with STARTTLS and a certificate for its host name.';
  if (code === 'EDNS') return 'there is no mail server of that name: correct the host.';
  if (/^E[A-Z]{3,20}$/.test(code))
    return `the mail server cannot be reached (${code}): correct scheme, host and port, or open the firewall; its certificate must be known here and be for that host.`;
  return 'the mail server does not answer as one: correct scheme, host and port.';
}
