import type { FastifyInstance } from 'fastify';
import * as contract from '../../contract/links.ts';
import { confirmEmailChange, requestEmailChange } from '../../services/links/change-email.ts';
import { confirmAccountDeletion, requestAccountDeletion } from '../../services/links/delete-own-account.ts';
import { findLink } from '../../services/links/find-link.ts';
import { invitePerson, resendInvitation } from '../../services/links/invite-person.ts';
import { requestReset } from '../../services/links/request-reset.ts';
import { acceptInvitation, resetPassword } from '../../services/links/set-password-by-link.ts';
import type { HttpContext } from '../context.ts';
import { callOf, route } from '../route.ts';
import { accountOf } from './accounts-routes.ts';

/** Links sent by mail: who has them mailed, and what they do. */
export function addLinksRoutes(app: FastifyInstance, context: HttpContext): void {
  addAskingRoutes(app, context);
  addUsingRoutes(app, context);
}

function addAskingRoutes(app: FastifyInstance, context: HttpContext): void {
  route(app, context, contract.invitePerson, async (caller) => {
    await invitePerson(callOf(context, caller), caller.body);
    return {};
  });

  route(app, context, contract.resendInvitation, async (caller) => {
    await resendInvitation(callOf(context, caller), caller.params.accountId);
    return {};
  });

  route(app, context, contract.requestReset, async (caller) => {
    await requestReset(callOf(context, caller), caller.body.email);
    return {};
  });

  route(app, context, contract.requestEmailChange, async (caller) => {
    await requestEmailChange(callOf(context, caller), accountOf(caller), caller.body.email);
    return {};
  });

  route(app, context, contract.requestAccountDeletion, async (caller) => {
    await requestAccountDeletion(callOf(context, caller), accountOf(caller));
    return {};
  });
}

function addUsingRoutes(app: FastifyInstance, context: HttpContext): void {
  const { consoleSessions } = context;

  route(app, context, contract.describeLink, async (caller) => {
    const { kind, expiresAt } = await findLink(callOf(context, caller), caller.body.token);
    return { kind, expiresAt: expiresAt.toISOString() };
  });

  route(app, context, contract.acceptInvitation, async (caller) => {
    await acceptInvitation(callOf(context, caller), caller.body.token, caller.body.password);
    return {};
  });

  route(app, context, contract.resetPassword, async (caller) => {
    const { token, password } = caller.body;
    await resetPassword(callOf(context, caller), consoleSessions, token, password);
    return {};
  });

  route(app, context, contract.confirmEmailChange, async (caller) => {
    await confirmEmailChange(callOf(context, caller), caller.body.token);
    return {};
  });

  route(app, context, contract.confirmAccountDeletion, async (caller) => {
    await confirmAccountDeletion(callOf(context, caller), consoleSessions, caller.body.token);
    return {};
  });
}
