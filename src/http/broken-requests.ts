import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { problemBody } from '../contract/problem.ts';
import { ProblemError } from '../kernel/problem-error.ts';
import { securityHeaders } from './security-headers.ts';

/** The problem of a request that is not one. */
export const unreadable = (): ProblemError =>
  new ProblemError('invalid-request', { detail: 'The request cannot be read.' });

/** Refuses an `Expect` header other than 100-continue, which Node would do without our headers. */
export function answerExpectation(_request: IncomingMessage, response: ServerResponse): void {
  response
    .writeHead(417, { ...securityHeaders, 'content-type': 'application/problem+json', connection: 'close' })
    .end(JSON.stringify(problemBody(unreadable())));
}

/** Answers an address the router cannot read; hooks do not run for it. */
export function problemOfRouter(_error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const problem = new ProblemError('invalid-request', { detail: 'The address cannot be read.' });
  void reply
    .headers(securityHeaders)
    .header('x-request-id', request.id)
    .code(problem.status)
    .type('application/problem+json')
    .send(problemBody(problem, request.id));
}

const statusLines: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Answers what is no HTTP, too long in its headers or too slow, before there is a request; then closes. */
export function answerBrokenConnections(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(problemBody(unreadable()));
  const headers = {
    ...securityHeaders,
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${statusLines[error.code ?? ''] ?? '400 Bad Request'}\r\n${lines.join('')}\r\n${body}`,
  );
}
