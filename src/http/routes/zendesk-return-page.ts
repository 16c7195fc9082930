import type { FastifyInstance } from 'fastify';
import { zendeskReturn } from '../../contract/pages.ts';
import { problemTypes } from '../../kernel/problem-types.ts';
import { ProblemError, toProblem } from '../../kernel/problem-error.ts';
import { hashOf } from '../../services/integrations/begin-zendesk-authorization.ts';
import { finishZendeskAuthorization } from '../../services/integrations/finish-zendesk-authorization.ts';
import { zendeskReturnPath, type ZendeskClients } from '../../services/integrations/zendesk-clients.ts';
import type { HttpContext } from '../context.ts';
import { bindingCookie, cookieOf, returnPage } from './return-page.ts';

const longestValue = 2_000;
const cookieName = 'indesk-authorization';

/** What binds an authorisation to the browser that began it. */
export const authorizationCookie = (clients: ZendeskClients, value: string, seconds: number): string =>
  bindingCookie(cookieName, clients.redirectUri, value, seconds);

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
      return returnPage(reply, 200, 'Almost done', [
        'Copy the address of this page from the address bar and paste it into the terminal where you began.',
      ]);
    try {
      const { subscriptionId, subdomain } = await finishZendeskAuthorization(
        ports,
        zendeskClients,
        { state, code: value('code'), error: value('error'), subdomain: value('subdomain') },
        {
          browser: cookieOf(request, cookieName, zendeskClients.redirectUri),
          requestId: request.id,
          signal: AbortSignal.timeout(30_000),
        },
      );
      settings.forget(subscriptionId);
      reply.header('set-cookie', authorizationCookie(zendeskClients, '', 0));
      return returnPage(reply, 200, 'Zendesk is connected', [`InDesk may now work with ${subdomain}.`]);
    } catch (error) {
      const problem = toProblem(error);
      ports.logger.warn('return from zendesk refused', { requestId: request.id, problem: problem.type });
      const { title, wayOut } = problemTypes[problem.type];
      return returnPage(
        reply,
        problem.status,
        title,
        [problem.detail, wayOut].filter((line) => line !== undefined),
      );
    }
  });
}
