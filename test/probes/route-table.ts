import type { RouteOptions } from 'fastify';
import { z } from 'zod';
import { endpoints, type AnyEndpoint } from '../../src/contract/endpoints.ts';
import { leadDocuments } from '../../src/contract/copilot-settings.ts';
import { permissions } from '../../src/contract/permissions.ts';
import * as pages from '../../src/contract/pages.ts';
import type { Page } from '../../src/contract/pages.ts';
import { features } from '../../src/copilot/features/index.ts';
import { AddProviderInput } from '../../src/services/integrations/add-provider.ts';
import { BeginConfluenceInput } from '../../src/services/integrations/begin-confluence-authorization.ts';
import { BeginAuthorizationInput } from '../../src/services/integrations/begin-zendesk-authorization.ts';
import { ConnectConfluenceInput } from '../../src/services/integrations/connect-confluence.ts';
import { ConnectZendeskInput } from '../../src/services/integrations/connect-zendesk.ts';
import { UpdateProviderInput } from '../../src/services/integrations/update-provider.ts';
import { kindOf, type Kind } from './kinds.ts';
import { shapeOf, type BodyShape } from './samples.ts';

/** A route as the probe drives it; a route with several shapes of body stands here once for each. */
export interface ProbedRoute {
  /** `METHOD /path`, and the feature where there is one. */
  readonly name: string;
  readonly key: string;
  readonly method: string;
  readonly url: string;
  readonly declared: AnyEndpoint | Page;
  readonly pathParameters: readonly { readonly name: string; readonly kind: Kind | undefined }[];
  /** Values of path parameters that name nothing of a subscription. */
  readonly fixed: Readonly<Record<string, string>>;
  readonly shape: BodyShape | undefined;
  readonly takesBody: boolean;
  /** Whether the endpoint leaves its body to a service. */
  readonly opaqueBody: boolean;
  /** True where this body passes the checks before and in the handler. */
  accepts(parameters: Readonly<Record<string, string>>, body: unknown): boolean;
}

/** Bodies the contract leaves open, because a service checks them. */
const checkedByServices: Readonly<Record<string, z.ZodType>> = {
  'POST /v1/integrations/zendesk/authorize': BeginAuthorizationInput,
  'PUT /v1/integrations/zendesk': ConnectZendeskInput,
  'POST /v1/integrations/confluence/authorize': BeginConfluenceInput,
  'PUT /v1/integrations/confluence': ConnectConfluenceInput,
  'POST /v1/integrations/providers': AddProviderInput,
  'PUT /v1/integrations/providers/:providerId': UpdateProviderInput,
};
/** Forms of pages, which have no schema. */
const forms: Readonly<Record<string, z.ZodType>> = { 'POST /sidebar': z.object({ token: z.string() }) };

const isEndpoint = (declared: AnyEndpoint | Page): declared is AnyEndpoint => 'response' in declared;

const contract: ReadonlySet<unknown> = new Set([...endpoints, ...Object.values(pages)]);

/** What is missing in the declaration of a route; empty when everything is said. */
function unclassified({ method, url, config, bodyLimit }: RouteOptions): readonly string[] {
  const name = `${String(method)} ${url}`;
  const declared = (config as { readonly endpoint?: Partial<AnyEndpoint> } | undefined)?.endpoint;
  if (declared === undefined) return [`${name}: declares nothing`];
  const { audience, permission, audit, rateClass } = declared;
  const missing = [
    [audience !== undefined, 'audience'],
    [
      permission !== undefined &&
        ('none' in permission ? permission.none !== '' : permission.permission in permissions),
      'permission',
    ],
    [audit !== undefined, 'audit'],
    [rateClass !== undefined, 'rate class'],
    [typeof declared.bodyLimit === 'number', 'body limit'],
    [declared.path === url, 'its own path'],
    [method === 'GET' || declared.bodyLimit === bodyLimit, 'the body limit that holds'],
    [contract.has(declared), 'itself in src/contract'],
  ] as const;
  return missing.filter(([said]) => !said).map(([, what]) => `${name}: does not declare ${what}`);
}

