import type { Transient } from '../kernel/transient.ts';
import type { Call } from '../ports/call.ts';
import type { Retrieved } from '../services/knowledge/passage.ts';
import type { BudgetKeeper } from '../services/budgets/budget-keeper.ts';
import type { QuotaKeeper } from '../services/quotas/quota-keeper.ts';
import type { SettingsReader } from '../services/settings/settings-reader.ts';
import type { Meanings } from './ranking/meanings.ts';
import type { MacroReader } from './macros/macro-reader.ts';
import type { CallLedger } from '../services/usage/call-ledger.ts';

export type CopilotCall = Call<'helpDesk' | 'modelProvider' | 'clock' | 'ids' | 'metrics' | 'logger'>;

export interface CopilotServices {
  readonly settings: SettingsReader;
  readonly macros: MacroReader;
  readonly ledger: CallLedger;
  readonly quotas: Pick<QuotaKeeper, 'take' | 'settle'>;
  readonly budgets: Pick<BudgetKeeper, 'begin' | 'settle'>;
  /** Likeness of tickets and macros by the local model. */
  readonly meanings?: Meanings;
  /** Finds passages of the knowledge attached to the copilot, for a conversation with the newest message last. */
  readonly knowledge?: (call: Omit<Call, 'ports'>, query: Transient<readonly string[]>) => Promise<Retrieved>;
}
