import { LRUCache } from 'lru-cache';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Database } from '../../ports/database.ts';
import type { HelpDeskConnection } from '../../ports/help-desk.ts';
import type { ModelConnection, ProviderKind } from '../../ports/model-provider.ts';
import type { SecretBox } from '../../ports/secret-box.ts';
import { openedOrUndefined } from '../secrets/opened-or-undefined.ts';
import { openLeadSettings } from './open-lead-settings.ts';
import type { LeadSettings } from './lead-settings.ts';
import type { Masking } from '../masking/masking-rules.ts';
import { openMasking } from '../masking/open-masking.ts';
import { readProviderRow, readSettings } from './settings-queries.ts';

export interface FeatureSetting {
  readonly enabled: boolean;
  /** The lead's own instructions; undefined: the feature's default. */
  readonly instructions: string | undefined;
  /** Of the instructions; 0: the default. */
  readonly promptVersion: number;
  /** Null: the connection's own model. */
  readonly modelTier: 'fast' | 'quality' | null;
}

/** The models of one connection. */
export interface StandIn {
  readonly quality: ModelConnection;
  /** `quality` when it has none. */
  readonly fast: ModelConnection;
}

/** What a warm call needs to know of a subscription, keys opened. */
export interface SubscriptionSettings {
  readonly name: string;
  /** Not suspended, expired or deleted. */
  readonly active: boolean;
  /** Under legal hold: nothing stored may be erased. */
  readonly held: boolean;
  /** What the operator allows a month; null is no limit. */
  readonly quotas: { readonly requests: number | null; readonly tokens: number | null };
  /** What the plan does not include, whatever a role allows. */
  readonly withheldPermissions: ReadonlySet<string>;
  /** What the plan does not include; these are off in `features` too. */
  readonly withheldFeatures: ReadonlySet<string>;
  readonly features: ReadonlyMap<string, FeatureSetting>;
  readonly lead: LeadSettings;
  readonly masking: Masking;
  readonly provider: ModelConnection | undefined;
  /** The same connection with its fast model; `provider` when it has none. */
  readonly fastProvider: ModelConnection | undefined;
  /** Connections the subscription allows to answer when `provider` cannot, in their order. */
  readonly standIns: readonly StandIn[];
  /** There are budgets, whose amounts the BudgetKeeper knows. */
  readonly budgeted: boolean;
  readonly zendesk: HelpDeskConnection | undefined;
  readonly zendeskStatus: 'connected' | 'reconnect-needed' | 'not-connected';
}

const cacheSeconds = 60;

