import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { zendeskReturn } from '../../contract/pages.ts';
import { problemTypes } from '../../kernel/problem-types.ts';
import { ProblemError, toProblem } from '../../kernel/problem-error.ts';
import { hashOf } from '../../services/integrations/begin-zendesk-authorization.ts';
import { finishZendeskAuthorization } from '../../services/integrations/finish-zendesk-authorization.ts';
import { zendeskReturnPath, type ZendeskClients } from '../../services/integrations/zendesk-clients.ts';
import type { HttpContext } from '../context.ts';

const longestValue = 2_000;

// The prefix makes browsers refuse the cookie from other hosts and over plain http, where there is https.
const cookieName = ({ redirectUri }: ZendeskClients): string =>
  redirectUri.startsWith('https:') ? '__Host-indesk-authorization' : 'indesk-authorization';

/** What binds an authorisation to the browser that began it; the return from Zendesk is a link from another site, hence Lax. */
export function authorizationCookie(clients: ZendeskClients, value: string, seconds: number): string {
  const secure = clients.redirectUri.startsWith('https:') ? '; Secure' : '';
  return `${cookieName(clients)}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`;
}

/** The page Zendesk sends people back to. It needs no script: what it says stands in the answer. */
export function addZendeskReturnPage(app: FastifyInstance, context: HttpContext): void {
  app.get(zendeskReturnPath, { config: { endpoint: zendeskReturn } }, async (request, reply) => {
    const { ports, settings, zendeskClients } = context;
    const decision = await ports.rateLimiter.take(request.ip, {
      name: 'sign-in',
      points: 60,
      windowSeconds: 60,
    });
    if (!decision.allowed)
      throw new ProblemError('rate-limited', { retryAfterSeconds: decision.retryAfterSeconds });
    const query = new URL(request.url, 'http://return').searchParams;
    const value = (name: string): string | undefined =>
      query.getAll(name).length === 1 ? query.get(name)?.slice(0, longestValue) : undefined;
    const state = value('state') ?? '';
    const owner = await ports.database.lookup((lookups) => lookups.oauthStateOwner(hashOf(state)));
    if (owner !== undefined && owner.accountId === null)
      return page(reply, 200, 'Almost done', [
        'Copy the address of this page from the address bar and paste it into the terminal where you began.',
      ]);
    try {
      const { subscriptionId, subdomain } = await finishZendeskAuthorization(
        ports,
        zendeskClients,
        { state, code: value('code'), error: value('error'), subdomain: value('subdomain') },
        {
          browser: cookieOf(request, cookieName(zendeskClients)),
          requestId: request.id,
          signal: AbortSignal.timeout(30_000),
        },
      );
      settings.forget(subscriptionId);
      reply.header('set-cookie', authorizationCookie(zendeskClients, '', 0));
      return page(reply, 200, 'Zendesk is connected', [`InDesk may now work with ${subdomain}.`]);
    } catch (error) {
      const problem = toProblem(error);
      ports.logger.warn('return from zendesk refused', { requestId: request.id, problem: problem.type });
      const { title, wayOut } = problemTypes[problem.type];
      return page(
        reply,
        problem.status,
        title,
        [problem.detail, wayOut].filter((line) => line !== undefined),
      );
    }
  });
}

function cookieOf(request: FastifyRequest, name: string): string | undefined {
  const found = (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`));
  // Two of one name are what a neighbouring host that wants to put its own in would make.
  return found.length === 1 ? found[0]?.slice(name.length + 1) : undefined;
}

const escapeText = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

async function page(
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
