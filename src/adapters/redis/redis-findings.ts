import type { Redis } from 'ioredis';
import { connectWithoutPassword, redisErrorCode, type RedisAddress } from './connection.ts';

/**
 * What makes this Redis unfit for production, a sentence each: it lets in without a password, writes to disk, or does not
 * say whether it does and the operator has not vouched for it. Throws when the connection breaks.
 */
export async function redisFindings(
  redis: Redis,
  address: RedisAddress,
  isVouchedFor: boolean,
): Promise<readonly string[]> {
  return [...(await openDoor(address)), ...(await persistence(redis, isVouchedFor))];
}

async function openDoor(address: RedisAddress): Promise<readonly string[]> {
  const stranger = connectWithoutPassword(address);
  try {
    await stranger.connect();
    await stranger.ping();
    return [
      'Redis answers without a password: set "user default off" and give the program a user of its own.',
    ];
  } catch {
    return [];
  } finally {
    stranger.disconnect();
  }
}

async function persistence(redis: Redis, isVouchedFor: boolean): Promise<readonly string[]> {
  let settings: Readonly<Record<string, string>>;
  try {
    settings = { ...(await readSetting(redis, 'save')), ...(await readSetting(redis, 'appendonly')) };
  } catch (error) {
    if (!['NOPERM', 'ERR'].includes(redisErrorCode(error))) throw error;
    return persistenceByInfo(await redis.info('persistence'), isVouchedFor);
  }
  return [
    ...(settings['save'] === '' ? [] : ['Redis writes snapshots to disk: set save "".']),
    ...(settings['appendonly'] === 'no'
      ? []
      : ['Redis writes a log of commands to disk: set appendonly no.']),
  ];
}

async function readSetting(redis: Redis, name: string): Promise<Record<string, string>> {
  const answer: unknown = await redis.config('GET', name);
  if (!Array.isArray(answer)) return { ...(answer as Record<string, string>) };
  return { [String(answer[0])]: String(answer[1]) };
}

// INFO tells of the log of commands and of snapshots already made, not whether snapshots are planned.
function persistenceByInfo(info: string, isVouchedFor: boolean): readonly string[] {
  const value = (name: string) => new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1];
  return [
    ...(value('aof_enabled') === '0' ? [] : ['Redis writes a log of commands to disk: set appendonly no.']),
    ...((value('rdb_saves') ?? '0') === '0' ? [] : ['Redis has written snapshots to disk: set save "".']),
    ...(isVouchedFor
      ? []
      : [
          'Redis does not tell this user whether it plans snapshots: allow it +config|get, or vouch for it with INDESK_REDIS_KEEPS_NOTHING.',
        ]),
  ];
}
