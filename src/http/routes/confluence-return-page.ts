import type { FastifyInstance } from 'fastify';
import { confluenceReturn } from '../../contract/pages.ts';
import { ProblemError, toProblem } from '../../kernel/problem-error.ts';
import { problemTypes } from '../../kernel/problem-types.ts';
import {
  confluenceReturnPath,
  type ConfluenceClients,
} from '../../services/integrations/confluence-clients.ts';
import { finishConfluenceAuthorization } from '../../services/integrations/finish-confluence-authorization.ts';
import type { HttpContext } from '../context.ts';
import { bindingCookie, cookieOf, returnPage } from './return-page.ts';

const longestValue = 4_000;
const cookieName = 'indesk-confluence-authorization';

/** What binds an authorisation to the browser that began it. */
export const confluenceCookie = (clients: ConfluenceClients, value: string, seconds: number): string =>
  bindingCookie(cookieName, clients.redirectUri, value, seconds);

/** The page Atlassian sends people back to. It needs no script: what it says stands in the answer. */
export function addConfluenceReturnPage(app: FastifyInstance, context: HttpContext): void {
  app.get(confluenceReturnPath, { config: { endpoint: confluenceReturn } }, async (request, reply) => {
    const { ports, confluenceClients } = context;
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
    try {
      const { siteUrl } = await finishConfluenceAuthorization(
        ports,
        confluenceClients,
        { state: value('state') ?? '', code: value('code'), error: value('error') },
        {
          browser: cookieOf(request, cookieName, confluenceClients.redirectUri),
          requestId: request.id,
          signal: AbortSignal.timeout(30_000),
        },
      );
      reply.header('set-cookie', confluenceCookie(confluenceClients, '', 0));
      return returnPage(reply, 200, 'Confluence is connected', [
        `InDesk may now read ${new URL(siteUrl).host}. Choose the spaces in the settings.`,
      ]);
    } catch (error) {
      const problem = toProblem(error);
      ports.logger.warn('return from atlassian refused', { requestId: request.id, problem: problem.type });
      const { title, wayOut } = problemTypes[problem.type];
      const lines = [problem.detail, wayOut].filter((line) => line !== undefined);
      return returnPage(reply, problem.status, title, lines);
    }
  });
}
