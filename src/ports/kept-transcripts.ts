import type { Transient } from '../kernel/transient.ts';

/** Which conversation. */
export interface TranscriptPlace {
  readonly subscriptionId: string;
  readonly sessionId: string;
}

/** Seconds that a conversation Zendesk did not take may wait, sealed, in memory. */
export const keptSeconds = 60 * 60;

/** Conversations that wait for Zendesk: sealed, in short-lived memory, for an hour at most; never in the database. */
export interface KeptTranscripts {
  /** In place of the one before. */
  keep(place: TranscriptPlace, transcript: Transient<string>): Promise<void>;
  /** Undefined: none, or it can no longer be opened. */
  find(place: TranscriptPlace): Promise<Transient<string> | undefined>;
  forget(place: TranscriptPlace): Promise<void>;
}
