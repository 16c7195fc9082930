import { LRUCache } from 'lru-cache';
import type { AiAgentSettings } from '../contract/ai-agents.ts';
import { ProblemError } from '../kernel/problem-error.ts';
import type { Database } from '../ports/database.ts';
import { SecretBoxError, type SecretBox } from '../ports/secret-box.ts';
import { identitySecretBinding, openSettings } from '../services/ai-agents/sealed-settings.ts';
import { readChatAgent, type ChatAgentRow } from './chat-queries.ts';

/** A published AI agent that may answer now. */
export interface ChatAgent {
  readonly subscriptionId: string;
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly widgetKey: string;
  readonly settings: AiAgentSettings;
}

/** Milliseconds: whoever switches an AI agent off sees no new answer begin after this. */
const stateMs = 2_000;
const settingsMs = 10 * 60_000;
const keyMs = 60_000;

/** Finds AI agents for visitors. Settings of a version never change and stay in memory for a while; whether it may answer is asked anew. */
export class ChatAgents {
  readonly #ports: { readonly database: Database; readonly secretBox: SecretBox };
  readonly #rows = new LRUCache<string, Promise<ChatAgentRow | undefined>>({ max: 5_000, ttl: stateMs });
  readonly #settings = new LRUCache<string, AiAgentSettings>({
    max: 1_000,
    ttl: settingsMs,
    ttlAutopurge: true,
  });
  readonly #keys = new LRUCache<string, { readonly subscriptionId: string; readonly aiAgentId: string }>({
    max: 5_000,
    ttl: keyMs,
  });

  constructor(ports: { readonly database: Database; readonly secretBox: SecretBox }) {
    this.#ports = ports;
  }

  /** Whose AI agent a widget names. Throws `chat-unavailable`. */
  async find(widgetKey: string): Promise<{ readonly subscriptionId: string; readonly aiAgentId: string }> {
    const known = this.#keys.get(widgetKey);
    if (known !== undefined) return known;
    const found = await this.#ports.database.lookup((functions) => functions.aiAgentByWidgetKey(widgetKey));
    if (found === undefined) throw new ProblemError('chat-unavailable');
    this.#keys.set(widgetKey, found);
    return found;
  }

  /** Throws `chat-unavailable`: one answer for an AI agent that is off, a draft, gone, or of a subscription that is not active. */
  async open(subscriptionId: string, aiAgentId: string): Promise<ChatAgent> {
    const row = await this.#row(subscriptionId, aiAgentId);
    if (row === undefined) throw new ProblemError('chat-unavailable');
    const { id, name, version, widgetKey } = row;
    return { subscriptionId, id, name, version, widgetKey, settings: await this.#open(subscriptionId, row) };
  }

  /** The secret by which the company says who a visitor is; undefined: there is none. */
  async identitySecret(subscriptionId: string, aiAgentId: string): Promise<string | undefined> {
    const sealed = (await this.#row(subscriptionId, aiAgentId))?.identitySecret ?? null;
    if (sealed === null) return undefined;
    return this.#ports.secretBox.open(sealed, identitySecretBinding(subscriptionId, aiAgentId));
  }

  #row(subscriptionId: string, aiAgentId: string): Promise<ChatAgentRow | undefined> {
    const key = `${subscriptionId}/${aiAgentId}`;
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const reading = this.#ports.database.read({ subscriptionId }, (tx) => readChatAgent(tx, aiAgentId));
    this.#rows.set(key, reading);
    reading.catch(() => this.#rows.delete(key));
    return reading;
  }

  async #open(subscriptionId: string, row: ChatAgentRow): Promise<AiAgentSettings> {
    const key = `${row.id}/${row.version}`;
    const known = this.#settings.get(key);
    if (known !== undefined) return known;
    try {
      const at = { subscriptionId, aiAgentId: row.id, version: row.version };
      const opened = await openSettings(this.#ports.secretBox, at, row.settings);
      this.#settings.set(key, opened);
      return opened;
    } catch (error) {
      // Without its instructions, which may forbid things, it must not answer.
      if (error instanceof SecretBoxError) throw new ProblemError('chat-unavailable');
      throw error;
    }
  }
}
