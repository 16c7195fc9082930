import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { sidebarAsset, sidebarPage, sidebarSignInPage } from '../../contract/pages.ts';
import { problemBody } from '../../contract/problem.ts';
import { ProblemError, toProblem } from '../../kernel/problem-error.ts';
import type { HttpContext } from '../context.ts';
import { forEver, sendAsset } from '../send-asset.ts';

const formLimit = sidebarSignInPage.bodyLimit;
// Garden writes its rules into an empty style element: this is the hash of nothing.
const gardenStyleHash = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";
const escapeAttribute = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');

/** The page beside the ticket: Zendesk posts a signed token, the page comes back with a short session in a meta tag. */
export function addSidebarPage(app: FastifyInstance, context: HttpContext): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: formLimit },
    (_request, body, done) => {
      done(null, Object.fromEntries(new URLSearchParams(String(body))));
    },
  );

  app.post(
    sidebarSignInPage.path,
    { bodyLimit: formLimit, config: { endpoint: sidebarSignInPage } },
    async (request, reply) => {
      const body = request.body as Record<string, string> | undefined;
      const decision = await context.ports.rateLimiter.take(request.ip, {
        name: 'sign-in',
        points: 240,
        windowSeconds: 60,
      });
      if (!decision.allowed)
        throw new ProblemError('rate-limited', { retryAfterSeconds: decision.retryAfterSeconds });
      try {
        const { token } = await context.sessions.exchange(body?.['token'] ?? '');
        return await sendPage(
          context,
          reply,
          200,
          `<meta name="indesk-session" content="${escapeAttribute(token)}">`,
        );
      } catch (error) {
        const problem = toProblem(error);
        context.ports.logger.warn('sign-in refused', { requestId: request.id, problem: problem.type });
        const content = escapeAttribute(JSON.stringify(problemBody(problem, request.id)));
        return sendPage(context, reply, problem.status, `<meta name="indesk-problem" content="${content}">`);
      }
    },
  );

  // A page loaded by GET brings no token: it says so instead of showing an empty panel.
  app.get(sidebarPage.path, { config: { endpoint: sidebarPage } }, async (request, reply) => {
    const problem = escapeAttribute(
      JSON.stringify(problemBody(new ProblemError('not-signed-in'), request.id)),
    );
    return sendPage(context, reply, 200, `<meta name="indesk-problem" content="${problem}">`);
  });

  app.get<{ Params: { file: string } }>(
    sidebarAsset.path,
    { config: { endpoint: sidebarAsset } },
    async (request, reply) => {
      const folder = join(context.webDirectory, 'assets');
      return sendAsset(reply, folder, request.params.file, {
        'cache-control': forEver,
        'access-control-allow-origin': '*',
      });
    },
  );
}

async function sendPage(
  context: HttpContext,
  reply: FastifyReply,
  status: number,
  meta: string,
): Promise<FastifyReply> {
  const page = await readFile(join(context.webDirectory, 'index.html'), 'utf8');
  const frameAncestors = ['https://*.zendesk.com', ...context.sidebarOrigins].join(' ');
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header(
      'content-security-policy',
      `default-src 'none'; script-src 'self'; style-src 'self' ${gardenStyleHash}; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; object-src 'none'; frame-ancestors ${frameAncestors}; require-trusted-types-for 'script'; trusted-types 'none'`,
    )
    .send(page.replace('<head>', () => `<head>\n    ${meta}`));
}