/** Settings of subscriptions, kept in memory for at most 60 seconds so that a warm call asks no database. */
export class SettingsReader {
  readonly #database: Database;
  readonly #secretBox: SecretBox;
  readonly #cache = new LRUCache<string, SubscriptionSettings>({
    max: 5_000,
    ttl: cacheSeconds * 1000,
    // Opened keys leave memory when their time is over, asked for or not.
    ttlAutopurge: true,
  });
  readonly #loading = new Map<string, Promise<SubscriptionSettings>>();

  constructor(ports: { readonly database: Database; readonly secretBox: SecretBox }) {
    this.#database = ports.database;
    this.#secretBox = ports.secretBox;
  }

  /** Answers at once when warm. Throws `subscription-inactive`. */
  get(subscriptionId: string): SubscriptionSettings | Promise<SubscriptionSettings> {
    const known = this.#cache.get(subscriptionId);
    if (known !== undefined) return requireActive(known);
    return this.#load(subscriptionId).then(requireActive);
  }

  /** Also answers for a subscription that is not active. Throws `subscription-inactive` when there is none. */
  any(subscriptionId: string): SubscriptionSettings | Promise<SubscriptionSettings> {
    return this.#cache.get(subscriptionId) ?? this.#load(subscriptionId);
  }

  /** Called after a change, so that it shows at once in this process and within 60 seconds in others. */
  forget(subscriptionId: string): void {
    this.#cache.delete(subscriptionId);
    this.#loading.delete(subscriptionId);
  }

  /** A connection that something names by its id, opened for this call alone; undefined when it is gone or cannot be opened. */
  async connection(subscriptionId: string, id: string): Promise<StandIn | undefined> {
    const row = await this.#database.read({ subscriptionId }, (tx) => readProviderRow(tx, id));
    if (row === undefined) return undefined;
    const binding = { subscriptionId, table: 'provider_connection', column: 'api_key', row: row.id };
    const apiKey = await openedOrUndefined(this.#secretBox.open(row.api_key, binding));
    return apiKey === undefined ? undefined : connectionsOf(row, apiKey);
  }

  #load(subscriptionId: string): Promise<SubscriptionSettings> {
    const running = this.#loading.get(subscriptionId);
    if (running !== undefined) return running;
    const loading = this.#read(subscriptionId)
      .then((settings) => {
        if (this.#loading.get(subscriptionId) === loading) this.#cache.set(subscriptionId, settings);
        return settings;
      })
      .finally(() => {
        if (this.#loading.get(subscriptionId) === loading) this.#loading.delete(subscriptionId);
      });
    this.#loading.set(subscriptionId, loading);
    return loading;
  }

  async #read(subscriptionId: string): Promise<SubscriptionSettings> {
    const rows = await this.#database.read({ subscriptionId }, (tx) => readSettings(tx));
    if (rows.subscription === undefined) throw new ProblemError('subscription-inactive');
    const { providers, zendesk } = rows;
    // What a lost root key has shut must be entered again, and everything else goes on.
    const open = (sealed: string, table: string, column: string, row: string): Promise<string | undefined> =>
      openedOrUndefined(this.#secretBox.open(sealed, { subscriptionId, table, column, row }));
    const standing = await Promise.all(
      providers.map(async (row): Promise<StandIn | undefined> => {
        const apiKey = await open(row.api_key, 'provider_connection', 'api_key', row.id);
        return apiKey === undefined ? undefined : connectionsOf(row, apiKey);
      }),
    );
    const answering = standing[providers.findIndex((row) => row.is_default)];
    const clientSecret =
      zendesk === undefined || zendesk.client_secret === null || zendesk.grant_kind === 'authorization-code'
        ? ''
        : await open(zendesk.client_secret, 'zendesk_connection', 'client_secret', subscriptionId);
    return {
      name: rows.subscription.name,
      ...limitsOf(rows.subscription),
      lead: await openLeadSettings(this.#secretBox, subscriptionId, rows.lead),
      masking: await openMasking(this.#secretBox, subscriptionId, rows.masking),
      features: switches(
        rows.subscription.withheld_features,
        await Promise.all(
          rows.features.map(async (row): Promise<[string, FeatureSetting]> => {
            const { feature, enabled, instructions } = row;
            const own = { promptVersion: row.prompt_version, modelTier: row.model_tier };
            if (instructions === null) return [feature, { ...own, enabled, instructions: undefined }];
            const opened = await open(instructions, 'feature_setting', 'instructions', feature);
            // Without its own instructions, which may forbid things, a feature must not answer.
            return [feature, { ...own, enabled: enabled && opened !== undefined, instructions: opened }];
          }),
        ),
      ),
      provider: answering?.quality,
      fastProvider: answering?.fast,
      standIns: standing.flatMap((one, at) =>
        one === undefined || providers[at]?.is_default === true ? [] : [one],
      ),
      budgeted: rows.subscription.budgeted,
      zendesk:
        zendesk && clientSecret !== undefined
          ? {
              subscriptionId,
              subdomain: zendesk.subdomain,
              clientId: zendesk.client_id,
              clientSecret,
              grant: zendesk.grant_kind,
              scopes: zendesk.scopes,
              brandIds: zendesk.brand_ids,
            }
          : undefined,
      zendeskStatus: clientSecret === undefined ? 'reconnect-needed' : (zendesk?.status ?? 'not-connected'),
    };
  }
}

function connectionsOf(
  row: Awaited<ReturnType<typeof readSettings>>['providers'][number],
  apiKey: string,
): StandIn {
  const quality: ModelConnection = {
    kind: row.kind as ProviderKind,
    baseUrl: row.base_url ?? undefined,
    apiKey,
    model: row.model,
    demo: row.demo,
    contextWindow: row.context_window ?? undefined,
  };
  return { quality, fast: row.fast_model === null ? quality : { ...quality, model: row.fast_model } };
}

function requireActive(settings: SubscriptionSettings): SubscriptionSettings {
  if (!settings.active) throw new ProblemError('subscription-inactive');
  return settings;
}

function limitsOf(
  row: NonNullable<Awaited<ReturnType<typeof readSettings>>['subscription']>,
): Pick<SubscriptionSettings, 'active' | 'held' | 'quotas' | 'withheldPermissions' | 'withheldFeatures'> {
  const quota = (value: string | null): number | null => (value === null ? null : Number(value));
  return {
    active: row.status === 'active' && row.current,
    held: row.held,
    quotas: { requests: quota(row.request_quota), tokens: quota(row.token_quota) },
    withheldPermissions: new Set(row.withheld_permissions),
    withheldFeatures: new Set(row.withheld_features),
  };
}

/** The subscription's own switches, and off whatever its plan does not include. */
function switches(
  withheld: readonly string[],
  own: readonly (readonly [string, FeatureSetting])[],
): ReadonlyMap<string, FeatureSetting> {
  const all = new Map(own);
  for (const feature of withheld)
    all.set(feature, {
      promptVersion: 0,
      modelTier: null,
      instructions: undefined,
      ...all.get(feature),
      enabled: false,
    });
  return all;
}
