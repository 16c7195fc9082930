import type { Call } from './call.ts';
import type { RootKeyState } from './key-encryption.ts';

type KeyCall = Pick<Call, 'subscriptionId' | 'actor' | 'requestId'>;

/** What is done to keys, as the SecretBox's own keeper. */
export interface KeyRing {
  rootKeys(): Promise<readonly RootKeyState[]>;
  /** A new data key seals from now on; the one before is retired. Returns the new key's id. */
  rotate(subscriptionId: string): Promise<string>;
  /** Whether a data key can be unwrapped here. */
  opens(subscriptionId: string, dataKeyId: string): Promise<boolean>;
  /** Wraps every data key of these subscriptions under a new master key; returns how many. Can be repeated after a crash. */
  rewrap(call: KeyCall, subscriptionIds: readonly string[]): Promise<number>;
  /** Drops opened data keys of a subscription from this process; others do within a minute. */
  forget(subscriptionId: string): void;
}
