import { readFileSync } from 'node:fs';
import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../../ports/logger.ts';

export interface RedisAddress {
  /** redis:// or rediss:// with user and password; never logged. */
  readonly url: string;
  /** PEM file of an authority the system does not know. */
  readonly caFile?: string | undefined;
}

/** Milliseconds after which the connection itself gives a command up; whoever waits for one gives up long before: see `RedisLink`. */
export const commandTimeoutMs = 1_000;

const common: RedisOptions = {
  connectTimeout: 2_000,
  retryStrategy: (times) => Math.min(times * 100, 1_000),
};

/** For commands in the way of a request: they fail at once while Redis is away and are never sent twice. */
export function connectForRequests(address: RedisAddress, logger: Logger): Redis {
  return connect(address, logger, {
    ...common,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    autoResendUnfulfilledCommands: false,
    commandTimeout: commandTimeoutMs,
  });
}

/** For a worker that blocks until a job comes: waits for Redis as long as it takes, and notices within 12 seconds when Redis no longer answers. */
export function connectForWork(address: RedisAddress, logger: Logger): Redis {
  return connect(address, logger, { ...common, maxRetriesPerRequest: null, socketTimeout: 12_000 });
}

/** One connection that shows no password and does not try again; for looking at who may come in. */
export function connectWithoutPassword(address: RedisAddress): Redis {
  const { host, port, tls } = parseAddress(address);
  return connectOnce({ host, port, ...(tls !== undefined && { tls }) });
}

/** One connection with user and password that does not try again; for looking at Redis once. */
export function connectForALook(address: RedisAddress): Redis {
  return connectOnce(parseAddress(address));
}

function connectOnce(options: RedisOptions): Redis {
  return new Redis({
    ...options,
    protocol: 2,
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  }).on('error', () => undefined);
}

function connect(address: RedisAddress, logger: Logger, options: RedisOptions): Redis {
  let lastCode = '';
  return (
    new Redis({ ...parseAddress(address), ...options })
      // Without a listener the library prints the error, which may quote the command.
      .on('error', (error: unknown) => {
        const code = redisErrorCode(error);
        if (code !== lastCode) logger.warn('redis.connection-failed', { code });
        lastCode = code;
      })
      .on('ready', () => (lastCode = ''))
  );
}

// Read here and not by the library, so that query parameters of the address cannot weaken TLS.
function parseAddress({ url, caFile }: RedisAddress): RedisOptions & { host: string; port: number } {
  const parsed = new URL(url);
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  const database = Number(parsed.pathname.slice(1) || 0);
  return {
    host,
    port: Number(parsed.port || 6379),
    db: Number.isInteger(database) ? database : 0,
    ...(parsed.username !== '' && { username: decodeURIComponent(parsed.username) }),
    ...(parsed.password !== '' && { password: decodeURIComponent(parsed.password) }),
    ...(parsed.protocol === 'rediss:' && {
      tls: {
        // Said here, because NODE_TLS_REJECT_UNAUTHORIZED=0 changes what is left out.
        rejectUnauthorized: true,
        ...(caFile !== undefined && { ca: readFileSync(caFile) }),
      },
    }),
  };
}

/** The first word of Redis's own errors (`OOM`, `NOPERM`) or the system's code; never the text, which may quote keys. */
export function redisErrorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if ('code' in error && typeof error.code === 'string' && /^[A-Z_0-9]{2,40}$/.test(error.code))
    return error.code;
  if (error.message === 'Command timed out') return 'TIMEOUT';
  const word = error.name === 'ReplyError' ? /^[A-Z]{2,20}\b/.exec(error.message)?.[0] : undefined;
  return word ?? 'UNAVAILABLE';
}
