import type { FastifyInstance } from 'fastify';
import * as contract from '../../contract/mfa.ts';
import { answerChallenge } from '../../services/mfa/answer-challenge.ts';
import { beginSecondFactor, confirmSecondFactor } from '../../services/mfa/enrol-second-factor.ts';
import { readFactorState } from '../../services/mfa/mfa-queries.ts';
import { proveIdentity } from '../../services/mfa/prove-identity.ts';
import { removeSecondFactor, resetSecondFactor } from '../../services/mfa/remove-second-factor.ts';
import { renewRecoveryCodes } from '../../services/mfa/renew-recovery-codes.ts';
import { setSecondFactorRule } from '../../services/mfa/set-second-factor-rule.ts';
import { deviceOf } from '../../services/sessions/console-device.ts';
import type { HttpContext } from '../context.ts';
import { callOf, route } from '../route.ts';
import { accountOf, answerSession, sessionOf } from './accounts-routes.ts';

/** The code after the password, fresh proofs, and second factors: one's own, a colleague's, everybody's. */
export function addMfaRoutes(app: FastifyInstance, context: HttpContext): void {
  addProofRoutes(app, context);
  addOwnFactorRoutes(app, context);

  route(app, context, contract.resetSecondFactor, async (caller) => {
    await resetSecondFactor(callOf(context, caller), context.consoleSessions, caller.params.accountId);
    return {};
  });

  route(app, context, contract.setSecondFactorRule, async (caller) => {
    await setSecondFactorRule(callOf(context, caller), caller.body.required);
    return { required: caller.body.required };
  });
}

function addProofRoutes(app: FastifyInstance, context: HttpContext): void {
  const { consoleSessions, consoleCookies } = context;

  route(app, context, contract.answerChallenge, async (caller) => {
    const { request, reply, body } = caller;
    consoleCookies.requireOwnPage(request);
    const device = deviceOf(request.headers['user-agent']);
    const session = await answerChallenge(callOf(context, caller), consoleSessions, { ...body, device });
    return answerSession(context, reply, session);
  });

  route(app, context, contract.proveIdentity, async (caller) => {
    const { request, reply, body } = caller;
    const session = await proveIdentity(callOf(context, caller), consoleSessions, {
      ...body,
      accountId: accountOf(caller),
      sessionId: sessionOf(caller),
      device: deviceOf(request.headers['user-agent']),
      address: request.ip,
    });
    return answerSession(context, reply, session);
  });
}

function addOwnFactorRoutes(app: FastifyInstance, context: HttpContext): void {
  const { consoleSessions, ports } = context;

  route(app, context, contract.secondFactorState, async (caller) => {
    const accountId = accountOf(caller);
    const state = await ports.database.read(callOf(context, caller), (tx) => readFactorState(tx, accountId));
    return { active: state.active, required: state.required, recoveryCodesLeft: state.recoveryCodes };
  });

  route(app, context, contract.beginSecondFactor, (caller) =>
    beginSecondFactor(callOf(context, caller), accountOf(caller)),
  );

  route(app, context, contract.confirmSecondFactor, async (caller) => {
    const recoveryCodes = await confirmSecondFactor(callOf(context, caller), consoleSessions, {
      accountId: accountOf(caller),
      sessionId: sessionOf(caller),
      code: caller.body.code,
    });
    return { recoveryCodes: [...recoveryCodes] };
  });

  route(app, context, contract.removeSecondFactor, async (caller) => {
    const who = { accountId: accountOf(caller), sessionId: sessionOf(caller) };
    await removeSecondFactor(callOf(context, caller), consoleSessions, who);
    return {};
  });

  route(app, context, contract.renewRecoveryCodes, async (caller) => {
    const recoveryCodes = await renewRecoveryCodes(callOf(context, caller), accountOf(caller));
    return { recoveryCodes: [...recoveryCodes] };
  });
}
