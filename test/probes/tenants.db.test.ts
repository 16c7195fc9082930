import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { endpoint } from '../../src/contract/endpoint.ts';
import { ProblemError } from '../../src/kernel/problem-error.ts';
import { callOf, route } from '../../src/http/route.ts';
import { engineNames, whyNot } from './engines.ts';
import { admissionsOf, leaksOf } from './report.ts';
import { probeTenants, type ProbeResult } from './tenants.ts';
import type { Plant } from './world.ts';

const limitMs = 600_000;
const missing = new Map(
  await Promise.all(engineNames.map(async (name) => [name, await whyNot(name)] as const)),
);

describe.each(engineNames.filter((name) => missing.get(name) === undefined))('tenants on %s', (name) => {
  let result: ProbeResult;

  it(
    'S41: nothing of another subscription is shown, told apart from what nobody has, or changed, at any route by anybody',
    async () => {
      result = await probeTenants(name);
      expect(leaksOf(result)).toEqual([]);
      expect(result.controls.failed).toEqual([]);
      // The matrix must not see what the controls do see.
      expect(result.controls.marksSeen).toBeGreaterThan(8);
      expect(result.matrix.probes).toBeGreaterThan(5_000);
      expect(result.matrix.reached / result.matrix.admitted).toBeGreaterThan(0.6);
    },
    limitMs,
  );

  it('S42: every route of the running server says audience, permission, audit, rate class and body limit', () => {
    expect(result.routes).toBeGreaterThan(60);
    expect(result.unclassified).toEqual([]);
  });

  it('S43: everybody meets at every route what the audience and the permission it declares say', () => {
    expect(admissionsOf(result)).toEqual([]);
  });

  it('S44: fields and prototypes that are nobody’s to set are refused or left aside by every body', () => {
    expect(result.assignments).toBeGreaterThan(100);
    expect(result.assigned).toEqual([]);
  });
});

const nothing = z.object({});
const planted = {
  audience: 'console',
  summary: 'Planted',
  permission: { permission: 'account:self' },
  audit: { none: 'planted' },
  rateClass: 'read',
  bodyLimit: 1024,
} as const;
const byAccount = { ...planted, params: z.object({ accountId: z.uuid() }), body: z.undefined() } as const;

/** Mistakes that a route could have in it. */
const plantMistakes: Plant = (app, context) => {
  const { database } = context.ports;
  // Believes the header instead of the session.
  const trusting = endpoint({
    ...planted,
    method: 'GET',
    path: '/v1/planted/name',
    params: nothing,
    body: z.undefined(),
    response: z.object({ name: z.string() }),
  });
  route(app, context, trusting, async (caller) => {
    const named = caller.request.headers['x-subscription-id'];
    const call = callOf(context, caller, typeof named === 'string' ? named : caller.subscriptionId);
    const row = await database.read(call, (tx) =>
      tx.selectFrom('app.subscription').select('name').executeTakeFirst(),
    );
    if (row === undefined) throw new ProblemError('not-found');
    return row;
  });
  // Says that something is somebody else's.
  const telling = endpoint({
    ...byAccount,
    method: 'GET',
    path: '/v1/planted/people/:accountId',
    response: nothing,
  });
  route(app, context, telling, async (caller) => {
    const ids = await database.lookup((lookups) => lookups.subscriptionIds());
    for (const subscriptionId of ids) {
      const found = await database.read({ subscriptionId }, (tx) =>
        tx
          .selectFrom('app.account')
          .select('id')
          .where('id', '=', caller.params.accountId)
          .executeTakeFirst(),
      );
      if (found !== undefined && subscriptionId !== caller.subscriptionId)
        throw new ProblemError('forbidden');
      if (found !== undefined) return {};
    }
    throw new ProblemError('not-found');
  });
  // Writes where the query says.
  const writing = endpoint({
    ...planted,
    method: 'POST',
    path: '/v1/planted/rule',
    params: nothing,
    body: nothing,
    response: nothing,
  });
  route(app, context, writing, async (caller) => {
    const { subscription_id: named } = caller.request.query as { readonly subscription_id?: string };
    const call = callOf(context, caller, named ?? caller.subscriptionId);
    const decision = { permission: 'planted', audit: { action: 'planted.written' } } as const;
    await database.write(call, decision, async () => undefined).catch(() => undefined);
    return {};
  });
  // Stores whatever the body names.
  const assigning = endpoint({
    ...planted,
    method: 'PUT',
    path: '/v1/planted/plan',
    params: nothing,
    body: z.looseObject({ label: z.string() }),
    response: nothing,
  });
  route(app, context, assigning, async (caller) => {
    const { plan } = caller.body;
    if (typeof plan !== 'string') return {};
    const decision = {
      permission: 'planted',
      audit: { action: 'planted.assigned', facts: { plan } },
    } as const;
    await database.write(callOf(context, caller), decision, async () => undefined);
    return {};
  });
  app.get('/v1/planted/undeclared', async () => ({}));
  // Declares who may come in and asks nobody.
  const open = endpoint({
    ...planted,
    method: 'GET',
    audience: 'operator',
    path: '/v1/planted/open',
    permission: { permission: 'operators:read' },
    params: nothing,
    body: z.undefined(),
    response: nothing,
  });
  app.get(open.path, { config: { endpoint: open } }, async () => ({}));
  // Names something nobody has said the kind of, and reads an open body.
  const unnamed = endpoint({
    ...planted,
    method: 'POST',
    path: '/v1/planted/folders/:folderId',
    params: z.object({ folderId: z.uuid() }),
    body: z.object({ ownerId: z.uuid() }),
    response: nothing,
  });
  route(app, context, unnamed, async () => ({}));
};

describe('the probe itself', () => {
  let result: ProbeResult;
  const findingsAt = (path: string): readonly string[] =>
    leaksOf(result)
      .filter(({ route: where }) => where.endsWith(path))
      .map(({ kind, caller }) => `${kind} as ${caller}`);

  it(
    'S41: sees a planted route that believes a header, one that tells foreign from unknown, and one that writes elsewhere',
    async () => {
      result = await probeTenants('pglite', {
        plant: plantMistakes,
        only: ({ url }) => url.startsWith('/v1/planted'),
      });
      expect(findingsAt('/v1/planted/name')).toEqual(
        expect.arrayContaining(['marked text as member of A', 'marked text as admin of A']),
      );
      expect(findingsAt('/v1/planted/people/:accountId')).toContain('told apart as admin of A');
      expect(findingsAt('/v1/planted/rule')).toContain('rows changed as admin of A');
    },
    limitMs,
  );

  it('S42: counts a planted route that declares nothing, and parameters that nothing fills', () => {
    expect(result.unclassified).toEqual(
      expect.arrayContaining([
        'GET /v1/planted/undeclared: declares nothing',
        'POST /v1/planted/folders/:folderId path.folderId: nothing fills it',
        'POST /v1/planted/folders/:folderId body.ownerId: looks like an id',
      ]),
    );
  });

  it('S43: sees a planted route that lets in whom its declaration does not', () => {
    const met = admissionsOf(result).filter(({ route: where }) => where.endsWith('/v1/planted/open'));
    expect(met.map(({ caller, detail }) => `${caller}: ${detail}`)).toEqual(
      expect.arrayContaining([
        'nobody: reaches instead of unauthenticated',
        'admin token without the scope: reaches instead of forbidden',
      ]),
    );
  });

  it('S44: sees a planted body whose extra fields are stored', () => {
    expect(result.assigned.join()).toContain('PUT /v1/planted/plan');
  });
});
