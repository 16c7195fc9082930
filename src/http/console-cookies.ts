import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '../kernel/problem-error.ts';

export interface ConsoleCookieOptions {
  /** Address people reach the server at; undefined in development without one. */
  readonly publicUrl: string | undefined;
  readonly mode: 'development' | 'production';
}

type CookieName = 'rt' | 'device';

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const customHeader = 'x-indesk-console';
const longestCookies = 8_192;

/** The cookies of the console, and the proof that a request that lives by them comes from our own page. */
export class ConsoleCookies {
  readonly #isPlain: boolean;
  readonly #origin: string | undefined;

  constructor({ publicUrl, mode }: ConsoleCookieOptions) {
    const url = publicUrl === undefined ? undefined : new URL(publicUrl);
    this.#origin = url?.origin;
    // Browsers do not keep a Secure cookie from plain http; only a developer's own machine is served that way.
    this.#isPlain =
      mode === 'development' &&
      (url === undefined || (url.protocol === 'http:' && loopback.test(url.hostname)));
  }

  read(request: FastifyRequest, name: CookieName): string | undefined {
    const header = request.headers.cookie ?? '';
    if (header.length > longestCookies) return undefined;
    const prefix = `${this.#fullName(name)}=`;
    const found = header
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part.startsWith(prefix));
    // Two of one name mean that somebody else set one of them.
    return found.length === 1 ? found[0]?.slice(prefix.length) : undefined;
  }

  /** A session cookie without `maxAgeSeconds`; 0 deletes. */
  set(reply: FastifyReply, name: CookieName, value: string, maxAgeSeconds?: number): void {
    const parts = [
      `${this.#fullName(name)}=${value}`,
      'Path=/',
      'HttpOnly',
      'SameSite=Strict',
      ...(this.#isPlain ? [] : ['Secure']),
      ...(maxAgeSeconds === undefined ? [] : [`Max-Age=${maxAgeSeconds}`]),
    ];
    reply.header('set-cookie', parts.join('; '));
  }

  /**
   * Refuses what another site could make a browser send: asks for `Sec-Fetch-Site: same-origin` (or our `Origin`, where a
   * browser does not send it), JSON, and a header of our own. Throws `forbidden`.
   */
  requireOwnPage(request: FastifyRequest): void {
    const { headers } = request;
    const site = headers['sec-fetch-site'];
    const own = this.#origin ?? `${request.protocol}://${headers.host ?? ''}`;
    const isOwn = site === undefined ? headers.origin === own : site === 'same-origin';
    const isJson = /^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '');
    if (!isOwn || !isJson || headers[customHeader] === undefined)
      throw new ProblemError('forbidden', { detail: 'This address answers the console’s own page only.' });
  }

  #fullName(name: CookieName): string {
    return this.#isPlain ? name : `__Host-${name}`;
  }
}
