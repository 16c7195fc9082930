import { request as requestPlain } from 'node:http';
import { request as requestOverTls } from 'node:https';
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';

/** The operator's HTTP proxy: opens a connection to a host through it with CONNECT. */
export type ProxyTunnel = (host: string, port: number, timeoutMs: number) => Promise<Socket>;

/** Codes of what can go wrong at the proxy itself, like the codes of undici. */
export const proxyRefused = 'EGRESS_PROXY_REFUSED';
export const proxyUnreachable = 'EGRESS_PROXY_UNREACHABLE';

const failure = (code: string): Error => Object.assign(new Error('The proxy did not connect'), { code });

/** A tunnel through `http(s)://[user:password@]host[:port]`; what is sent through it stays encrypted for the far end. */
export function createProxyTunnel(proxy: string, secureContext: SecureContext | undefined): ProxyTunnel {
  const url = new URL(proxy);
  const secure = url.protocol === 'https:';
  const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const headers = {
    'proxy-connection': 'keep-alive',
    ...(login !== ':' && { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` }),
  };
  return (host, port, timeoutMs) =>
    new Promise((resolve, reject) => {
      const target = `${host}:${port}`;
      const options = {
        host: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
        method: 'CONNECT',
        path: target,
        headers: { host: target, ...headers },
        agent: false,
        // Whatever the environment says.
        rejectUnauthorized: true,
        signal: AbortSignal.timeout(timeoutMs),
        ...(secureContext !== undefined && { secureContext }),
      };
      const outgoing = secure ? requestOverTls(options) : requestPlain(options);
      outgoing.once('connect', (response, socket, head) => {
        if (response.statusCode === 200 && head.length === 0) resolve(socket);
        else {
          socket.destroy();
          reject(failure(proxyRefused));
        }
      });
      // An answer that is no CONNECT answer comes as an ordinary response.
      outgoing.once('response', (response) => {
        response.destroy();
        reject(failure(proxyRefused));
      });
      outgoing.once('error', () => reject(failure(proxyUnreachable)));
      outgoing.end();
    });
}
