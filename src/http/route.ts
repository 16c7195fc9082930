import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Endpoint, RateClass } from '../contract/endpoint.ts';
import type { AnyEndpoint } from '../contract/endpoints.ts';
import { ProblemError } from '../kernel/problem-error.ts';
import type { Call } from '../ports/call.ts';
import type { Ports } from '../ports/ports.ts';
import type { RateRule } from '../ports/rate-limiter.ts';
import type { Principal } from './authenticate.ts';
import type { HttpContext } from './context.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route serves, for whoever lists routes. */
    endpoint?: Pick<AnyEndpoint, 'method' | 'path' | 'audience'>;
  }
}

/** A request whose caller, parameters and body have been checked. */
export interface Caller<P, B> extends Principal {
  readonly params: P;
  readonly body: B;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Returned by a handler that has answered by itself. */
export const answered = Symbol('answered');

const longestSinceProof = 10 * 60 * 1000;

/** What every route needs of the context. */
export type RouteContext = Pick<HttpContext, 'ports' | 'authenticators' | 'lifecycle' | 'requestsPerMinute'>;

/** Puts an endpoint of the contract on the air: caller, permission, limit, parameters, body, then the handler. */
export function route<P extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  app: FastifyInstance,
  context: RouteContext,
  endpoint: Endpoint<P, B, R>,
  handle: (caller: Caller<z.output<P>, z.output<B>>) => Promise<z.input<R> | typeof answered>,
): void {
  const rule = rateRules(context)[endpoint.rateClass];
  const authenticate = context.authenticators[endpoint.audience];
  const permission = 'permission' in endpoint.permission ? endpoint.permission.permission : undefined;
  app.route({
    method: endpoint.method,
    url: endpoint.path,
    bodyLimit: endpoint.bodyLimit,
    config: { endpoint },
    handler: async (request, reply) => {
      if (context.lifecycle.isClosing()) throw new ProblemError('shutting-down', { retryAfterSeconds: 5 });
      const known = authenticate(request);
      const principal = known instanceof Promise ? await known : known;
      if (principal.enrolmentDue === true && permission !== 'account:enrol')
        throw new ProblemError('second-factor-required');
      if (permission !== undefined && !principal.permissions.has(permission))
        throw new ProblemError('forbidden');
      const decision = context.ports.rateLimiter.take(principal.limitKey, rule);
      const taken = decision instanceof Promise ? await decision : decision;
      if (!taken.allowed)
        throw new ProblemError('rate-limited', { retryAfterSeconds: taken.retryAfterSeconds });
      if (endpoint.stepUp === true) refuseStale(principal, context.ports.clock.now());
      const params = endpoint.params.safeParse(request.params);
      const body = endpoint.body.safeParse(request.body ?? undefined);
      if (!params.success || !body.success)
        throw new ProblemError('invalid-request', { detail: fieldsOf(params.error ?? body.error) });
      const answer = await handle({
        ...principal,
        params: params.data,
        body: body.data,
        request,
        reply,
      });
      return answer === answered ? reply : endpoint.response.parse(answer);
    },
  });
}

/** The call a handler makes for its caller; an operator names the subscription it acts for. */
export function callOf(
  context: Pick<HttpContext, 'ports'>,
  caller: Pick<Caller<unknown, unknown>, 'subscriptionId' | 'actor' | 'request' | 'reply'>,
  subscriptionId: string = caller.subscriptionId,
): Call<keyof Ports> {
  const abort = new AbortController();
  caller.reply.raw.once('close', () => {
    if (!caller.reply.raw.writableEnded) abort.abort();
  });
  return {
    subscriptionId,
    actor: caller.actor,
    requestId: caller.request.id,
    signal: abort.signal,
    ports: context.ports,
  };
}

function refuseStale({ provenAt }: Principal, now: Date): void {
  if (provenAt === undefined || now.getTime() - provenAt > longestSinceProof)
    throw new ProblemError('step-up-needed');
}

function fieldsOf(error: z.ZodError | undefined): string {
  return (error?.issues ?? [])
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'body'}: ${issue.code}`)
    .join('; ');
}

function rateRules(context: RouteContext): Readonly<Record<RateClass, RateRule>> {
  return {
    copilot: { name: 'copilot', points: context.requestsPerMinute, windowSeconds: 60 },
    read: { name: 'read', points: context.requestsPerMinute * 5, windowSeconds: 60 },
    write: { name: 'write', points: context.requestsPerMinute, windowSeconds: 60 },
    session: { name: 'session', points: 60, windowSeconds: 60 },
    'sign-in': { name: 'sign-in', points: 60, windowSeconds: 60 },
    // Zendesk delivers for all its accounts from few addresses.
    webhook: { name: 'webhook', points: 6_000, windowSeconds: 60 },
    health: { name: 'health', points: 600, windowSeconds: 60 },
  };
}
