import type { FastifyReply, FastifyRequest } from 'fastify';

// The prefix makes browsers refuse the cookie from other hosts and over plain http, where there is https.
const fullName = (name: string, redirectUri: string): string =>
  redirectUri.startsWith('https:') ? `__Host-${name}` : name;

/** What binds an authorisation to the browser that began it; the return from elsewhere is a link from another site, hence Lax. */
export function bindingCookie(name: string, redirectUri: string, value: string, seconds: number): string {
  const secure = redirectUri.startsWith('https:') ? '; Secure' : '';
  return `${fullName(name, redirectUri)}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`;
}

/** The value a browser brings back; undefined when it has none, or two. */
export function cookieOf(request: FastifyRequest, name: string, redirectUri: string): string | undefined {
  const wanted = fullName(name, redirectUri);
  const found = (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${wanted}=`));
  // Two of one name are what a neighbouring host that wants to put its own in would make.
  return found.length === 1 ? found[0]?.slice(wanted.length + 1) : undefined;
}

const escapeText = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** A page without scripts for somebody who has come back from another site. */
export async function returnPage(
  reply: FastifyReply,
  status: number,
  title: string,
  lines: readonly string[],
): Promise<FastifyReply> {
  const paragraphs = lines.map((line) => `<p>${escapeText(line)}</p>`).join('');
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeText(title)}</title><main><h1>${escapeText(title)}</h1>${paragraphs}<p><a href="/console/">Back to the settings</a></p></main></html>`,
    );
}
