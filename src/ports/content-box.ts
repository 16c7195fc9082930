import type { Transient } from '../kernel/transient.ts';
import type { SealBinding } from './secret-box.ts';

/** Seals what people gave us to keep, uploads and snippets, without its text leaving `Transient` on the way. */
export interface ContentBox {
  /** As `SecretBox.seal`. */
  seal(content: Transient<string>, binding: SealBinding): Promise<string>;
  /** As `SecretBox.open`. */
  open(sealed: string, binding: SealBinding): Promise<Transient<string>>;
  /**
   * A keyed hash of 64 hex digits: shows that two contents of one subscription are the same, and nobody who reads the
   * database can try out what they say. Stays the same when keys are replaced.
   */
  mark(content: Transient<string>, subscriptionId: string): string;
}
