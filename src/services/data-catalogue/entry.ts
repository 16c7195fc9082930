import type { RetentionRuleName } from '../retention/retention-rules.ts';

/** How a column is kept: sealed by the SecretBox, or plain for the reason given. */
export type Protection =
  /** `row` names the columns whose values, joined by "/", were the binding's `row` when the value was sealed. */
  | { readonly sealed: { readonly row: readonly [string, ...string[]] } }
  /** Why it is not sealed: "an id", "searched by", "a count". */
  | { readonly plain: string };

/** What the table's name and columns mean to the person whose data it is. */
export interface TableEntry {
  /** One sentence: what a row is for. */
  readonly purpose: string;
  /** How long a row stays. */
  readonly retention: string;
  /** The sweep that sees to it; a retention that is a duration needs one. */
  readonly sweep?: RetentionRuleName;
  /** What removes a row, and what removes all of a subscription. */
  readonly erasedBy: string;
  readonly columns: Readonly<Record<string, ColumnEntry>>;
}

export type ColumnEntry = Protection & {
  readonly purpose: string;
  /** Where it differs from the table's. */
  readonly retention?: string;
  readonly sweep?: RetentionRuleName;
  readonly erasedBy?: string;
};

/** Tables of schema `app` by their name without the schema. */
export type CatalogueEntries = Readonly<Record<string, TableEntry>>;

/** A plain column: what it is for and why it is not sealed. */
export const plain = (purpose: string, reason: string): ColumnEntry => ({ purpose, plain: reason });

/** A sealed column whose binding had the values of `row` as its row; several are joined by "/". */
export const sealed = (purpose: string, ...row: readonly [string, ...string[]]): ColumnEntry => ({
  purpose,
  sealed: { row },
});

/** The column every table has. */
export const subscriptionId = plain(
  'the subscription the row belongs to',
  'an id; row-level security needs it',
);
