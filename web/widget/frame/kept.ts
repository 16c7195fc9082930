import type { ChatSource, FixedAnswerReason, HandOffState } from '../../../src/contract/chat.ts';
import type { Contact } from './client.ts';

/** What stands in the window. */
export type Shown =
  | { readonly kind: 'visitor'; readonly text: string }
  | {
      readonly kind: 'agent';
      readonly text: string;
      readonly turn: number;
      readonly sources: readonly ChatSource[];
      readonly reason: FixedAnswerReason | null;
      readonly handOff: HandOffState | null;
      readonly demo: boolean;
      readonly verdict: 'up' | 'down' | null;
    }
  /** From here on the AI agent knows nothing of what stands above. */
  | { readonly kind: 'anew' };
export type ShownAnswer = Extract<Shown, { kind: 'agent' }>;

/** What is under way and has no answer yet: sent again, with the same history, when the connection broke. */
export type Pending =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'person'; readonly contact: Contact | null };

/** A conversation as it lives in the visitor's browser, in this tab and nowhere else. */
export interface Kept {
  readonly version: 1;
  readonly session: string | null;
  /** Sealed by the server; of the newest answer. */
  readonly history: string | null;
  readonly shown: readonly Shown[];
  readonly pending: Pending | null;
  readonly draft: string;
  /** Null: no answer has told. */
  readonly turnsLeft: number | null;
  /** How the newest call for a person went. */
  readonly handOff: HandOffState | null;
}

export const nothingKept: Kept = {
  version: 1,
  session: null,
  history: null,
  shown: [],
  pending: null,
  draft: '',
  turnsLeft: null,
  handOff: null,
};

/** Where a conversation is kept. */
export interface Keeper {
  readonly read: () => Kept;
  /** Null: forgets it. */
  readonly write: (kept: Kept | null) => void;
}

/** What was kept as text; nothing when it is not ours. */
export function keptOf(text: string | null): Kept {
  try {
    const kept: unknown = JSON.parse(text ?? 'null');
    const isOurs = typeof kept === 'object' && kept !== null && (kept as Partial<Kept>).version === 1;
    return isOurs ? { ...nothingKept, ...(kept as Kept) } : nothingKept;
  } catch {
    return nothingKept;
  }
}

/** The frame's own storage of the tab; undefined where the browser blocks it. */
export function ownStorage(): Storage | undefined {
  try {
    const probe = 'indesk:probe';
    sessionStorage.setItem(probe, '1');
    sessionStorage.removeItem(probe);
    return sessionStorage;
  } catch {
    return undefined;
  }
}
