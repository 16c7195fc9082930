import type { ProblemType } from '../../kernel/problem-types.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

/** A stored authorisation as the one who wants a token sees it; tokens sealed. */
export interface StoredTokens {
  /** Which account or site the tokens are for. */
  readonly account: string;
  readonly status: 'connected' | 'reconnect-needed';
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
  readonly expiresAt: Date | null;
  /** Goes up with every new pair. */
  readonly version: string;
  readonly leaseOwner: string | null;
  readonly lastError: string | null;
  /** Seconds until somebody else may ask for the next pair; 0 when at once. */
  readonly leasedFor: number;
}

export interface NewPair {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly expiresAt: Date | undefined;
  readonly scopes: readonly string[];
}

/** The table a kind of tokens stands in. */
export interface TokenBook<R extends StoredTokens> {
  /** Undefined when no person has authorised us. */
  read(tx: ReadTransaction): Promise<R | undefined>;
  /** True when the lease is ours: nobody holds it, and the pair is still the one that was seen. */
  takeLease(
    tx: WriteTransaction,
    lease: { readonly owner: string; readonly version: string; readonly seconds: number },
  ): Promise<boolean>;
  /** Gives the lease back; nobody may ask for so many seconds. */
  releaseLease(
    tx: WriteTransaction,
    owner: string,
    rest: { readonly seconds: number; readonly error: string },
  ): Promise<void>;
  /** Stores a new pair in place of the one of `version`; false when that one is gone. */
  storePair(
    tx: WriteTransaction,
    version: string,
    pair: {
      readonly accessToken: string;
      readonly refreshToken: string;
      readonly expiresAt: Date | null;
      readonly grantedScopes: string;
    },
  ): Promise<boolean>;
  /** False when there is a newer pair, or a colleague has said so already. */
  markReconnectNeeded(tx: WriteTransaction, version: string, error: string): Promise<boolean>;
  /** What a sealed token is bound to. */
  binding(
    subscriptionId: string,
    column: 'access_token' | 'refresh_token',
  ): {
    readonly subscriptionId: string;
    readonly table: string;
    readonly column: string;
    readonly row: string;
  };
}

/** Whoever gives the tokens, and what its troubles are called. */
export interface TokenIssuer<R extends StoredTokens, C> {
  /** For log lines and audit events. */
  readonly name: 'zendesk' | 'confluence';
  readonly problems: {
    readonly notConnected: ProblemType;
    readonly reconnectNeeded: ProblemType;
    readonly unavailable: ProblemType;
  };
  /** For a person, when the keys of this server do not open what is stored. */
  readonly shut: string;
  /** The client that may ask; undefined when it was the operator's and there is none any more. */
  client(subscriptionId: string, row: R): Promise<C | undefined>;
  refresh(call: IssuerCall, row: R, client: C, refreshToken: string): Promise<NewPair>;
  /** The issuer's word when it refused; undefined for any other error. */
  refusalOf(error: unknown): string | undefined;
  /** True when the refusal is about the client of this server, not about one connection. */
  isOperatorsFault(row: R, refusal: string): boolean;
  /** Ends an access token that nobody will use; nothing where the issuer has no way to. */
  end(call: IssuerCall, row: R, accessToken: string): Promise<void>;
  count(event: 'refreshed' | 'refresh-failed' | 'lease-taken-over' | 'reconnect-needed'): void;
}

export interface IssuerCall {
  readonly subscriptionId: string;
  readonly signal: AbortSignal;
  readonly onRoundTrip?: (() => void) | undefined;
}

/** Whose tokens. */
export interface TokenOwner {
  readonly subscriptionId: string;
  readonly account: string;
}
