import { ProblemError } from '../kernel/problem-error.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import { conversationSeconds, type ChatSession } from './chat-sessions.ts';

const lockSeconds = 6;
const renewMs = 2_000;
const ended = 'ended';

const markerOf = ({ subscriptionId, sessionId }: ChatSession): string =>
  `chat-turn:${subscriptionId}:${sessionId}`;

/** Lets one turn of a session run at a time. Throws `chat-busy`. A process that is killed gives its turn back after 6 seconds. */
export async function lockSession(
  keyValues: KeyValueStore,
  { subscriptionId, sessionId }: ChatSession,
): Promise<() => Promise<void>> {
  const unlock = await tryLock(keyValues, `chat-lock:${subscriptionId}:${sessionId}`);
  if (unlock === undefined) throw new ProblemError('chat-busy', { retryAfterSeconds: 2 });
  return unlock;
}

/** Takes a lock that lasts as long as this process lives; undefined: somebody else has it. */
export async function tryLock(
  keyValues: KeyValueStore,
  key: string,
): Promise<(() => Promise<void>) | undefined> {
  if (!(await keyValues.setIfAbsent(key, '1', { ttlSeconds: lockSeconds }))) return undefined;
  const renewing = setInterval(
    () => void keyValues.set(key, '1', { ttlSeconds: lockSeconds }).catch(() => undefined),
    renewMs,
  ).unref();
  return async () => {
    clearInterval(renewing);
    await keyValues.delete(key);
  };
}

/** What the marker says to a history that had `turn` turns. */
export interface Accepted {
  /** It is the one before the newest, whose answer was lost: taken once. */
  readonly isRepeat: boolean;
}

/**
 * Takes the history of the newest turn, and the one before it once. Where the marker is gone or has missed a turn, an
 * authentic history is believed and sets it. Throws `chat-history-refused`. Called while the session is locked.
 */
export async function acceptTurn(
  keyValues: KeyValueStore,
  session: ChatSession,
  turn: number,
): Promise<Accepted> {
  const marker = await keyValues.get(markerOf(session));
  if (marker === undefined) {
    await keyValues.set(markerOf(session), String(turn), { ttlSeconds: conversationSeconds });
    return { isRepeat: false };
  }
  if (marker === ended) throw new ProblemError('chat-history-refused', { detail: 'It has ended.' });
  const [digits = '', repeated] = marker.split('r');
  const newest = Number(digits);
  // A history newer than the marker is authentic like any other: the shared memory missed a turn, as it does while it is away.
  if (turn >= newest) return { isRepeat: false };
  if (turn === newest - 1 && repeated === undefined) return { isRepeat: true };
  throw new ProblemError('chat-history-refused', { detail: 'It has gone on since.' });
}

/** Notes the turn that was taken, before its answer leaves; `<turn>r` when the one before was repeated for it. */
export function noteTurn(
  keyValues: KeyValueStore,
  session: ChatSession,
  turn: number,
  { isRepeat }: Accepted,
): Promise<void> {
  return keyValues.set(markerOf(session), isRepeat ? `${turn}r` : String(turn), {
    ttlSeconds: conversationSeconds,
  });
}

/** No history of the session is taken any more. */
export const noteEnd = (keyValues: KeyValueStore, session: ChatSession): Promise<void> =>
  keyValues.set(markerOf(session), ended, { ttlSeconds: conversationSeconds });
