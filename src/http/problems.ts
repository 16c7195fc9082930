import type { FastifyInstance } from 'fastify';
import { problemBody } from '../contract/problem.ts';
import { ProblemError } from '../kernel/problem-error.ts';
import type { Logger } from '../ports/logger.ts';
import { collectAllowedMethods } from './allowed-methods.ts';

/** Fastify's own errors by their code; everything else that is not ours is `internal` without its text. */
function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new ProblemError('request-too-large');
  if (code.startsWith('FST_ERR_CTP') || code === 'FST_ERR_VALIDATION' || error instanceof SyntaxError) {
    return new ProblemError('invalid-request', { detail: 'The body is not what this address takes.' });
  }
  return new ProblemError('internal');
}

/** Answers every error as `application/problem+json`; to be called before routes are added. */
export function answerProblems(app: FastifyInstance, logger: Logger): void {
  const allowedMethods = collectAllowedMethods(app);
  app.setErrorHandler((error, request, reply) => {
    const problem = asProblem(error);
    if (problem.status >= 500)
      logger.error('request failed', { requestId: request.id, problem: problem.type, ...codeOf(error) });
    if (problem.retryAfterSeconds !== undefined)
      reply.header('retry-after', String(Math.ceil(problem.retryAfterSeconds)));
    return reply.code(problem.status).type('application/problem+json').send(problemBody(problem, request.id));
  });
  app.setNotFoundHandler((request, reply) => {
    const allowed = allowedMethods(request.url);
    // A route comes here as well when it finds nothing for its address.
    const isRefused = allowed.length > 0 && !allowed.includes(request.method);
    if (isRefused) reply.header('allow', allowed.join(', '));
    const problem = new ProblemError(isRefused ? 'method-not-allowed' : 'not-found');
    return reply.code(problem.status).type('application/problem+json').send(problemBody(problem, request.id));
  });
}

/** The class of a foreign error, which is no content; its message may be. */
function codeOf(error: unknown): { code?: string } {
  if (error instanceof ProblemError || !(error instanceof Error)) return {};
  return { code: error.name };
}
