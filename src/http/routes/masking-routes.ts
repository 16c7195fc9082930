import type { FastifyInstance } from 'fastify';
import * as contract from '../../contract/masking.ts';
import { tryMasking } from '../../copilot/masking/try-masking.ts';
import { changeMasking } from '../../services/masking/change-masking.ts';
import { readMasking } from '../../services/masking/read-masking.ts';
import type { HttpContext } from '../context.ts';
import { callOf, route } from '../route.ts';

/** What is masked before a provider reads a prompt. */
export function addMaskingRoutes(app: FastifyInstance, context: HttpContext): void {
  route(app, context, contract.readMasking, (caller) => readMasking(callOf(context, caller)));

  route(app, context, contract.changeMasking, async (caller) => {
    const changed = await changeMasking(callOf(context, caller), caller.body);
    context.settings.forget(caller.subscriptionId);
    return changed;
  });

  route(app, context, contract.tryMasking, async ({ body }) => ({
    found: tryMasking(body.settings, body.sample),
  }));
}
