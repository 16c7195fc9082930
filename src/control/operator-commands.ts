import { z } from 'zod';
import { ProblemError } from '../kernel/problem-error.ts';
import { platformSubscriptionId } from '../kernel/platform.ts';
import type { Program } from '../start.ts';
import { issueBootstrapCode } from '../services/operators/bootstrap.ts';
import {
  readHostStop,
  readStop,
  stopAiAgents,
  stopHostAiAgents,
} from '../services/ai-agents/stop-ai-agents.ts';
import { sweepRetention } from '../services/retention/sweep-retention.ts';
import { cleanUpSubscriptions } from '../services/subscriptions/clean-up-subscriptions.ts';
import { createSubscription } from '../services/subscriptions/create-subscription.ts';
import { deleteSubscription } from '../services/subscriptions/delete-subscription.ts';
import { eraseSubscription } from '../services/subscriptions/erase-subscription.ts';
import { holdSubscription, liftHold } from '../services/subscriptions/hold-subscription.ts';
import { listSubscriptions } from '../services/subscriptions/read-subscription.ts';
import { renewSubscription } from '../services/subscriptions/renew-subscription.ts';
import { rotateSubscriptionKey } from '../services/subscriptions/rotate-subscription-key.ts';
import { resumeSubscription, suspendSubscription } from '../services/subscriptions/suspend-subscription.ts';

type OperatorHandler = (program: Program, input: unknown) => Promise<readonly string[]>;

const Named = z.object({ name: z.string() });
const longErasure = 10 * 60_000;

/** The call inside a subscription named by name; unlike other commands, none is made by naming it. */
async function callFor(program: Program, input: unknown, milliseconds = 60_000) {
  const { name } = Named.parse(input);
  const id = await program.ports.database.lookup((functions) => functions.subscriptionIdByName(name));
  if (id === undefined || id === platformSubscriptionId)
    throw new ProblemError('not-found', { detail: `There is no subscription ${name}.` });
  return program.operatorCall(id, AbortSignal.timeout(milliseconds));
}

const onPlatform = (program: Program, milliseconds = 60_000) =>
  program.operatorCall(platformSubscriptionId, AbortSignal.timeout(milliseconds));

const MaybeNamed = z.object({ name: z.string().nullable() });

async function switchAiAgents(
  program: Program,
  input: unknown,
  stopped: boolean,
): Promise<readonly string[]> {
  const { name } = MaybeNamed.parse(input);
  if (name === null) await stopHostAiAgents(onPlatform(program), stopped);
  else await stopAiAgents(await callFor(program, { name }), stopped);
  const whose = name === null ? 'every subscription' : `the subscription ${name}`;
  return [
    stopped
      ? `The AI agents of ${whose} stop within seconds; visitors are told that the chat is not available.`
      : `The AI agents of ${whose} go on as they are set.`,
  ];
}

