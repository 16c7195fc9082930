import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import * as contract from '../../contract/subscriptions.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { Ports } from '../../ports/ports.ts';
import { sweepRetention } from '../../services/retention/sweep-retention.ts';
import { cleanUpSubscriptions } from '../../services/subscriptions/clean-up-subscriptions.ts';
import { showContact } from '../../services/subscriptions/contact-email.ts';
import { createSubscription } from '../../services/subscriptions/create-subscription.ts';
import { deleteSubscription } from '../../services/subscriptions/delete-subscription.ts';
import { eraseSubscription } from '../../services/subscriptions/erase-subscription.ts';
import { holdSubscription, liftHold } from '../../services/subscriptions/hold-subscription.ts';
import { installApp } from '../../services/subscriptions/install-app.ts';
import {
  changePlan,
  ChangePlanInput,
  withhold,
  Withheld,
} from '../../services/subscriptions/limit-subscription.ts';
import { listSubscriptions, readSubscription } from '../../services/subscriptions/read-subscription.ts';
import { releaseInstallation } from '../../services/subscriptions/release-installation.ts';
import { renewSubscription } from '../../services/subscriptions/renew-subscription.ts';
import { rotateSubscriptionKey } from '../../services/subscriptions/rotate-subscription-key.ts';
import {
  resumeSubscription,
  suspendSubscription,
} from '../../services/subscriptions/suspend-subscription.ts';
import { usageCsv } from '../../services/subscriptions/usage-csv.ts';
import type { HttpContext } from '../context.ts';
import { answered, callOf, route, type Caller } from '../route.ts';

const ok = { status: 'ok' } as const;
const ListQuery = z.object({
  after: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(100),
  contact: z.email().max(254).optional(),
});

/** The call an operator makes inside the subscription the path names. */
function inside(context: HttpContext, caller: Caller<{ readonly id: string }, unknown>): Call<keyof Ports> {
  return callOf(context, caller, caller.params.id);
}

/** What hosting many subscriptions takes, and the app's installation with a subscription key. */
export function addSubscriptionRoutes(app: FastifyInstance, context: HttpContext): void {
  addReading(app, context);
  addChanging(app, context);
  addEnding(app, context);
  route(app, context, contract.installApp, (caller) =>
    installApp(callOf(context, caller), context.settings, caller.body),
  );
}

function addReading(app: FastifyInstance, context: HttpContext): void {
  route(app, context, contract.listSubscriptions, async (caller) => {
    const query = ListQuery.safeParse(caller.request.query);
    if (!query.success) throw new ProblemError('invalid-request');
    const { after, limit, contact } = query.data;
    const lines = await listSubscriptions(callOf(context, caller), {
      limit,
      ...(after !== undefined && { after }),
      ...(contact !== undefined && { contactEmail: contact }),
    });
    return {
      subscriptions: lines.map((line) => ({
        ...line,
        createdAt: line.createdAt.toISOString(),
        expiresAt: line.expiresAt?.toISOString() ?? null,
        heldSince: line.heldSince?.toISOString() ?? null,
      })),
    };
  });
  route(app, context, contract.readSubscription, async (caller) => {
    const { withheld, ...details } = await readSubscription(inside(context, caller));
    return {
      ...details,
      withheld: { features: [...withheld.features], permissions: [...withheld.permissions] },
    };
  });
  route(app, context, contract.showContact, async (caller) => ({
    contactEmail: await showContact(inside(context, caller)),
  }));
  route(app, context, contract.usageCsv, async (caller) => {
    const { first, last } = caller.params;
    const csv = await usageCsv(callOf(context, caller), first, last);
    caller.reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="usage-${first}-${last}.csv"`)
      .send(csv);
    return answered;
  });
}

function addChanging(app: FastifyInstance, context: HttpContext): void {
  const { settings } = context;
  route(app, context, contract.createSubscription, (caller) =>
    createSubscription(callOf(context, caller), caller.body),
  );
  route(app, context, contract.changeSubscription, async (caller) => {
    await changePlan(inside(context, caller), settings, ChangePlanInput.parse(caller.body));
    return ok;
  });
  route(app, context, contract.withholdFromSubscription, async (caller) => {
    const withheld = Withheld.safeParse(caller.body);
    if (!withheld.success)
      throw new ProblemError('invalid-request', { detail: 'An unknown feature or permission.' });
    await withhold(inside(context, caller), settings, withheld.data);
    return ok;
  });
  route(app, context, contract.suspendSubscription, async (caller) => {
    await suspendSubscription(inside(context, caller), settings);
    return ok;
  });
  route(app, context, contract.resumeSubscription, async (caller) => {
    await resumeSubscription(inside(context, caller), settings);
    return ok;
  });
  route(app, context, contract.renewSubscription, async (caller) => {
    const { expiresAt } = caller.body;
    await renewSubscription(
      inside(context, caller),
      settings,
      expiresAt === null ? null : new Date(expiresAt),
    );
    return ok;
  });
  route(app, context, contract.rotateSubscriptionKey, (caller) =>
    rotateSubscriptionKey(inside(context, caller), settings),
  );
  route(app, context, contract.releaseInstallation, async (caller) => {
    await releaseInstallation(inside(context, caller), settings);
    return ok;
  });
  route(app, context, contract.holdSubscription, async (caller) => {
    await holdSubscription(inside(context, caller), settings, caller.body.reference);
    return ok;
  });
  route(app, context, contract.liftHold, async (caller) => {
    await liftHold(inside(context, caller), settings);
    return ok;
  });
}

function addEnding(app: FastifyInstance, context: HttpContext): void {
  const { ending } = context;
  route(app, context, contract.deleteSubscription, async (caller) => {
    await deleteSubscription(inside(context, caller), ending, caller.body?.graceDays ?? 7);
    return ok;
  });
  route(app, context, contract.eraseSubscription, async (caller) => {
    const call = inside(context, caller);
    const { name } = await readSubscription(call);
    if (name !== caller.body.name)
      throw new ProblemError('invalid-request', { detail: 'name: is not the name of this subscription.' });
    return { erased: { ...(await eraseSubscription(call, ending)) } };
  });
  route(app, context, contract.cleanUpExpired, async (caller) => {
    const call = callOf(context, caller);
    const done = await cleanUpSubscriptions(call, ending, caller.body.keepDays);
    return { ...done, swept: { ...(await sweepRetention(call, context.auditDays)) } };
  });
}
