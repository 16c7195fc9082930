import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Egress } from '../../../src/ports/egress.ts';
import type { HelpDesk, HelpDeskCall, HelpDeskConnection } from '../../../src/ports/help-desk.ts';
import type { LogFields } from '../../../src/ports/logger.ts';
import type { ZendeskRequestOptions } from '../../../src/adapters/zendesk/request.ts';
import { createZendeskHelpDesk } from '../../../src/adapters/zendesk/create-zendesk-help-desk.ts';

/** What the next matching request is answered with. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly delayMs?: number;
  readonly cut?: boolean;
}

export type Script = (request: {
  readonly method: string;
  readonly url: URL;
  readonly token: string | undefined;
  readonly body: string;
}) => ScriptedAnswer | undefined;

/** A Zendesk over HTTP that answers what a test wrote down, and everything that was written to logs and metrics meanwhile. */
export interface ScriptedZendesk {
  readonly helpDesk: HelpDesk;
  readonly origin: string;
  readonly requests: string[];
  readonly logged: string[];
  readonly measured: string[];
  tokensGiven(): number;
  close(): Promise<void>;
  call(changes?: Partial<HelpDeskCall>): HelpDeskCall;
}

export const connection: HelpDeskConnection = {
  subscriptionId: 'sub',
  subdomain: 'acme',
  clientId: 'indesk',
  clientSecret: 'not-a-secret',
  scopes: 'read',
  brandIds: null,
};

/** Starts the server; the script answers all but the token requests that it leaves undefined. */
export async function startScriptedZendesk(
  createEgress: (host: string) => Egress,
  script: Script,
  options: Partial<ZendeskRequestOptions> = {},
): Promise<ScriptedZendesk> {
  const requests: string[] = [];
  const logged: string[] = [];
  const measured: string[] = [];
  let tokensGiven = 0;
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://zendesk.test');
      requests.push(`${request.method} ${url.pathname}${url.search}`);
      const token = request.headers.authorization?.replace('Bearer ', '');
      const answer = script({ method: request.method ?? '', url, token, body });
      if (answer === undefined && url.pathname === '/oauth/tokens') {
        tokensGiven += 1;
        send(response, {
          status: 201,
          body: {
            access_token: `token-${tokensGiven}`,
            token_type: 'bearer',
            scope: 'read',
            expires_in: 1800,
          },
        });
      } else send(response, answer ?? { status: 404, body: { error: 'RecordNotFound' } });
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const egress = createEgress(host);
  const log = (event: string, fields?: LogFields): void =>
    void logged.push(JSON.stringify({ event, ...fields }));
  const helpDesk = createZendeskHelpDesk({
    egress,
    originFor: () => `http://${host}`,
    logger: { info: log, warn: log, error: log },
    metrics: {
      requestFinished: () => undefined,
      featureFinished: () => undefined,
      firstToken: () => undefined,
      tokensUsed: () => undefined,
      providerBreaker: () => undefined,
      helpDeskFinished: (labels) => void measured.push(`${labels.operation} ${labels.status}`),
      zendeskAuthorization: () => undefined,
      confluenceAuthorization: () => undefined,
      siteFinished: () => undefined,
      openStreams: () => undefined,
      retentionSwept: () => undefined,
      render: async () => '',
    },
    clock: { now: () => new Date(), elapsed: () => performance.now() },
    random: () => 0,
    ...options,
  });
  return {
    helpDesk,
    origin: `http://${host}`,
    requests,
    logged,
    measured,
    tokensGiven: () => tokensGiven,
    call: (changes = {}) => ({ connection, signal: new AbortController().signal, ...changes }),
    async close() {
      await egress.close();
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, answer: ScriptedAnswer): void {
  setTimeout(() => {
    if (answer.cut === true) return void response.destroy();
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
    response
      .writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers })
      .end(text);
  }, answer.delayMs ?? 0);
}
