import type { Kysely, Transaction } from 'kysely';
import type { AuditEvent } from './audit.ts';
import type { Call } from './call.ts';
import type { DatabaseSchema } from './database-schema.ts';
import type { ZendeskOAuthLookups } from './zendesk-oauth-lookups.ts';
import type { AccountLookups } from './account-lookups.ts';
import type { AiAgentLookups } from './ai-agent-lookups.ts';
import type { KnowledgeLookups } from './knowledge-lookups.ts';
import type { MfaLookups } from './mfa-lookups.ts';
import type { RetentionLookups } from './retention-lookups.ts';
import type { SubscriptionLookups } from './subscription-lookups.ts';
import type { TriageLookups } from './triage-lookups.ts';

export type ReadTransaction = Pick<Transaction<DatabaseSchema>, 'selectFrom' | 'with' | 'getExecutor' | 'fn'>;
export type WriteTransaction = Transaction<DatabaseSchema>;

/** Every statement runs in a short transaction that has entered the call's subscription; RLS does the rest. */
export interface Database {
  /** A read-only transaction. Never await the network inside. */
  read<T>(call: Pick<Call, 'subscriptionId'>, work: (tx: ReadTransaction) => Promise<T>): Promise<T>;
  /** A change, its permission and its audit row, together or not at all. */
  write<T>(
    call: Pick<Call, 'subscriptionId' | 'actor' | 'requestId'>,
    decision: { readonly permission: string; readonly audit: AuditEvent },
    work: (tx: WriteTransaction) => Promise<T>,
  ): Promise<T>;
  /** What must be found before the tenant is known, through definer functions owned by `app_lookup`. */
  lookup<T>(work: (functions: Lookups) => Promise<T>): Promise<T>;
  /** True when a query answers and the migrations are at head. */
  ready(): Promise<boolean>;
  readonly engine: 'pglite' | 'postgres';
  close(): Promise<void>;
}

/** What the database adapters hand to the program's own bookkeeping. */
export interface BookkeepingDatabase extends Database {
  /** A change without audit row, only for what the program notes for itself: leases and attempts of jobs. */
  bookkeep<T>(call: Pick<Call, 'subscriptionId'>, work: (tx: WriteTransaction) => Promise<T>): Promise<T>;
}

export interface Lookups
  extends
    AccountLookups,
    AiAgentLookups,
    KnowledgeLookups,
    MfaLookups,
    RetentionLookups,
    SubscriptionLookups,
    TriageLookups,
    ZendeskOAuthLookups {
  /** The installation a sidebar token's `aud` names. */
  installationByAudience(audience: string): Promise<
    | {
        readonly subscriptionId: string;
        readonly installationId: string;
        readonly publicKeyPem: string;
        readonly issuer: string;
      }
    | undefined
  >;
  /** Ids of subscriptions with outbox rows that are due. */
  subscriptionsWithDueJobs(limit: number): Promise<readonly string[]>;
  /** Ids of connected subscriptions whose macros have to be read, or read anew. */
  subscriptionsWithMacrosToRead(limit: number): Promise<readonly string[]>;
  /** Provider accounts whose keys nobody has tried for a day. */
  keysToCheck(
    limit: number,
  ): Promise<readonly { readonly subscriptionId: string; readonly providerId: string }[]>;
  /** Every subscription id: for the operator's command line. */
  subscriptionIds(): Promise<readonly string[]>;
  /** Makes a subscription and returns its id; the only insert made before a tenant is entered. */
  createSubscription(input: {
    readonly id: string;
    readonly name: string;
    readonly plan: string;
  }): Promise<string>;
  /** Undefined when there is none of that name. */
  subscriptionIdByName(name: string): Promise<string | undefined>;
}

export type { Kysely };
