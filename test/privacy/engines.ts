import { redisMissing } from '../support/redis.ts';
import { whyNoPostgres } from '../support/postgres-cluster.ts';
import type { Canaries } from './canaries.ts';
import { openEmbedded } from './embedded-engine.ts';
import type { Place } from './places.ts';
import { openPostgresAndRedis } from './postgres-engine.ts';

export const engineNames = ['pglite', 'postgres'] as const;
export type EngineName = (typeof engineNames)[number];

/** A leak put into one kind of place on purpose, and where it must then be found. */
export interface PlantedLeak {
  readonly kind: string;
  /** Returns the places that changed. */
  plant(leak: string): Promise<readonly Place[]>;
}

/** What a server keeps its data in, opened for a search by somebody who may see everything. */
export interface Engine {
  readonly name: EngineName;
  /** Variables that make a server use it. */
  readonly environment: Readonly<Record<string, string>>;
  /** What can be seen only while the server runs. */
  whileRunning(): Promise<readonly Place[]>;
  /** Everything it holds, once the server has stopped. */
  afterwards(dataDirectory: string): Promise<readonly Place[]>;
  /** Names of what must not be there at all, whatever stands in it. */
  mustNotBe(): Promise<readonly string[]>;
  /** Texts that must stand in a place by its name, or the search has not seen what it should. */
  readonly mustStandIn: Readonly<Record<string, () => readonly string[]>>;
  /** One leak for each kind of place of this engine, planted after the search. */
  leaks(dataDirectory: string): readonly PlantedLeak[];
  close(): Promise<void>;
}

/** Why an engine cannot be searched on this machine; undefined when it can. */
export async function whyNot(engine: EngineName): Promise<string | undefined> {
  if (engine === 'pglite') return undefined;
  return (await whyNoPostgres()) ?? (redisMissing === '' ? undefined : redisMissing);
}

export const openEngine = (name: EngineName, canaries: Canaries): Promise<Engine> =>
  name === 'pglite' ? openEmbedded() : openPostgresAndRedis(canaries);
