import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { ProblemType } from '../../kernel/problem-types.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { ModelConnection } from '../../ports/model-provider.ts';
import { Circuit, type Change } from './circuit.ts';

type Scope = 'key' | 'host';

/** What says that a provider works for nobody. */
const ofHost: ReadonlySet<ProblemType> = new Set([
  'provider-overloaded',
  'provider-unreachable',
  'provider-timeout',
]);
/** What says that it does not work for this key and model. */
const ofKey: ReadonlySet<ProblemType> = new Set([
  ...ofHost,
  'provider-auth',
  'provider-quota',
  'provider-rate-limited',
  'provider-model-not-found',
]);

const mostCircuits = 20_000;
/** Failures of one key within a minute that count against its host: fewer than open it, so that one model that times out stops nobody else. */
const mostOfOneKey = 3;
const minuteMs = 60_000;
const forgottenMs = 10 * 60_000;

type Keyed = Pick<ModelConnection, 'kind' | 'apiKey' | 'model'>;

interface Place {
  readonly scope: Scope;
  readonly provider: string;
  readonly circuit: Circuit;
  /** Of a key: when its newest failures were counted against the host; at most `mostOfOneKey`. */
  told: readonly number[];
}

/**
 * Keeps calls away from a provider that fails: one breaker for each key at a provider's model, so that the key of one
 * subscription says nothing of another's, and one for each host, which the failures of a single key do not open. State is this process's own.
 */
export class Breakers {
  readonly #ports: { readonly clock: Clock; readonly metrics: Metrics };
  readonly #places: LRUCache<string, Place>;
  readonly #keys = new WeakMap<Keyed, string>();

  constructor(ports: { readonly clock: Clock; readonly metrics: Metrics }) {
    this.#ports = ports;
    this.#places = new LRUCache({
      max: mostCircuits,
      ttl: forgottenMs,
      updateAgeOnGet: true,
      ttlResolution: 1_000,
      dispose: (place) => {
        if (place.circuit.isOpen) this.#tell(place, 'closed');
      },
    });
  }

  /** Does the work, or throws at once what its forerunners failed with and when to try again. */
  async run<T>(connection: ModelConnection, hostOf: () => string, work: () => Promise<T>): Promise<T> {
    const host = hostOf();
    const ofAll = this.#place('host', connection.kind, `${connection.kind}\n${host}`);
    const own = this.#place('key', connection.kind, this.#keyOf(connection, host));
    this.#enter(ofAll);
    try {
      this.#enter(own);
    } catch (error) {
      ofAll.circuit.left();
      throw error;
    }
    try {
      const answer = await work();
      this.#answered(ofAll);
      this.#answered(own);
      return answer;
    } catch (error) {
      const isOfHost = error instanceof ProblemError && ofHost.has(error.type);
      if (isOfHost && !this.#mayCount(own)) ofAll.circuit.left();
      else this.#ended(ofAll, error, ofHost);
      this.#ended(own, error, ofKey);
      throw error;
    }
  }

  /** The key was just found to be good, as after somebody has replaced it or paid: it is tried again. */
  forgive(connection: Keyed, host: string): void {
    this.#places.delete(idOf('key', this.#keyOf(connection, host)));
  }

  #place(scope: Scope, provider: string, key: string): Place {
    const id = idOf(scope, key);
    const known = this.#places.get(id);
    if (known !== undefined) return known;
    const place: Place = { scope, provider, circuit: new Circuit(), told: [] };
    this.#places.set(id, place);
    return place;
  }

  #mayCount(own: Place): boolean {
    const now = this.#ports.clock.elapsed();
    const recent = own.told.filter((at) => now - at < minuteMs);
    if (recent.length >= mostOfOneKey) return false;
    own.told = [...recent, now];
    return true;
  }

  /** Holds no key that could be read from memory. */
  #keyOf(connection: Keyed, host: string): string {
    const known = this.#keys.get(connection);
    if (known !== undefined) return known;
    const { kind, apiKey, model } = connection;
    const key = createHash('sha256')
      .update(JSON.stringify([kind, host, apiKey, model]))
      .digest('base64');
    this.#keys.set(connection, key);
    return key;
  }

  #enter(place: Place): void {
    const refusal = place.circuit.enter(this.#ports.clock.elapsed());
    if (refusal === undefined) return;
    this.#tell(place, 'refused');
    throw new ProblemError(refusal.problem, { retryAfterSeconds: refusal.retryAfterSeconds });
  }

  #answered(place: Place): void {
    this.#tellChange(place, place.circuit.succeeded(this.#ports.clock.elapsed()));
  }

  #ended(place: Place, error: unknown, failures: ReadonlySet<ProblemType>): void {
    // A caller or reader who left, or an address that may not be reached, says nothing of the provider.
    const isOurs = !(error instanceof ProblemError) || !error.type.startsWith('provider-');
    if (isOurs || error.type === 'provider-interrupted') return place.circuit.left();
    const { type, retryAfterSeconds } = error;
    if (!failures.has(type)) return this.#answered(place);
    this.#tellChange(place, place.circuit.failed(this.#ports.clock.elapsed(), type, retryAfterSeconds));
  }

  #tellChange(place: Place, change: Change): void {
    if (change !== undefined) this.#tell(place, change);
  }

  #tell({ scope, provider }: Place, event: 'opened' | 'closed' | 'refused'): void {
    this.#ports.metrics.providerBreaker({ scope, provider, event });
  }
}

const idOf = (scope: Scope, key: string): string => `${scope}\n${key}`;
