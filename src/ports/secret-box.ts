/** What a sealed value is bound to; opening with any other binding fails. */
export interface SealBinding {
  readonly subscriptionId: string;
  readonly table: string;
  readonly column: string;
  /** Known before the row is inserted. */
  readonly row: string;
}

/** A key of its own for what is sealed often and never stored in a column: at most a thousand seals a salt. */
export interface SealScope {
  /** For example `chat history`. */
  readonly purpose: string;
  /** The session's or job's id. */
  readonly salt: string;
}

/** AES-256-GCM under the subscription's data key, with a fresh 96-bit nonce a record and a 16-byte tag. */
export interface SecretBox {
  /** Throws when called inside a transaction: a data key may have to be fetched first. */
  seal(text: string, binding: SealBinding, scope?: SealScope): Promise<string>;
  /** Throws `SecretBoxError`, always with the same message, when anything does not fit. Not inside a transaction either. */
  open(sealed: string, binding: SealBinding, scope?: SealScope): Promise<string>;
  /** 32 bytes for a purpose of the program itself; stays the same when root, master and sealing keys are replaced. */
  deriveKey(purpose: string): Buffer;
}

export class SecretBoxError extends Error {
  override readonly name = 'SecretBoxError';
  constructor() {
    super('A sealed value could not be opened');
  }
}
