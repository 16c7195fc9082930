/** What a sealed value is bound to; opening with any other binding fails. */
export interface SealBinding {
  readonly subscriptionId: string;
  readonly table: string;
  readonly column: string;
  readonly row: string;
}

/** AES-256-GCM with a fresh 96-bit nonce a record and a 16-byte tag. */
export interface SecretBox {
  seal(text: string, binding: SealBinding): string;
  /** Throws `SecretBoxError`, always with the same message, when anything does not fit. */
  open(sealed: string, binding: SealBinding): string;
  /** 32 bytes for another purpose, from the same root, by HKDF. */
  deriveKey(purpose: string): Buffer;
}

export class SecretBoxError extends Error {
  override readonly name = 'SecretBoxError';
  constructor() {
    super('A sealed value could not be opened');
  }
}
