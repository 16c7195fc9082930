import { prepareControl } from './controls.ts';
import { send } from './client.ts';
import { platformSubscriptionId } from '../../src/kernel/platform.ts';
import type { ProbedRoute } from './route-table.ts';
import { changedTables, rowsOf, type OwnedTable } from './rows.ts';
import type { Tenant } from './tenant.ts';
import type { World } from './world.ts';

const markedId = '0badf00d-0000-4000-8000-00000badf00d';
const markedTime = '2001-02-03T04:05:06Z';
const markedWord = 'mass-assigned';

/** What nobody may set by naming it in a body; each value can be found again in the database. */
const unasked = (b: Tenant): Readonly<Record<string, unknown>> => ({
  subscription_id: b.id,
  subscriptionId: b.id,
  tenant_id: b.id,
  tenantId: b.id,
  id: markedId,
  role: 'operator',
  plan: markedWord,
  tier: markedWord,
  features: [markedWord],
  permissions: [markedWord],
  created_at: markedTime,
  createdAt: markedTime,
  mfa_enabled: true,
  mfaEnabled: true,
  status: markedWord,
  password_hash: markedWord,
});

/**
 * Sends every body that changes something with fields that are nobody's to set: at the top and in what the body holds,
 * then as a prototype. They must be refused or left aside.
 */
export async function assignEverywhere(
  world: World,
  {
    a,
    b,
    routes,
    tables,
  }: {
    readonly a: Tenant;
    readonly b: Tenant;
    readonly routes: readonly ProbedRoute[];
    readonly tables: readonly OwnedTable[];
  },
): Promise<{ readonly assigned: readonly string[]; readonly assignments: number }> {
  const assigned: string[] = [];
  let assignments = 0;
  const before = await rowsOf(world.engine, tables, b.id);
  const factors = await standing(world);
  for (const route of routes.filter(({ method }) => method !== 'GET')) {
    for (const [how, write] of ways(unasked(b), route)) {
      const { request, credentials } = await prepareControl(world, route, a);
      const answer = await send(world, route, { ...request, body: write(request.body) }, credentials);
      assignments += 1;
      if (answer.status >= 500) assigned.push(`${route.name}, ${how}: ${answer.status}`);
      if (({} as Record<string, unknown>)['polluted'] !== undefined)
        assigned.push(`${route.name}, ${how}: the prototype of every object`);
    }
    const found = await markedRows(world, tables);
    if (found.length > 0) assigned.push(`${route.name}: ${found.join(', ')}`);
    const changed = changedTables(before, await rowsOf(world.engine, tables, b.id));
    if (changed.length > 0) assigned.push(`${route.name}: rows of B in ${changed.join(', ')}`);
  }
  const after = await standing(world);
  if (after !== factors)
    assigned.push(`accounts outside the platform with the role of an operator: ${after}`);
  return { assigned, assignments };
}

type Way = readonly [how: string, write: (body: unknown) => unknown];

function ways(fields: Readonly<Record<string, unknown>>, route: ProbedRoute): readonly Way[] {
  const own = new Set(route.shape?.keys);
  const extra = Object.fromEntries(Object.entries(fields).filter(([name]) => !own.has(name)));
  if (route.url === '/sidebar')
    return [
      [
        'fields',
        (body) => ({ ...(body as object | undefined), subscription_id: String(fields['subscription_id']) }),
      ],
    ];
  const raw = (text: string) => (body: unknown) =>
    `${JSON.stringify({ ...(body as object | undefined), zzz: 0 }).slice(0, -1)},${text}}`;
  return [
    ['fields', (body) => ({ ...extra, ...nested(body, extra), ...extra })],
    ['__proto__', raw(`"__proto__":{"polluted":"yes","role":"operator","subscription_id":"${markedId}"}`)],
    ['constructor', raw(`"constructor":{"prototype":{"polluted":"yes","role":"operator"}}`)],
  ];
}

/** The same fields in every object a body holds. */
function nested(body: unknown, extra: object): object {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? { ...nested(value, extra), ...extra }
        : value,
    ]),
  );
}

/** Tables in which a marked value stands. */
async function markedRows({ engine }: World, tables: readonly OwnedTable[]): Promise<readonly string[]> {
  const parts = tables.map(
    ({ name }) =>
      `select '${name}' as name from ${name} t where t::text like '%${markedId}%' or t::text like '%2001-02-03 %' or t::text like '%${markedTime}%' or t::text like '%${markedWord}%' limit 1`,
  );
  const rows = await engine.query(parts.map((part) => `(${part})`).join(' union all '));
  return rows.map(({ name }) => String(name));
}

/** Accounts that are operators outside the platform, and accounts with a second factor nobody has confirmed. */
async function standing({ engine }: World): Promise<string> {
  const rows = await engine.query(
    `select count(*)::int as operators from app.account where role = 'operator' and subscription_id <> '${platformSubscriptionId}'`,
  );
  return JSON.stringify(rows);
}