/** Commands of the operator; they say which subscription they mean in their input. */
export const operatorHandlers: Readonly<Record<string, OperatorHandler>> = {
  'subscription-create': async (program, input) => {
    const { id, key } = await createSubscription(
      onPlatform(program),
      input as Parameters<typeof createSubscription>[1],
    );
    return [`The subscription is made: ${id}`, `Its key, shown this once: ${key}`];
  },
  'subscription-list': async (program) => {
    const lines = await listSubscriptions(onPlatform(program), { limit: 1_000 });
    if (lines.length === 0) return ['There is no subscription yet.'];
    return lines.map((line) =>
      [
        line.name,
        line.status,
        line.plan,
        line.expiresAt === null ? 'no end' : `ends ${line.expiresAt.toISOString().slice(0, 10)}`,
        `${line.requestsTaken} of ${line.requestQuota ?? 'any number of'} requests this month`,
        ...(line.heldSince === null ? [] : ['LEGAL HOLD']),
        line.id,
      ].join('  '),
    );
  },
  'ai-agents-stop': (program, input) => switchAiAgents(program, input, true),
  'ai-agents-resume': (program, input) => switchAiAgents(program, input, false),
  'ai-agents-status': async (program, input) => {
    const { name } = MaybeNamed.parse(input);
    if (name === null) {
      const { stopped } = await readHostStop(onPlatform(program));
      return [stopped ? 'The AI agents of every subscription are stopped.' : 'Nobody has stopped them here.'];
    }
    const { stopped } = await readStop(await callFor(program, { name }));
    if (stopped === 'host') return ['Stopped with those of every subscription.'];
    return [stopped === null ? 'Not stopped.' : 'Stopped for this subscription.'];
  },
  'subscription-suspend': async (program, input) => {
    await suspendSubscription(await callFor(program, input), program.settings);
    return ['The subscription is suspended.'];
  },
  'subscription-resume': async (program, input) => {
    await resumeSubscription(await callFor(program, input), program.settings);
    return ['The subscription is active again.'];
  },
  'subscription-renew': async (program, input) => {
    const { expiresAt } = z.object({ expiresAt: z.coerce.date().nullable() }).parse(input);
    await renewSubscription(await callFor(program, input), program.settings, expiresAt);
    return [expiresAt === null ? 'It has no end now.' : `It ends ${expiresAt.toISOString()}.`];
  },
  'subscription-rotate-key': async (program, input) => {
    const { key } = await rotateSubscriptionKey(await callFor(program, input), program.settings);
    return [`The new key, shown this once: ${key}`, 'The key before works for another 24 hours.'];
  },
  'subscription-hold': async (program, input) => {
    const { reference } = z.object({ reference: z.string().min(1).max(100) }).parse(input);
    await holdSubscription(await callFor(program, input), program.settings, reference);
    return ['Nothing of the subscription is swept or erased until the hold is lifted.'];
  },
  'subscription-lift-hold': async (program, input) => {
    await liftHold(await callFor(program, input), program.settings);
    return ['The hold is lifted.'];
  },
  'subscription-delete': async (program, input) => {
    const { days } = z.object({ days: z.number().int().min(0).max(90).default(7) }).parse(input);
    await deleteSubscription(await callFor(program, input), program.ending, days);
    return [`The subscription is ended. It can be resumed for ${days} days, then it is erased.`];
  },
  'subscription-erase': async (program, input) => {
    const counts = await eraseSubscription(await callFor(program, input, longErasure), program.ending);
    const rows = Object.values(counts).reduce((sum, one) => sum + one, 0);
    return [`Erased for good: ${rows} rows in ${Object.keys(counts).length} tables.`];
  },
  'subscription-purge-expired': async (program, input) => {
    const { days } = z.object({ days: z.number().int().min(0).max(3_650).default(30) }).parse(input);
    const call = onPlatform(program, longErasure);
    const done = await cleanUpSubscriptions(call, program.ending, days);
    const swept = Object.entries(await sweepRetention(call, program.config.auditDays));
    return [
      `${done.expired} expired, ${done.withdrawn} lost their credentials, ${done.erased} erased, ${done.failed} failed.`,
      `Swept by age: ${swept.length === 0 ? 'nothing' : swept.map(([rule, rows]) => `${rule} ${rows}`).join(', ')}.`,
    ];
  },
  'token-create': async (program, input) => {
    const made = await program.adminTokens.create(
      onPlatform(program),
      input as Parameters<typeof program.adminTokens.create>[1],
    );
    return [`The token, shown this once: ${made.token}`, `It ends ${made.expiresAt}.`];
  },
  'token-list': async (program) => {
    const tokens = await program.adminTokens.list();
    if (tokens.length === 0) return ['There is no admin token.'];
    return tokens.map((token) =>
      [
        token.id,
        token.revokedAt === null ? `ends ${token.expiresAt.slice(0, 10)}` : 'revoked',
        `last used ${token.lastUsedOn ?? 'never'}`,
        token.label,
        token.scopes.join(' '),
      ].join('  '),
    );
  },
  'token-revoke': async (program, input) => {
    const { id } = z.object({ id: z.string() }).parse(input);
    await program.adminTokens.revoke(onPlatform(program), id);
    return ['The token is revoked.'];
  },
  'operator-code': async (program) => {
    const code = await issueBootstrapCode(program.ports, { replace: true });
    if (code === undefined)
      throw new ProblemError('conflict', { detail: 'There is an operator already; they can invite others.' });
    return [`One-time code for the first operator, good for 15 minutes: ${code}`];
  },
};
