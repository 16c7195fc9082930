import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as contract from '../../contract/accounts.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { readAccount, readSubscriptionName } from '../../services/accounts/account-queries.ts';
import { changePassword } from '../../services/accounts/change-password.ts';
import { deviceTokenSeconds } from '../../services/accounts/guess-limits.ts';
import {
  changeRole,
  disableAccount,
  enableAccount,
  listPeople,
  openEmail,
  removeAccount,
  showEmail,
} from '../../services/accounts/manage-people.ts';
import { signIn } from '../../services/accounts/sign-in.ts';
import { deviceOf } from '../../services/sessions/console-device.ts';
import { listLiveSessions } from '../../services/sessions/console-session-queries.ts';
import type { IssuedSession } from '../../services/sessions/console-sessions.ts';
import type { Principal } from '../authenticate.ts';
import type { HttpContext } from '../context.ts';
import { callOf, route, type RouteContext } from '../route.ts';

/** What these routes need of the context. */
export type AccountsContext = RouteContext &
  Pick<HttpContext, 'consoleSessions' | 'consoleCookies' | 'secondFactors'>;

/** Signing in and out, the own account and its sessions, and the people of the subscription. */
export function addAccountsRoutes(app: FastifyInstance, context: AccountsContext): void {
  addAuthRoutes(app, context);
  addOwnAccountRoutes(app, context);
  addPeopleRoutes(app, context);
}

/** Hands a session to the browser: the refresh token in its cookie, the access token in the body. */
export function answerSession(
  context: Pick<HttpContext, 'consoleCookies'>,
  reply: FastifyReply,
  session: IssuedSession,
) {
  context.consoleCookies.set(reply, 'rt', session.refreshToken);
  return {
    kind: 'signed-in',
    accessToken: session.accessToken,
    expiresInSeconds: session.accessTokenSeconds,
  } as const;
}

function addAuthRoutes(app: FastifyInstance, context: AccountsContext): void {
  const { consoleSessions, consoleCookies, secondFactors, ports } = context;

  route(app, context, contract.signIn, async (caller) => {
    const { request, reply, body } = caller;
    consoleCookies.requireOwnPage(request);
    const result = await signIn(callOf(context, caller), consoleSessions, secondFactors, {
      ...body,
      deviceToken: consoleCookies.read(request, 'device'),
      address: request.ip,
      device: deviceOf(request.headers['user-agent']),
    });
    consoleCookies.set(reply, 'device', result.deviceToken, deviceTokenSeconds);
    if (result.kind === 'signed-in') {
      // The session this browser had before would only lie about.
      const before = consoleCookies.read(request, 'rt');
      if (before !== undefined) await consoleSessions.signOut(request.id, before);
      return answerSession(context, reply, result.session);
    }
    const { token, expiresInSeconds } = result.challenge;
    return { kind: 'mfa-required', challenge: token, expiresInSeconds } as const;
  });

  route(app, context, contract.refreshSession, async ({ request, reply }) => {
    consoleCookies.requireOwnPage(request);
    const token = consoleCookies.read(request, 'rt');
    if (token === undefined) throw new ProblemError('console-sign-in-needed');
    try {
      return answerSession(context, reply, await consoleSessions.refresh(request.id, token));
    } catch (error) {
      if (error instanceof ProblemError && error.type === 'console-sign-in-needed')
        consoleCookies.set(reply, 'rt', '', 0);
      throw error;
    }
  });

  route(app, context, contract.signOut, async ({ request, reply }) => {
    consoleCookies.requireOwnPage(request);
    const token = consoleCookies.read(request, 'rt');
    if (token !== undefined) await consoleSessions.signOut(request.id, token);
    consoleCookies.set(reply, 'rt', '', 0);
    ports.logger.info('signed out', { requestId: request.id });
    return {};
  });
}

