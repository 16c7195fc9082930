/** What a wrapped data key is bound to; unwrapping with any other context fails. */
export interface KeyContext {
  readonly subscriptionId: string;
  readonly dataKeyId: string;
}

export interface WrappedKey {
  /** Text to store. */
  readonly blob: string;
  /** The master key that wrapped it; null when a service outside did. */
  readonly masterKeyId: string | null;
}

/** Wraps data keys: by the master key of this installation, or by a key service outside (KMS). */
export interface KeyEncryption {
  wrap(dataKey: Uint8Array, context: KeyContext): Promise<WrappedKey>;
  /** Throws `KeyUnwrapError` when it cannot be unwrapped, a `ProblemError` when a service does not answer. */
  unwrap(blob: string, context: KeyContext): Promise<Buffer>;
  /** From now on `wrap` uses a new key; what the old one wrapped still unwraps. An unfinished renewal is taken up again. */
  renew(): Promise<void>;
  /** Lets old keys go that wrap nothing any more. */
  finishRenewal(): Promise<void>;
  /** The keys it stands on, for the operator. */
  describe(): Promise<readonly RootKeyState[]>;
}

/** A root key by its fingerprint; never the key. */
export interface RootKeyState {
  readonly fingerprint: string;
  readonly state: 'staged' | 'active' | 'old';
  /** Whether this process was started with it. */
  readonly here: boolean;
}

export class KeyUnwrapError extends Error {
  override readonly name = 'KeyUnwrapError';
  constructor() {
    super('A data key could not be unwrapped');
  }
}

/** The program cannot work with the root key it was given; the message says why and what to do, never the key. */
export class RootKeyError extends Error {
  override readonly name = 'RootKeyError';
}
