import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { widgetAsset, widgetFrame, widgetLoader } from '../../contract/pages.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { HttpContext } from '../context.ts';
import { forEver, sendAsset } from '../send-asset.ts';

/** A page picks up a new loader within minutes; the rest comes under names of its own. */
const loaderCache = 'public, max-age=300, stale-while-revalidate=86400';
/** For pages of other sites, also isolated ones. */
const forEverySite = { 'cross-origin-resource-policy': 'cross-origin' } as const;

const isKey = /^[A-Za-z0-9_-]{22}$/;

const notHere = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>Chat</title></head>
<body><h1>This chat is not available here</h1>
<p>Please go back to the site you came from and contact the company in another way.</p></body></html>
`;

/** What a customer's page loads: the loader of the snippet, and the conversation in its frame. */
export function addWidgetPages(app: FastifyInstance, context: HttpContext): void {
  const folder = join(context.webDirectory, 'widget');

  app.get(widgetLoader.path, { config: { endpoint: widgetLoader } }, (_request, reply) =>
    // A page that asks for integrity or isolation loads scripts by CORS.
    sendAsset(reply, folder, 'loader.js', {
      ...forEverySite,
      'cache-control': loaderCache,
      'access-control-allow-origin': '*',
    }),
  );

  app.get<{ Params: { agentKey: string }; Querystring: { page?: string } }>(
    widgetFrame.path,
    { config: { endpoint: widgetFrame } },
    async (request, reply) => {
      const { agentKey } = request.params;
      const decision = await context.ports.rateLimiter.take(request.ip, {
        name: 'widget-frame',
        points: context.requestsPerMinute * 5,
        windowSeconds: 60,
      });
      if (!decision.allowed)
        throw new ProblemError('rate-limited', { retryAfterSeconds: decision.retryAfterSeconds });
      const pages = isKey.test(agentKey) ? await pagesOf(context, agentKey) : [];
      // Whoever cannot name a page of the list learns nothing of the list, nor that the key is known.
      if (!pages.some((one) => one === request.query.page))
        return reply.code(404).type('text/html; charset=utf-8').send(notHere);
      return sendFrame(reply, await readFile(join(folder, 'index.html'), 'utf8'), pages);
    },
  );

  app.get<{ Params: { file: string } }>(
    widgetAsset.path,
    { config: { endpoint: widgetAsset } },
    (request, reply) =>
      // A frame of no origin, which a sandboxed page makes, may not read them.
      sendAsset(reply, join(folder, 'assets'), request.params.file, { 'cache-control': forEver }),
  );
}

/** Origins that may frame the conversation with an AI agent; none for one that does not answer, and for a key that nobody has. */
async function pagesOf({ chat }: HttpContext, agentKey: string): Promise<readonly string[]> {
  try {
    const { subscriptionId, aiAgentId } = await chat.agents.find(agentKey);
    return (await chat.agents.open(subscriptionId, aiAgentId)).settings.allowedOrigins;
  } catch (error) {
    if (error instanceof ProblemError && error.type === 'chat-unavailable') return [];
    throw error;
  }
}

function sendFrame(reply: FastifyReply, page: string, pages: readonly string[]): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .headers({
      ...forEverySite,
      'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; object-src 'none'; frame-ancestors ${pages.join(' ')}; require-trusted-types-for 'script'; trusted-types 'none'`,
    })
    .send(page);
}
