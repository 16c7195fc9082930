import { platformSubscriptionId } from '../../kernel/platform.ts';
import type { Ports } from '../../ports/ports.ts';

type HealthPorts = Pick<Ports, 'database' | 'secretBox' | 'clock'>;

const answerKeptMs = 1_000;
const keysKeptMs = 60_000;
const longestLookMs = 3_000;
const probeBinding = {
  subscriptionId: platformSubscriptionId,
  table: 'health',
  column: 'probe',
  row: 'probe',
};

/** Says whether this process can serve: the database answers, its migrations are at head, what is sealed opens. Redis is not asked: without it a process serves all the same. */
export class Readiness {
  readonly #ports: HealthPorts;
  #looking: Promise<boolean> | undefined;
  #answer = { ready: false, at: -Infinity };
  #keysOpenedAt = -Infinity;

  constructor(ports: HealthPorts) {
    this.#ports = ports;
  }

  /** Never throws; answers within 3 seconds, and from memory for one, because anybody may ask. */
  async isReady(): Promise<boolean> {
    const now = this.#ports.clock.elapsed();
    if (now - this.#answer.at < answerKeptMs) return this.#answer.ready;
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #look(): Promise<boolean> {
    const late = Promise.withResolvers<false>();
    const timer = setTimeout(() => late.resolve(false), longestLookMs);
    const ready = await Promise.race([this.#works().catch(() => false), late.promise]);
    clearTimeout(timer);
    this.#answer = { ready, at: this.#ports.clock.elapsed() };
    return ready;
  }

  async #works(): Promise<boolean> {
    if (!(await this.#ports.database.ready())) return false;
    const now = this.#ports.clock.elapsed();
    if (now - this.#keysOpenedAt < keysKeptMs) return true;
    // The platform's own data key stands for all: what a lost key shut for good must not keep people from entering it anew.
    const probe = await this.#ports.secretBox.seal('ready', probeBinding);
    await this.#ports.secretBox.open(probe, probeBinding);
    this.#keysOpenedAt = now;
    return true;
  }
}