/** Reads a server's own table of routes; HEAD is answered by the route of GET and not counted. */
export function readRouteTable(options: readonly RouteOptions[]): {
  readonly routes: readonly ProbedRoute[];
  readonly count: number;
  readonly unclassified: readonly string[];
} {
  const single = options
    .flatMap((route) => [route.method].flat().map((method) => ({ ...route, method })))
    .filter(({ method }) => method !== 'HEAD');
  const problems = single.flatMap(unclassified);
  const routes = single.flatMap((route) => {
    const declared = (route.config as { readonly endpoint?: AnyEndpoint | Page } | undefined)?.endpoint;
    return declared === undefined ? [] : variants(String(route.method), route.url, declared);
  });
  for (const { key, url, pathParameters, fixed, shape } of routes) {
    problems.push(...(shape?.unclassified ?? []));
    for (const { name, kind } of pathParameters)
      if (kind === undefined && fixed[name] === undefined)
        problems.push(`${key} path.${name}: nothing fills it`);
    if (url.includes('*')) problems.push(`${key}: a wildcard that nothing fills`);
  }
  return { routes, count: single.length, unclassified: [...new Set(problems)] };
}

function variants(method: string, url: string, declared: AnyEndpoint | Page): ProbedRoute[] {
  const key = `${method} ${url}`;
  const body = bodyOf(key, declared);
  const one = (value: string, parameter: string, variantBody: z.ZodType | undefined) =>
    made({ key, name: `${key} ${value}`, method, url, declared }, { [parameter]: value }, variantBody);
  if (key === 'PUT /v1/copilot-settings/:kind')
    return Object.entries(leadDocuments).map(([kind, schema]) => one(kind, 'kind', schema));
  if (!url.includes('/:feature')) return [made({ key, name: key, method, url, declared }, {}, body)];
  // The contract leaves a feature's input open, because each has its own.
  const bodyFor = (input: z.ZodType): z.ZodType | undefined => {
    if (body === undefined) return method === 'POST' && url.startsWith('/v1/copilot/') ? input : undefined;
    return body instanceof z.ZodObject && 'input' in body.shape ? body.extend({ input }) : body;
  };
  // What asks no model has no prompt and no instructions.
  const needsModel = /\/(?:prompt|instructions|try)$/.test(url);
  return features
    .filter(({ model }) => !needsModel || model !== undefined)
    .map(({ name, input }) => one(name, 'feature', bodyFor(input)));
}

function bodyOf(key: string, declared: AnyEndpoint | Page): z.ZodType | undefined {
  if (checkedByServices[key] !== undefined) return checkedByServices[key];
  if (!isEndpoint(declared)) return forms[key];
  const { body } = declared;
  return body instanceof z.ZodUnknown || body instanceof z.ZodUndefined ? undefined : body;
}

const months = { month: '2026-01', first: '2026-01', last: '2026-12', file: 'none.js', version: '1' };

/** Values for parameters of a path that are chosen from a list. */
function pathSamples(declared: AnyEndpoint | Page): Readonly<Record<string, string>> {
  if (!isEndpoint(declared)) return months;
  const { properties = {} } = z.toJSONSchema(declared.params, { io: 'input', unrepresentable: 'any' });
  const listed = Object.entries(properties).flatMap(([name, schema]) => {
    const [first] = typeof schema === 'object' ? (schema.enum ?? []) : [];
    return typeof first === 'string' ? [[name, first] as const] : [];
  });
  return { ...months, ...Object.fromEntries(listed) };
}

function made(
  route: Pick<ProbedRoute, 'key' | 'name' | 'method' | 'url' | 'declared'>,
  variant: Readonly<Record<string, string>>,
  body: z.ZodType | undefined,
): ProbedRoute {
  const { key, url, declared } = route;
  const samples = { ...pathSamples(declared), ...variant };
  const names = [...url.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  const pathParameters = names.map((name) => {
    const kind = kindOf(key, 'path', name);
    return { name, kind: kind === 'unclassified' ? undefined : kind };
  });
  return {
    ...route,
    pathParameters,
    fixed: Object.fromEntries(Object.entries(samples).filter(([name]) => names.includes(name))),
    takesBody: route.method !== 'GET' && !(isEndpoint(declared) && declared.body instanceof z.ZodUndefined),
    shape: body === undefined ? undefined : shapeOf(key, body),
    opaqueBody: isEndpoint(declared) && declared.body instanceof z.ZodUnknown,
    accepts: (parameters, sent) =>
      (!isEndpoint(declared) || declared.params.safeParse(parameters).success) &&
      (body === undefined || body.safeParse(sent).success),
  };
}
