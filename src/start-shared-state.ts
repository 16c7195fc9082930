import { setTimeout as sleep } from 'node:timers/promises';
import { createMemoryKeyValueStore } from './adapters/memory/key-value-store.ts';
import { createMemoryRateLimiter } from './adapters/memory/rate-limiter.ts';
import { createBullmqOutbox } from './adapters/outbox/bullmq-outbox.ts';
import { createOutbox } from './adapters/outbox/outbox.ts';
import type { OutboxOptions } from './adapters/outbox/run-job.ts';
import { connectForRequests, connectForWork, type RedisAddress } from './adapters/redis/connection.ts';
import { createRedisKeyValueStore } from './adapters/redis/key-value-store.ts';
import { createRedisRateLimiter } from './adapters/redis/rate-limiter.ts';
import { redisFindings } from './adapters/redis/redis-findings.ts';
import { createRedisLink } from './adapters/redis/redis-link.ts';
import { ConfigError, type Config } from './config.ts';
import type { Ports } from './ports/ports.ts';

/** What the processes of one installation share through Redis, or keep each for itself where there is none. */
export interface SharedState extends Pick<Ports, 'keyValues' | 'rateLimiter' | 'jobs'> {
  closeShared(): Promise<void>;
}

const firstLookMs = 3_000;

/** Chooses the adapters by `config.redisUrl`; throws `ConfigError` in production when that Redis is unfit. One that is away is done without until it is back. */
export async function openSharedState(config: Config, options: OutboxOptions): Promise<SharedState> {
  const { clock } = options;
  const keyValues = createMemoryKeyValueStore();
  const rateLimiter = createMemoryRateLimiter(clock);
  if (config.redisUrl !== undefined)
    return openRedis(config, { url: config.redisUrl, caFile: config.redisCaFile }, options, {
      keyValues,
      rateLimiter,
    });
  const jobs = createOutbox(options);
  return {
    keyValues,
    rateLimiter,
    jobs,
    closeShared: async () => {
      await jobs.close();
      await Promise.all([keyValues.close(), rateLimiter.close()]);
    },
  };
}

async function openRedis(
  config: Config,
  address: RedisAddress,
  options: OutboxOptions,
  insurance: Pick<Ports, 'keyValues' | 'rateLimiter'>,
): Promise<SharedState> {
  const { clock, logger } = options;
  const firstLook = Promise.withResolvers<readonly string[]>();
  const link = createRedisLink({
    redis: connectForRequests(address, logger),
    clock,
    logger,
    isFit: async (redis) => {
      const findings = await redisFindings(redis, address, config.redisKeepsNothing === 'yes');
      firstLook.resolve(findings);
      if (findings.length > 0) logger.warn('redis.unfit', { count: findings.length });
      return findings.length === 0 || config.mode === 'development';
    },
  });
  if (config.mode === 'production') {
    const findings = await Promise.race([firstLook.promise, sleep(firstLookMs, undefined, { ref: false })]);
    if (findings !== undefined && findings.length > 0) {
      await link.close();
      throw new ConfigError(findings.map((finding) => `INDESK_REDIS_URL: ${finding}`));
    }
  }
  const jobs = createBullmqOutbox({
    ...options,
    redis: { ...link, connectForWork: () => connectForWork(address, logger) },
  });
  return {
    keyValues: createRedisKeyValueStore(link, insurance.keyValues),
    rateLimiter: createRedisRateLimiter(link, insurance.rateLimiter),
    jobs,
    closeShared: async () => {
      await jobs.close();
      await Promise.all([insurance.keyValues.close(), insurance.rateLimiter.close()]);
      await link.close();
    },
  };
}
