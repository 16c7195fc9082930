import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { House } from '../support/house.ts';
import type { Canaries } from './canaries.ts';
import type { Readers } from './exercise-console.ts';

interface Connection {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A marked ticket triaged by a webhook, with Zendesk well and ill, and deliveries that bring what they must not; secret and address are marked too. */
export async function exerciseTriage(house: House, canaries: Canaries, { admin }: Readers): Promise<void> {
  const must = async (method: 'PUT' | 'DELETE' | 'POST', path: string, body: object = {}) => {
    const answer = await admin.send(method, path, body);
    if (answer.status !== 200)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  await must('PUT', '/v1/triage/rules', {
    mode: 'apply',
    waitSeconds: 2,
    fields: ['type', 'priority', 'group_id', 'tags', 'custom_fields_360001'].map((field) => ({
      field,
      suggestFrom: 0,
      applyFrom: 50,
    })),
  });
  const { webhookId } = await must('PUT', '/v1/triage/webhook');
  const hook = await hookOf(house, String(webhookId));
  canaries.mark('webhook secret', hook.secret.replace(/=+$/, ''));
  canaries.mark('webhook address', hook.endpoint.split('/').at(-1) ?? '');
  await mistype(hook, canaries);
  const isNoted = async (ticketId: number): Promise<boolean> =>
    (await changesOf(admin)).some((change) => change.ticketId === ticketId);
  await triageOne(house, canaries, 'triaged', isNoted);
  for (const fault of [
    { kind: 'status', status: 500, times: 2 },
    { kind: 'malformed', times: 2 },
    { kind: 'cut', times: 2 },
  ]) {
    await house.sandbox('zendesk', 'POST', 'faults', { match: '/api/v2/tickets', ...fault });
    await triageOne(house, canaries, `triaged beside ${fault.kind}`, isNoted);
    await house.sandbox('zendesk', 'DELETE', 'faults');
  }
  for (const { id, auditId } of await changesOf(admin))
    if (auditId !== null) await must('POST', `/v1/triage/changes/${id}/undo`);
  await must('POST', '/v1/triage/stop');
}

async function triageOne(
  house: House,
  canaries: Canaries,
  what: string,
  isNoted: (ticketId: number) => Promise<boolean>,
): Promise<void> {
  const marked = (part: string): string => canaries.plant(`${what}: ${part}`);
  const made = (await house.sandbox('zendesk', 'POST', 'tickets', {
    subject: `Lamp flickers ${marked('subject')}`,
    status: 'new',
    tags: [`t${marked('tag').toLowerCase()}`],
    announce: true,
    comments: [{ public: true, html: `<p>Why does my lamp flicker at night ${marked('comment')}?</p>` }],
  })) as { readonly ticket: { readonly id: number } };
  // Debounced by two seconds, and tried again after a failure.
  for (const until = performance.now() + 20_000; performance.now() < until; await sleep(200))
    if (await isNoted(made.ticket.id)) return;
  throw new Error(`${what}: the ticket was not triaged, so nothing is proved`);
}

/** Forged ones, and one that is signed and brings content instead of ids. */
async function mistype(hook: Awaited<ReturnType<typeof hookOf>>, canaries: Canaries): Promise<void> {
  const body = JSON.stringify({ v: 1, event: 'created', ticket_id: canaries.plant('delivered content') });
  const timestamp = new Date().toISOString();
  for (const secret of [hook.secret, 'guess']) {
    const response = await fetch(hook.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-zendesk-webhook-id': hook.id,
        'x-zendesk-webhook-invocation-id': canaries.plant('invocation of a delivery'),
        'x-zendesk-webhook-signature-timestamp': timestamp,
        'x-zendesk-webhook-signature': createHmac('sha256', secret)
          .update(timestamp + body)
          .digest('base64'),
        'user-agent': canaries.plant('user agent of a delivery'),
      },
      body,
    });
    if (![400, 401].includes(response.status)) throw new Error(`a wrong delivery: ${response.status}`);
  }
}

/** The webhook as Zendesk has it. */
async function hookOf(house: House, id: string) {
  const { clientId, clientSecret } = (await house.sandbox('zendesk', 'GET', 'connection')) as Connection;
  const granted = await fetch(`${house.zendeskUrl}/oauth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: 'read write',
    }),
  });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  const read = async <T>(path: string): Promise<T> =>
    (await (
      await fetch(`${house.zendeskUrl}/api/v2/${path}`, { headers: { authorization: `Bearer ${token}` } })
    ).json()) as T;
  const { webhook } = await read<{ webhook: { endpoint: string } }>(`webhooks/${id}`);
  const { signing_secret: signing } = await read<{ signing_secret: { secret: string } }>(
    `webhooks/${id}/signing_secret`,
  );
  return {
    id,
    endpoint: webhook.endpoint,
    secret: signing.secret,
  };
}

async function changesOf(admin: Readers['admin']) {
  const { body } = await admin.send('GET', '/v1/triage/changes');
  return body['changes'] as readonly {
    readonly id: string;
    readonly ticketId: number;
    readonly auditId: number | null;
  }[];
}
