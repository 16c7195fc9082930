import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Endpoint, RateClass } from '../contract/endpoint.ts';
import { ProblemError } from '../kernel/problem-error.ts';
import type { Actor } from '../ports/call.ts';
import type { RateRule } from '../ports/rate-limiter.ts';
import type { SidebarSession } from '../services/sessions/sidebar-session.ts';
import type { HttpContext } from './context.ts';

/** A request whose caller, parameters and body have been checked. */
export interface Caller<P, B> {
  readonly subscriptionId: string;
  readonly actor: Actor;
  readonly params: P;
  readonly body: B;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Puts an endpoint of the contract on the air: caller, limit, parameters, body, then the handler. */
export function route<P extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  app: FastifyInstance,
  context: HttpContext,
  endpoint: Endpoint<P, B, R>,
  handle: (caller: Caller<z.output<P>, z.output<B>>) => Promise<z.input<R> | typeof answered>,
): void {
  const rules = rateRules(context);
  app.route({
    method: endpoint.method,
    url: endpoint.path,
    bodyLimit: endpoint.bodyLimit,
    handler: async (request, reply) => {
      if (context.isDraining()) throw new ProblemError('shutting-down', { retryAfterSeconds: 5 });
      const session = sidebarSession(context, request, endpoint.audience);
      const decision = context.ports.rateLimiter.take(
        `${session.subscriptionId}:${session.zendeskAgentId}`,
        rules[endpoint.rateClass],
      );
      const taken = decision instanceof Promise ? await decision : decision;
      if (!taken.allowed)
        throw new ProblemError('rate-limited', { retryAfterSeconds: taken.retryAfterSeconds });
      const params = endpoint.params.safeParse(request.params);
      const body = endpoint.body.safeParse(request.body ?? undefined);
      if (!params.success || !body.success)
        throw new ProblemError('invalid-request', { detail: fieldsOf(params.error ?? body.error) });
      const answer = await handle({
        subscriptionId: session.subscriptionId,
        actor: { kind: 'zendesk-agent', id: session.zendeskAgentId },
        params: params.data,
        body: body.data,
        request,
        reply,
      });
      return answer === answered ? reply : endpoint.response.parse(answer);
    },
  });
}

/** Returned by a handler that has answered by itself. */
export const answered = Symbol('answered');

function fieldsOf(error: z.ZodError | undefined): string {
  return (error?.issues ?? [])
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'body'}: ${issue.code}`)
    .join('; ');
}

function rateRules(context: HttpContext): Readonly<Record<RateClass, RateRule>> {
  return {
    copilot: { name: 'copilot', points: context.requestsPerMinute, windowSeconds: 60 },
    read: { name: 'read', points: context.requestsPerMinute * 5, windowSeconds: 60 },
    session: { name: 'session', points: 60, windowSeconds: 60 },
    health: { name: 'health', points: 600, windowSeconds: 60 },
  };
}

function sidebarSession(context: HttpContext, request: FastifyRequest, audience: string): SidebarSession {
  if (audience !== 'sidebar') throw new ProblemError('forbidden');
  return context.sessions.verify(bearerToken(request));
}

/** The token a request brings; throws `not-signed-in`. */
export function bearerToken(request: FastifyRequest): string {
  const header = request.headers.authorization;
  if (header === undefined || !header.startsWith('Bearer ')) throw new ProblemError('not-signed-in');
  return header.slice(7);
}
