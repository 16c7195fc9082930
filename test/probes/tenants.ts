import { openCallers } from './callers.ts';
import { runControls, type ControlResult } from './controls.ts';
import { openEngine, type EngineName } from './engines.ts';
import { collectMarks } from './marks.ts';
import { assignEverywhere } from './mass-assignment.ts';
import { runMatrix, type MatrixResult } from './matrix.ts';
import { unclassifiedReads } from './pairs.ts';
import { readRouteTable, type ProbedRoute } from './route-table.ts';
import { ownedTables, rowsOf } from './rows.ts';
import { texts } from './samples.ts';
import { fillTenant } from './tenant.ts';
import { withRows } from './throwaways.ts';
import { openWorld, type Plant } from './world.ts';

export interface ProbeResult {
  readonly engine: EngineName;
  readonly routes: number;
  /** What is not declared, and what looks like an id and nobody has said of what. */
  readonly unclassified: readonly string[];
  readonly controls: ControlResult;
  readonly matrix: MatrixResult;
  readonly assigned: readonly string[];
  readonly assignments: number;
  /** Tables in which B has no row: what is in them is not probed. */
  readonly emptyTables: readonly string[];
  readonly callers: readonly string[];
}

export interface ProbeOptions {
  /** Adds routes of a test. */
  readonly plant?: Plant;
  /** Narrows what is driven; the table of routes is read whole. */
  readonly only?: (route: ProbedRoute) => boolean;
  readonly onStep?: (step: string) => void;
}

/** Starts the server with two subscriptions and runs controls, matrix and mass assignment; `onStep` is told what begins. */
export async function probeTenants(
  name: EngineName,
  { plant, only = () => true, onStep = () => {} }: ProbeOptions = {},
): Promise<ProbeResult> {
  onStep(`${name}: starting`);
  const engine = await openEngine(name);
  const world = await openWorld(engine, plant).catch(async (error: unknown) => {
    await engine.close();
    throw error;
  });
  try {
    const table = readRouteTable(world.routes);
    const routes = table.routes.filter(only);
    onStep('filling two subscriptions');
    const word = (channel: string): string => `own-${channel.replaceAll(' ', '-')}`;
    const { a: upstreamA, b: upstreamB } = world.upstreams;
    const password = String(texts['password']);
    const a = await fillTenant(world, { label: 'A', upstream: upstreamA, password, mark: word });
    const { marks, mark } = collectMarks();
    const b = await fillTenant(world, {
      label: 'B',
      upstream: upstreamB,
      password: 'amber harbour ninety',
      mark,
    });
    marks.push({ ...world.canaries.b, forOperators: false });
    onStep(`controls at ${routes.length} routes`);
    // The first operator is made where there is none yet.
    const first = routes.toSorted((one, other) => rank(one.key) - rank(other.key));
    const controls = await runControls(world, b, first, marks);
    await world.settle();
    // What is held of the quota goes back now, not in the middle of what follows.
    await world.context.quotas.close();
    b.upstream.provider.reset();
    // What is good for minutes would be swept in the middle of a slow run, by the route that cleans up.
    for (const table of ['sign_in_challenge', 'oauth_state'])
      await engine.query(
        `update app.${table} set expires_at = expires_at + interval '1 day' where subscription_id = '${b.id}'`,
      );
    const tables = await ownedTables(engine);
    const rows = await rowsOf(engine, tables, b.id);
    const callers = await openCallers(world, a);
    onStep(`matrix of ${routes.length} routes and ${callers.length} callers`);
    const whole = { ...b, values: await withRows(world, b) };
    const matrix = await runMatrix({ world, a, b: whole, marks, routes, callers, tables });
    onStep('mass assignment');
    const { assigned, assignments } = await assignEverywhere(world, { a, b, routes, tables });
    return {
      engine: name,
      routes: table.count,
      unclassified: [...table.unclassified, ...unclassifiedReads(table.routes, world.read)],
      controls,
      matrix,
      assigned,
      assignments,
      emptyTables: [...rows]
        .filter(([one, { count }]) => count === 0 && !ofPlatform.has(one))
        .map(([one]) => one),
      callers: callers.map((caller) => caller.name),
    };
  } finally {
    await world.close();
  }
}

/** Tables in which the platform alone has rows. */
const ofPlatform: ReadonlySet<string> = new Set(
  ['admin_token', 'master_key', 'master_key_wrapper', 'signing_key', 'tombstone'].map(
    (name) => `app.${name}`,
  ),
);
const rank = (key: string): number => (key === 'POST /v1/bootstrap' ? 0 : 1);
