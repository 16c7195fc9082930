import type { ColumnType, Generated } from 'kysely';

type Timestamp = ColumnType<Date, Date | string, Date | string>;
/** Whole numbers beyond 32 bits arrive as text. */
type Big = ColumnType<string, string | number, string | number>;
/** Such a number that begins at 0. */
type Total = ColumnType<string, string | number | undefined, string | number>;

/** Totals of days, and what may be used. */
export interface UsageTables {
  /** Counted as receipts are written; stays when they go. */
  'app.usage_day': {
    subscription_id: string;
    /** `YYYY-MM-DD`, UTC. */
    day: ColumnType<Date, string, string>;
    feature: string;
    provider_kind: string;
    model: string;
    /** 0: the default instructions. */
    prompt_version: Generated<number>;
    calls: Total;
    /** Calls that asked a model. */
    model_calls: Total;
    input_tokens: Total;
    cached_input_tokens: Total;
    output_tokens: Total;
    reasoning_tokens: Total;
    cost_nano_usd: Total;
    unpriced_calls: Total;
    provider_cost_calls: Total;
    catalog_cost_calls: Total;
    family_cost_calls: Total;
    estimated_cost_calls: Total;
    verdicts_up: Total;
    verdicts_down: Total;
    answers_inserted: Total;
    answers_edited: Total;
    answers_discarded: Total;
    edit_shares: Total;
    edit_share_sum: Total;
  };
  'app.budget': {
    subscription_id: string;
    id: string;
    scope: string;
    /** Empty for the whole subscription. */
    subject: string;
    metric: 'tokens' | 'nano-usd';
    period: 'day' | 'month';
    most: Big;
    /** First day of the newest period in which people were told. */
    warned_for: ColumnType<Date, string, string> | null;
    used_up_for: ColumnType<Date, string, string> | null;
    created_at: Timestamp;
  };
  'app.alert_webhook': {
    subscription_id: string;
    /** Sealed. */
    url: string;
    host: string;
    /** Sealed. */
    secret: string;
    updated_at: Timestamp;
  };
}
