import { LRUCache } from 'lru-cache';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Database } from '../../ports/database.ts';
import type { HelpDeskConnection } from '../../ports/help-desk.ts';
import type { ModelConnection, ProviderKind } from '../../ports/model-provider.ts';
import type { SecretBox } from '../../ports/secret-box.ts';
import { readSettings } from './settings-queries.ts';

export interface FeatureSetting {
  readonly enabled: boolean;
  /** The lead's own instructions; undefined: the feature's default. */
  readonly instructions: string | undefined;
}

/** What a warm call needs to know of a subscription, keys opened. */
export interface SubscriptionSettings {
  readonly name: string;
  readonly active: boolean;
  readonly features: ReadonlyMap<string, FeatureSetting>;
  readonly provider: ModelConnection | undefined;
  readonly zendesk: HelpDeskConnection | undefined;
  readonly zendeskStatus: 'connected' | 'reconnect-needed' | 'not-connected';
}

const cacheSeconds = 60;

/** Settings of subscriptions, kept in memory for at most 60 seconds so that a warm call asks no database. */
export class SettingsReader {
  readonly #database: Database;
  readonly #secretBox: SecretBox;
  readonly #cache = new LRUCache<string, SubscriptionSettings>({ max: 5_000, ttl: cacheSeconds * 1000 });
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

  /** Called after a change, so that it shows at once in this process and within 60 seconds in others. */
  forget(subscriptionId: string): void {
    this.#cache.delete(subscriptionId);
    this.#loading.delete(subscriptionId);
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
    const open = (sealed: string, table: string, column: string, row: string): string =>
      this.#secretBox.open(sealed, { subscriptionId, table, column, row });
    const { provider, zendesk } = rows;
    return {
      name: rows.subscription.name,
      active: rows.subscription.status === 'active',
      features: new Map(
        rows.features.map((row) => [
          row.feature,
          {
            enabled: row.enabled,
            instructions:
              row.instructions === null
                ? undefined
                : open(row.instructions, 'feature_setting', 'instructions', row.feature),
          },
        ]),
      ),
      provider: provider && {
        kind: provider.kind as ProviderKind,
        baseUrl: provider.base_url ?? undefined,
        apiKey: open(provider.api_key, 'provider_connection', 'api_key', provider.id),
        model: provider.model,
        demo: provider.demo,
        contextWindow: provider.context_window ?? undefined,
      },
      zendesk: zendesk && {
        subscriptionId,
        subdomain: zendesk.subdomain,
        clientId: zendesk.client_id,
        clientSecret: open(zendesk.client_secret, 'zendesk_connection', 'client_secret', subscriptionId),
        scopes: zendesk.scopes,
        brandIds: zendesk.brand_ids,
      },
      zendeskStatus: zendesk?.status ?? 'not-connected',
    };
  }
}

function requireActive(settings: SubscriptionSettings): SubscriptionSettings {
  if (!settings.active) throw new ProblemError('subscription-inactive');
  return settings;
}
