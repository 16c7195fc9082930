import type { Transient } from '../kernel/transient.ts';

/** Which state of which conversation is sealed. */
export interface ConversationPlace {
  readonly subscriptionId: string;
  readonly aiAgentId: string;
  readonly sessionId: string;
  /** How many turns it has had. */
  readonly turn: number;
}

/** Seals conversations for the visitor to keep, each session under a key of its own. What is sealed stays Transient: not even a ciphertext may be stored. */
export interface ConversationBox {
  seal(conversation: Transient<string>, place: ConversationPlace): Promise<Transient<string>>;
  /** Throws `SecretBoxError` for what was forged, changed, or sealed for another place. */
  open(sealed: Transient<string>, place: ConversationPlace): Promise<Transient<string>>;
}
