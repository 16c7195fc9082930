import { connectForALook, redisErrorCode, type RedisAddress } from './connection.ts';
import { redisFindings } from './redis-findings.ts';

const hostCodes = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH']);

/** What keeps this Redis from being used in production, a sentence each with a way out; never a password or an address. Changes nothing but one key that lives for a second. */
export async function inspectRedis(address: RedisAddress, isVouchedFor: boolean): Promise<readonly string[]> {
  const redis = connectForALook(address);
  // The library rejects with "Connection is closed" and tells the reason as an event.
  let reason: unknown;
  redis.on('error', (error: unknown) => (reason ??= error));
  try {
    await redis.connect();
    await redis.ping();
    // Also a user that may come in can lack the keys of the program, and a full Redis takes none.
    await redis.set('kv:check-config', '1', 'EX', 1);
    return await redisFindings(redis, address, isVouchedFor);
  } catch (error) {
    return [explain(redisErrorCode(reason ?? error))];
  } finally {
    redis.disconnect();
  }
}

function explain(code: string): string {
  if (code === 'WRONGPASS' || code === 'NOAUTH')
    return `Redis refuses the login (${code}): user and password must be those of its users.acl.`;
  if (code === 'NOPERM')
    return 'Redis lets this user in and refuses its commands (NOPERM): give it the rights in deploy/redis/users.acl.';
  if (code === 'OOM' || code === 'READONLY' || code === 'MISCONF')
    return `Redis takes nothing new (${code}): see its log.`;
  if (/CERT|SELF_SIGNED|ALTNAME|UNABLE_TO/.test(code))
    return `Redis cannot be trusted (${code}): INDESK_REDIS_CA_FILE must name the authority of its certificate, and the address the host named in it.`;
  if (/SSL|EPROTO/.test(code))
    return `Redis offers no TLS on this port (${code}): see tls-port in redis.conf.`;
  const hint = hostCodes.has(code) ? 'start it, or correct host and port' : 'see its log';
  return `Redis cannot be reached (${code}): ${hint}. The server would start and do without it until it answers.`;
}
