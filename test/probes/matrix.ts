import { admissionOf, type Caller } from './callers.ts';
import { comparable, requestFor, send, valuesIn, type Answer, type ProbeRequest } from './client.ts';
import type { Kind, Values } from './kinds.ts';
import { marksIn, type Mark } from './marks.ts';
import { pairsFor, unknownValues, type Pair } from './pairs.ts';
import type { ProbedRoute } from './route-table.ts';
import { changedTables, rowsOf, type OwnedTable } from './rows.ts';
import type { Tenant } from './tenant.ts';
import { freshValues } from './throwaways.ts';
import type { World } from './world.ts';

export interface Finding {
  readonly kind: 'marked text' | 'told apart' | 'rows changed' | 'upstream called' | 'wrong admission';
  readonly route: string;
  readonly caller: string;
  readonly detail: string;
}

export interface MatrixResult {
  probes: number;
  /** By callers who may use the route; the others are refused before anything is read. */
  admitted: number;
  /** Of those, with parameters and a body that pass their checks. */
  reached: number;
  /** Of those, answered with success. */
  succeeded: number;
  readonly findings: Finding[];
}

export interface MatrixInput {
  readonly world: World;
  readonly a: Tenant;
  readonly b: Tenant;
  readonly marks: readonly Mark[];
  readonly routes: readonly ProbedRoute[];
  readonly callers: readonly Caller[];
  readonly tables: readonly OwnedTable[];
}

/** Tables of a subscription that somebody without any right in it changes by design. */
const byDesign: Readonly<Record<string, readonly string[]>> = {
  // A refused sign-in stands in the log of the account it was tried on.
  'POST /v1/auth/sign-in': ['app.audit_event', 'app.audit_head'],
};
/** Whoever names an account at Zendesk knocks at its door with credentials of their own. */
const knocks: ReadonlySet<string> = new Set(['PUT /v1/integrations/zendesk']);
const operatorsName: ReadonlySet<Kind> = new Set(['subscription', 'subscriptionName', 'email']);
const nothing: ReadonlySet<Kind> = new Set();

/** Every caller at every route, with everything of B in every place: nothing of B comes out, nobody can tell what is B's, nothing of B changes. */
export async function runMatrix(input: MatrixInput): Promise<MatrixResult> {
  const { routes, callers } = input;
  const result: MatrixResult = { probes: 0, admitted: 0, reached: 0, succeeded: 0, findings: [] };
  const watch = await watchOver(input);
  // Reading comes first: later, what a caller has tried with these ids is told back to them.
  const inOrder = routes.toSorted(
    (one, other) => Number(one.method !== 'GET') - Number(other.method !== 'GET'),
  );
  for (const route of inOrder) {
    // Who is turned away at the door is looked after together: looking at every row costs more than asking.
    const groups = groupBy(
      callersOf(route, callers),
      (caller) => caller.admission(route.declared) === 'reaches',
    );
    for (const group of groups) {
      await Promise.all(group.map((caller) => probe(input, route, caller, result)));
      for (const [kind, detail] of await watch(route))
        result.findings.push({
          kind,
          route: route.name,
          caller: group.map(({ name }) => name).join(' or '),
          detail,
        });
    }
  }
  return result;
}

/** Who is public is not asked who they are; three stand for all. */
function callersOf({ declared }: ProbedRoute, callers: readonly Caller[]): readonly Caller[] {
  if (declared.audience !== 'public') return callers;
  return callers.filter(({ name }) => ['nobody', 'admin of A', 'agent of A'].includes(name));
}

/** Each who reaches the handler alone, the others in one group. */
function groupBy(
  callers: readonly Caller[],
  reaches: (caller: Caller) => boolean,
): readonly (readonly Caller[])[] {
  const refused = callers.filter((caller) => !reaches(caller));
  const alone = callers.filter(reaches).map((caller) => [caller]);
  return refused.length === 0 ? alone : [refused, ...alone];
}

type Change = readonly [kind: Finding['kind'], detail: string];