function addOwnAccountRoutes(app: FastifyInstance, context: AccountsContext): void {
  const { consoleSessions, secondFactors, ports } = context;

  route(app, context, contract.readAccount, async (caller) => {
    const call = callOf(context, caller);
    const accountId = accountOf(caller);
    const { account, name } = await ports.database.read(call, async (tx) => ({
      account: await readAccount(tx, accountId),
      name: await readSubscriptionName(tx),
    }));
    if (account === undefined) throw new ProblemError('not-found');
    return {
      id: account.id,
      email: await openEmail(call, account),
      role: account.role,
      subscription: { id: call.subscriptionId, name },
      permissions: [...caller.permissions],
      createdAt: account.created_at.toISOString(),
    };
  });

  route(app, context, contract.changePassword, async (caller) => {
    const call = callOf(context, caller);
    const session = await changePassword(call, consoleSessions, secondFactors, {
      ...caller.body,
      accountId: accountOf(caller),
      sessionId: sessionOf(caller),
      role: await roleOf(context, caller),
      address: caller.request.ip,
      device: deviceOfRequest(caller.request),
    });
    return answerSession(context, caller.reply, session);
  });

  route(app, context, contract.listSessions, async (caller) => {
    const call = callOf(context, caller);
    const rows = await ports.database.read(call, (tx) => listLiveSessions(tx, accountOf(caller)));
    return {
      sessions: rows.map((row) => ({
        id: row.id,
        isThis: row.id === caller.sessionId,
        device: row.device,
        createdAt: row.createdAt.toISOString(),
        lastSeenAt: row.lastSeenAt.toISOString(),
        endsAt: row.endsAt.toISOString(),
      })),
    };
  });

  route(app, context, contract.endSession, async (caller) => {
    const which = { accountId: accountOf(caller), only: caller.params.sessionId };
    const decision = { permission: 'account:self', action: 'auth.session-ended' } as const;
    if ((await consoleSessions.end(callOf(context, caller), which, decision)) === 0)
      throw new ProblemError('not-found');
    return {};
  });

  route(app, context, contract.endSessions, async (caller) => {
    const decision = { permission: 'account:self', action: 'auth.sessions-ended' } as const;
    const which = { accountId: accountOf(caller) };
    return { ended: await consoleSessions.end(callOf(context, caller), which, decision) };
  });
}

function addPeopleRoutes(app: FastifyInstance, context: AccountsContext): void {
  const { consoleSessions } = context;

  route(app, context, contract.listPeople, async (caller) => ({
    people: (await listPeople(callOf(context, caller))).map((person) => ({
      ...person,
      createdAt: person.createdAt.toISOString(),
    })),
  }));

  route(app, context, contract.showEmail, async (caller) => ({
    email: await showEmail(callOf(context, caller), caller.params.accountId),
  }));

  route(app, context, contract.changeRole, async (caller) => {
    const { params, body } = caller;
    await changeRole(callOf(context, caller), consoleSessions, params.accountId, body.role);
    return {};
  });

  route(app, context, contract.changeStatus, async (caller) => {
    const set = caller.body.enabled ? enableAccount : disableAccount;
    await set(callOf(context, caller), consoleSessions, caller.params.accountId);
    return {};
  });

  route(app, context, contract.removePerson, async (caller) => {
    await removeAccount(callOf(context, caller), consoleSessions, caller.params.accountId);
    return {};
  });

  route(app, context, contract.endSessionsOf, async (caller) => {
    const decision = { permission: 'people:write', action: 'auth.sessions-ended' } as const;
    const which = { accountId: caller.params.accountId };
    return { ended: await consoleSessions.end(callOf(context, caller), which, decision) };
  });
}

/** The account behind a principal of the console. */
export function accountOf({ actor }: Pick<Principal, 'actor'>): string {
  if (actor.kind !== 'account' && actor.kind !== 'operator') throw new ProblemError('forbidden');
  return actor.id;
}

/** The session behind a principal of the console. */
export function sessionOf({ sessionId }: Pick<Principal, 'sessionId'>): string {
  if (sessionId === undefined) throw new ProblemError('forbidden');
  return sessionId;
}

const deviceOfRequest = (request: FastifyRequest): string => deviceOf(request.headers['user-agent']);

async function roleOf(context: AccountsContext, caller: Pick<Principal, 'subscriptionId' | 'actor'>) {
  const account = await context.ports.database.read(caller, (tx) => readAccount(tx, accountOf(caller)));
  if (account === undefined) throw new ProblemError('not-found');
  return account.role;
}
