import { requestFor, send, type Answer, type ProbeRequest } from './client.ts';
import { beginSession } from './people.ts';
import { marksIn, type Mark } from './marks.ts';
import { preparations, withoutControl, type Prepared } from './preparations.ts';
import type { ProbedRoute } from './route-table.ts';
import type { Tenant } from './tenant.ts';
import { freshValues, operatorCredentials } from './throwaways.ts';
import type { World } from './world.ts';

export interface ControlResult {
  /** Routes at which somebody with every right was refused, with what came back: there the probe would see nothing. */
  readonly failed: readonly string[];
  readonly succeeded: number;
  /** Answers to B's own people in which a mark of B was seen: what the matrix must not see. */
  readonly marksSeen: number;
}

/** The request with which a tenant's own people, or an operator, succeed at a route. */
export async function prepareControl(
  world: World,
  route: ProbedRoute,
  tenant: Tenant,
): Promise<{ readonly request: ProbeRequest; readonly credentials: Readonly<Record<string, string>> }> {
  const prepared: Prepared = (await preparations[route.key]?.({ world, tenant })) ?? {};
  const values = { ...(await freshValues(world, tenant, route)), ...prepared.values };
  const request = requestFor(route, values, {
    ...(prepared.query !== undefined && { query: prepared.query }),
    ...(prepared.body !== undefined && { body: prepared.body }),
  });
  const parameters = { ...request.parameters, ...prepared.parameters };
  const credentials = prepared.credentials ?? (await credentialsFor(world, route, tenant));
  return { request: { ...request, parameters }, credentials };
}

async function credentialsFor(
  world: World,
  { declared }: ProbedRoute,
  tenant: Tenant,
): Promise<Readonly<Record<string, string>>> {
  if (declared.audience === 'sidebar') return { authorization: `Bearer ${await tenant.agentSession()}` };
  if (declared.audience === 'operator') return operatorCredentials(world);
  if (declared.audience === 'public' || declared.audience === 'widget') return {};
  const { accessToken } = await beginSession(world, tenant.id, await tenant.newPerson('admin'));
  return { authorization: `Bearer ${accessToken}` };
}

/** One request to every route that must succeed: with B's own admin, agent or link, or an operator. */
export async function runControls(
  world: World,
  b: Tenant,
  routes: readonly ProbedRoute[],
  marks: readonly Mark[],
): Promise<ControlResult> {
  const failed: string[] = [];
  let marksSeen = 0;
  const driven = routes.filter(
    ({ key, name }) => withoutControl[key] === undefined && withoutControl[name] === undefined,
  );
  for (const route of driven) {
    const { request, credentials } = await prepareControl(world, route, b);
    const answer = await send(world, route, request, credentials);
    if (answer.status >= 400) failed.push(`${route.name}: ${answer.status} ${shortOf(answer)}`);
    if (marksIn(answer.text, marks).length > 0) marksSeen += 1;
  }
  return { failed, succeeded: driven.length - failed.length, marksSeen };
}

const shortOf = ({ problem, text }: Answer): string => `${problem ?? ''} ${text.slice(0, 200)}`.trim();