/** Says at each call what has changed in B and what has been asked of its accounts since the last. */
async function watchOver({
  world,
  b,
  tables,
}: MatrixInput): Promise<(route: ProbedRoute) => Promise<readonly Change[]>> {
  let rows = await rowsOf(world.engine, tables, b.id);
  let calls = await b.upstream.calls();
  return async (route) => {
    const before = { rows, calls };
    rows = await rowsOf(world.engine, tables, b.id);
    calls = await b.upstream.calls();
    const changed = changedTables(before.rows, rows).filter((name) => !byDesign[route.key]?.includes(name));
    const changes: Change[] = [];
    if (changed.length > 0) changes.push(['rows changed', changed.join(', ')]);
    if (calls !== before.calls && !knocks.has(route.key))
      changes.push(['upstream called', `${calls - before.calls} calls to B's accounts`]);
    return changes;
  };
}

async function probe(
  input: MatrixInput,
  route: ProbedRoute,
  caller: Caller,
  result: MatrixResult,
): Promise<void> {
  const { world, a, b } = input;
  const report = (kind: Finding['kind'], detail: string): void =>
    void result.findings.push({ kind, route: route.name, caller: caller.name, detail });
  const admitted = caller.admission(route.declared) === 'reaches';
  let credentials = await caller.credentials();
  const own = admitted ? await freshValues(world, a, route) : a.values;
  const marks = input.marks.filter(({ forOperators }) => !(caller.isOperator && forOperators));
  const ask = async (what: string, request: ProbeRequest): Promise<Answer> => {
    let answer = await send(world, route, request, credentials);
    // What the request before has ended is begun anew.
    if (admitted && admissionOf(answer) === 'unauthenticated') {
      credentials = await caller.credentials();
      answer = await send(world, route, request, credentials);
    }
    result.probes += 1;
    if (admitted) result.admitted += 1;
    const isBusy = answer.status === 429 || answer.status === 503;
    if (admitted && !isBusy && route.accepts(request.parameters, request.body)) {
      result.reached += 1;
      if (answer.status < 400) result.succeeded += 1;
    }
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    const carried = JSON.stringify(request);
    for (const { channel, value } of marksIn(`${headers}\n${answer.text}`, marks))
      if (!carried.toLowerCase().includes(value.toLowerCase()))
        report('marked text', `${channel} (${what}, ${answer.status})`);
    for (const id of idsOf(b.values))
      if (answer.text.includes(id) && !carried.includes(id) && !caller.isOperator)
        report('marked text', `an id of B (${what}, ${answer.status})`);
    return answer;
  };
  const nobodys = unknownValues();
  const met = admissionOf(
    await ask('admission', requestFor(route, own, { parameters: requestFor(route, nobodys).parameters })),
  );
  const due = caller.admission(route.declared);
  // At public addresses it is the handler that asks for a cookie or a token.
  if (met !== due && route.declared.audience !== 'public')
    report('wrong admission', `${met} instead of ${due}`);
  const query = [...(world.read.query.get(route.key) ?? [])];
  const allowed = caller.isOperator && admitted ? operatorsName : nothing;
  for (const pair of pairsFor(route, {
    own,
    foreign: b.values,
    unknown: () => unknownValues(world.upstreams.nobodys.subdomain),
    query,
    allowed,
    admitted,
  })) {
    const difference = await compare(pair, ask, [b.values, own]);
    if (difference !== undefined) report('told apart', `${pair.what}: ${difference}`);
  }
}

const idsOf = ({ subscription, account, session, provider }: Values): readonly string[] =>
  [subscription, account, session, provider].map(String);

/** How a foreign thing is answered unlike an unknown one, when it is so in either order; undefined when it is not. */
async function compare(
  { what, foreign, unknown }: Pair,
  ask: (what: string, request: ProbeRequest) => Promise<Answer>,
  values: readonly Values[],
): Promise<string | undefined> {
  const one = async (make: () => ProbeRequest): Promise<string> => {
    const request = make();
    return comparable(await ask(what, request), [...new Set([...valuesIn(request), ...valuesIn(values)])]);
  };
  const first = [await one(foreign), await one(unknown)];
  if (first[0] === first[1]) return undefined;
  // A state the first request left behind looks like a difference, but it turns with the order.
  const second = [await one(unknown), await one(foreign)].toReversed();
  if (second[0] === second[1] || first[0] !== second[0] || first[1] !== second[1]) return undefined;
  return `${first[0]} for B's, ${first[1]} for nobody's`.slice(0, 400);
}
