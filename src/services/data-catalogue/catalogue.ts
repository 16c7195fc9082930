import { accountEntries } from './accounts.ts';
import { aiAgentEntries } from './ai-agents.ts';
import { auditEntries } from './audit.ts';
import type { CatalogueEntries } from './entry.ts';
import { integrationEntries } from './integrations.ts';
import { jobEntries } from './jobs.ts';
import { keyEntries } from './keys.ts';
import { knowledgeEntries } from './knowledge.ts';
import { macroEntries } from './macros.ts';
import { mfaAndLinkEntries } from './mfa-and-links.ts';
import { settingsEntries } from './settings.ts';
import { subscriptionEntries } from './subscriptions.ts';
import { triageEntries } from './triage.ts';
import { usageEntries } from './usage.ts';

/**
 * Every column of every table of schema `app`. A column that is missing here fails the tests; so does one that is gone.
 * To add a table: a file per noun beside this one, exporting its entries, and its name in this list.
 */
const nouns: readonly CatalogueEntries[] = [
  subscriptionEntries,
  accountEntries,
  integrationEntries,
  settingsEntries,
  usageEntries,
  auditEntries,
  jobEntries,
  keyEntries,
  mfaAndLinkEntries,
  macroEntries,
  triageEntries,
  knowledgeEntries,
  aiAgentEntries,
];

/** All tables, by name without the schema. */
export const dataCatalogue: CatalogueEntries = Object.assign({}, ...nouns);

/** A column whose values the SecretBox sealed, as re-encryption and the doctor need it. */
export interface SealedColumn {
  /** Without the schema. */
  readonly table: string;
  readonly column: string;
  /** Columns whose values, joined by "/", are the binding's row. */
  readonly row: readonly [string, ...string[]];
}

/** Every sealed column of the catalogue. */
export const sealedColumns: readonly SealedColumn[] = Object.entries(dataCatalogue).flatMap(
  ([table, { columns }]) =>
    Object.entries(columns).flatMap(([column, entry]) =>
      'sealed' in entry ? [{ table, column, row: entry.sealed.row }] : [],
    ),
);
