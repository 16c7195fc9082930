import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as contract from '../../contract/triage.ts';
import { undoTriageChange } from '../../copilot/triage/undo-change.ts';
import { zendeskReturnPath } from '../../services/integrations/zendesk-clients.ts';
import { changeTriageRules, stopTriage } from '../../services/triage/change-rules.ts';
import { connectTriageWebhook, disconnectTriageWebhook } from '../../services/triage/connect-webhook.ts';
import { receiveDelivery } from '../../services/triage/receive-delivery.ts';
import { readTriageChanges, readTriageSetting } from '../../services/triage/triage-queries.ts';
import type { HttpContext } from '../context.ts';
import { callOf, route } from '../route.ts';

const mostListed = 200;

/** Automatic triage in the console, and the deliveries of its webhook. */
export function addTriageRoutes(app: FastifyInstance, context: HttpContext): void {
  const { ports, settings, zendeskClients } = context;
  // Zendesk comes to the same address people come back to.
  const publicUrl = zendeskClients.redirectUri.replace(zendeskReturnPath, '');
  addDeliveries(app, context);

  route(app, context, contract.readTriage, async ({ subscriptionId }) => {
    const { rules, webhook } = await ports.database.read({ subscriptionId }, readTriageSetting);
    if (webhook === undefined) return { rules, webhook: null };
    const { webhookId, connectedAt, working } = webhook;
    return { rules, webhook: { webhookId, connectedAt: connectedAt.toISOString(), working } };
  });

  route(app, context, contract.changeTriageRules, (caller) =>
    changeTriageRules(callOf(context, caller), caller.body),
  );

  route(app, context, contract.stopTriage, async (caller) => {
    await stopTriage(callOf(context, caller));
    return {};
  });

  route(app, context, contract.connectTriageWebhook, (caller) =>
    connectTriageWebhook(callOf(context, caller), settings, publicUrl),
  );

  route(app, context, contract.disconnectTriageWebhook, (caller) =>
    disconnectTriageWebhook(callOf(context, caller), settings),
  );

  route(app, context, contract.listTriageChanges, async ({ subscriptionId }) => ({
    changes: await ports.database.read({ subscriptionId }, (tx) => readTriageChanges(tx, mostListed)),
  }));

  route(app, context, contract.undoTriageChange, (caller) =>
    undoTriageChange(callOf(context, caller), settings, caller.params.changeId),
  );
}

/** In a scope of its own, where a body stays the bytes that were signed. */
function addDeliveries(app: FastifyInstance, context: HttpContext): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    route(scope, context, contract.receiveTriageWebhook, async ({ params, body, request }) => {
      const taken = await receiveDelivery(
        { ...context.ports, database: context.bookkeeping },
        {
          key: params.webhookKey,
          webhookId: one(request, 'x-zendesk-webhook-id'),
          invocationId: one(request, 'x-zendesk-webhook-invocation-id'),
          signature: one(request, 'x-zendesk-webhook-signature'),
          timestamp: one(request, 'x-zendesk-webhook-signature-timestamp'),
          body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
        },
      );
      return { taken };
    });
  });
}

const one = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
};
