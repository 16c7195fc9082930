import type { FastifyInstance } from 'fastify';
import * as contract from '../../contract/operators.ts';
import { CreateAdminTokenInput } from '../../services/operators/admin-tokens.ts';
import { bootstrapOperator } from '../../services/operators/bootstrap.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { HttpContext } from '../context.ts';
import { callOf, route } from '../route.ts';

/** Admin tokens, and the first operator. */
export function addOperatorRoutes(app: FastifyInstance, context: HttpContext): void {
  const { adminTokens } = context;
  route(app, context, contract.listAdminTokens, async () => ({
    tokens: (await adminTokens.list()).map((token) => ({ ...token, scopes: [...token.scopes] })),
  }));
  route(app, context, contract.createAdminToken, (caller) => {
    const input = CreateAdminTokenInput.safeParse(caller.body);
    if (!input.success)
      throw new ProblemError('invalid-request', {
        detail: input.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
      });
    return adminTokens.create(callOf(context, caller), input.data, caller.permissions);
  });
  route(app, context, contract.revokeAdminToken, async (caller) => {
    await adminTokens.revoke(callOf(context, caller), caller.params.id);
    return { status: 'ok' as const };
  });
  route(app, context, contract.bootstrapOperator, (caller) =>
    bootstrapOperator(callOf(context, caller), caller.body),
  );
}
