import { platformSubscriptionId } from '../../src/kernel/platform.ts';
import { addProvider } from '../../src/services/integrations/add-provider.ts';
import { createSubscription } from '../../src/services/subscriptions/create-subscription.ts';
import type { Kind, Values } from './kinds.ts';
import { addAiAgent } from './ai-agents.ts';
import { addKnowledge, knowledgeKinds } from './knowledge.ts';
import { addPerson, beginSession, callIn } from './people.ts';
import type { ProbedRoute } from './route-table.ts';
import { unique } from './samples.ts';
import type { Tenant } from './tenant.ts';
import type { World } from './world.ts';

/** A subscription that may be suspended, held and erased. */
export async function throwawaySubscription(
  world: World,
): Promise<{ readonly id: string; readonly name: string; readonly key: string }> {
  const name = `Throw-away ${unique()}`;
  return { name, ...(await createSubscription(callIn(world, platformSubscriptionId), { name })) };
}

/** A provider account of a tenant that may be removed. */
export async function throwawayProvider(world: World, tenant: Tenant): Promise<string> {
  const { id } = await addProvider(callIn(world, tenant.id), {
    kind: 'openai-compatible',
    label: `Throw-away ${unique()}`,
    model: 'sim-model',
    baseUrl: `${tenant.upstream.provider.url}/compatible/v1`,
    apiKey: 'sk-sim.n=3',
  });
  return id;
}

const rowKinds: readonly (readonly [Kind, string])[] = [
  ['receipt', 'app.receipt'],
  ['budget', 'app.budget'],
];

/** A tenant's values with rows that its own calls have made meanwhile. */
export async function withRows(world: World, tenant: Tenant, route?: ProbedRoute): Promise<Values> {
  const named = new Set(
    [...(route?.pathParameters ?? []), ...(route?.shape?.leaves ?? [])].map(({ kind }) => kind),
  );
  const found: Partial<Record<Kind, string>> = {};
  for (const [kind, table] of rowKinds.filter(([one]) => route === undefined || named.has(one))) {
    const [row] = await world.engine.query(
      `select id from ${table} where subscription_id = '${tenant.id}' order by id desc limit 1`,
    );
    if (row !== undefined) found[kind] = String(row['id']);
  }
  return { ...tenant.values, ...found };
}

/** A tenant's own values for one route: things of their own where the route would change or delete them. */
export async function freshValues(world: World, tenant: Tenant, route: ProbedRoute): Promise<Values> {
  const values = await withRows(world, tenant, route);
  const isNamed = (kind: Kind): boolean => route.pathParameters.some((one) => one.kind === kind);
  const takes = (kind: Kind): boolean => route.shape?.leaves.some((leaf) => leaf.kind === kind) === true;
  if (takes('email')) {
    const { email } = await tenant.newPerson('member');
    return { ...values, email };
  }
  if (route.method === 'GET') return values;
  if (isNamed('account')) {
    const person = await tenant.newPerson('member');
    await beginSession(world, tenant.id, person);
    return { ...values, account: person.id };
  }
  if (knowledgeKinds.some(isNamed) && route.method === 'DELETE') {
    const plain = (channel: string): string => channel.replaceAll(' ', '-');
    // Files have places, and each AI agent its own.
    const { id } = await addAiAgent(world, tenant.id, plain);
    return { ...values, ...(await addKnowledge(world, tenant.id, plain, id)) };
  }
  if (isNamed('aiAgent')) {
    const { id, question, testRun } = await addAiAgent(world, tenant.id, (channel) => channel);
    return { ...values, aiAgent: id, question, testRun };
  }
  if (isNamed('provider')) return { ...values, provider: await throwawayProvider(world, tenant) };
  if (isNamed('subscription')) {
    const { id, name } = await throwawaySubscription(world);
    return { ...values, subscription: id, subscriptionName: name };
  }
  if (isNamed('adminToken')) {
    const call = callIn(world, platformSubscriptionId);
    const scopes = ['usage:read'];
    const { id } = await world.context.adminTokens.create(call, {
      label: 'Throw-away',
      scopes,
      expiresInDays: 1,
    });
    return { ...values, adminToken: id };
  }
  return values;
}

/** An operator signed in to the console. */
export async function operatorCredentials(world: World): Promise<Readonly<Record<string, string>>> {
  const domain = 'operators.example';
  const person = await addPerson(world, platformSubscriptionId, { role: 'operator', domain });
  const { accessToken } = await beginSession(world, platformSubscriptionId, person);
  return { authorization: `Bearer ${accessToken}` };
}
