import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { ConnectedWebhook, HelpDeskChanges, WebhookWish } from '../../ports/help-desk-changes.ts';
import type { HelpDeskCall } from '../../ports/help-desk.ts';
import { idPath } from './ids.ts';
import type { ZendeskRequests } from './request.ts';

const webhookAnswer = z.object({ webhook: z.object({ id: z.string() }) });
const secretAnswer = z.object({ signing_secret: z.object({ secret: z.string().min(16) }) });
const triggerAnswer = z.object({ trigger: z.object({ id: z.number() }) });
const webhookPath = (id: string): string => `webhooks/${encodeURIComponent(id)}`;

/** Webhooks that our own triggers call. */
export function webhooks(
  requests: ZendeskRequests,
): Pick<HelpDeskChanges, 'connectWebhook' | 'disconnectWebhook'> {
  const disconnect = async (
    call: HelpDeskCall,
    { webhookId, triggerIds }: Pick<ConnectedWebhook, 'webhookId' | 'triggerIds'>,
  ): Promise<void> => {
    // Triggers first: one without its webhook would be an error in every ticket it fires on.
    for (const id of triggerIds) await remove(requests, call, `triggers/${idPath(id, 'not-found')}`);
    await remove(requests, call, webhookPath(webhookId));
  };
  return {
    connectWebhook: async (call, wish): Promise<ConnectedWebhook> => {
      const webhookId = await createWebhook(requests, call, wish);
      const triggerIds: number[] = [];
      try {
        const { signing_secret: signing } = await requests.json(
          call,
          {
            operation: 'webhooks',
            path: `${webhookPath(webhookId)}/signing_secret`,
            missing: 'zendesk-unavailable',
          },
          secretAnswer,
        );
        for (const trigger of wish.triggers)
          triggerIds.push(await createTrigger(requests, call, webhookId, trigger));
        return { webhookId, triggerIds, signingSecret: signing.secret };
      } catch (error) {
        await disconnect(call, { webhookId, triggerIds }).catch(() => undefined);
        throw error;
      }
    },
    disconnectWebhook: disconnect,
  };
}

async function createWebhook(
  requests: ZendeskRequests,
  call: HelpDeskCall,
  { name, endpoint }: WebhookWish,
): Promise<string> {
  const { webhook } = await requests.json(
    call,
    {
      operation: 'webhooks',
      method: 'POST',
      path: 'webhooks',
      body: JSON.stringify({
        webhook: {
          name,
          status: 'active',
          endpoint,
          http_method: 'POST',
          request_format: 'json',
          subscriptions: ['conditional_ticket_events'],
        },
      }),
      missing: 'zendesk-forbidden',
    },
    webhookAnswer,
  );
  return webhook.id;
}

async function createTrigger(
  requests: ZendeskRequests,
  call: HelpDeskCall,
  webhookId: string,
  { title, body, conditions }: WebhookWish['triggers'][number],
): Promise<number> {
  const { trigger } = await requests.json(
    call,
    {
      operation: 'triggers',
      method: 'POST',
      path: 'triggers',
      body: JSON.stringify({
        trigger: {
          title,
          active: true,
          conditions,
          actions: [{ field: 'notification_webhook', value: [webhookId, body] }],
        },
      }),
      missing: 'zendesk-forbidden',
    },
    triggerAnswer,
  );
  return trigger.id;
}

async function remove(requests: ZendeskRequests, call: HelpDeskCall, path: string): Promise<void> {
  try {
    await requests.text(call, { operation: 'webhooks', method: 'DELETE', path, missing: 'not-found' });
  } catch (error) {
    if (!(error instanceof ProblemError) || error.type !== 'not-found') throw error;
  }
}
