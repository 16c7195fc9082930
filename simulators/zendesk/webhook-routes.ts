import { randomUUID } from 'node:crypto';
import { invalidField, notFound, parameterMissing } from './api-error.ts';
import { paginate } from './pagination.ts';
import { ok, requireAdmin } from './simulation.ts';
import type { Answer, Call, Route, Simulation } from './simulation.ts';
import { TEST_SIGNING_SECRET, Webhooks } from './webhooks.ts';
import type { Webhook } from './webhooks.ts';
import { isJson, toTimestamp } from './model.ts';
import type { Json } from './model.ts';

/** Endpoints of webhooks: made, listed, changed, deleted, tested, with their signing secrets and invocations. */
export function webhookRoutes(simulation: Simulation): Route[] {
  const scope = 'webhooks';
  const { webhooks } = simulation;
  const admin =
    (handle: (call: Call) => Answer): ((call: Call) => Answer) =>
    (call) => {
      requireAdmin(call);
      return handle(call);
    };
  return [
    { method: 'GET', scope, path: '/api/v2/webhooks', handle: admin((call) => list(simulation, call)) },
    { method: 'POST', scope, path: '/api/v2/webhooks', handle: admin((call) => create(simulation, call)) },
    {
      method: 'POST',
      scope,
      path: '/api/v2/webhooks/test',
      handle: admin((call) => sendTest(simulation, call)),
    },
    {
      method: 'GET',
      scope,
      path: '/api/v2/webhooks/:name',
      handle: admin((call) => ok({ webhook: present(hookOf(simulation, call)) })),
    },
    {
      method: 'PUT',
      scope,
      path: '/api/v2/webhooks/:name',
      handle: admin((call) => change(simulation, call)),
    },
    {
      method: 'PATCH',
      scope,
      path: '/api/v2/webhooks/:name',
      handle: admin((call) => change(simulation, call)),
    },
    {
      method: 'DELETE',
      scope,
      path: '/api/v2/webhooks/:name',
      handle: admin((call) => {
        webhooks.hooks.delete(hookOf(simulation, call).id);
        return { status: 204 };
      }),
    },
    {
      method: 'GET',
      scope,
      path: '/api/v2/webhooks/:name/signing_secret',
      handle: admin((call) => ok(presentSecret(hookOf(simulation, call)))),
    },
    {
      method: 'POST',
      scope,
      path: '/api/v2/webhooks/:name/signing_secret',
      handle: admin((call) => {
        const hook = hookOf(simulation, call);
        hook.secret = Webhooks.createSecret();
        return { status: 201, body: presentSecret(hook) };
      }),
    },
    {
      method: 'GET',
      scope,
      path: '/api/v2/webhooks/:name/invocations',
      handle: admin((call) => listInvocations(simulation, call)),
    },
    {
      method: 'GET',
      scope,
      path: '/api/v2/webhooks/:name/invocations/:name/attempts',
      handle: admin((call) => listAttempts(simulation, call)),
    },
  ];
}

function hookOf(simulation: Simulation, call: Call): Webhook {
  const hook = simulation.webhooks.hooks.get(call.parts[0] ?? '');
  if (hook === undefined) throw notFound();
  return hook;
}

function list(simulation: Simulation, call: Call): Answer {
  const page = paginate([...simulation.webhooks.hooks.values()], call.url, simulation.origin, {
    standard: 30,
  });
  return ok({ webhooks: page.items.map(present), ...page.about });
}

function readBody(call: Call): Json {
  const body = isJson(call.body) ? call.body['webhook'] : undefined;
  if (!isJson(body)) throw parameterMissing('webhook');
  return body;
}

function create(simulation: Simulation, call: Call): Answer {
  const body = readBody(call);
  const hook: Webhook = {
    id: `01SIM${randomUUID().replaceAll('-', '').slice(0, 21).toUpperCase()}`,
    name: '',
    status: 'active',
    endpoint: '',
    httpMethod: 'POST',
    requestFormat: 'json',
    subscriptions: [],
    authentication: null,
    customHeaders: {},
    secret: Webhooks.createSecret(),
    createdAt: toTimestamp(Date.now()),
  };
  assign(hook, body);
  if (hook.name === '' || hook.endpoint === '')
    throw invalidField('webhook', 'Webhook: name and endpoint are needed', 'BlankValue');
  simulation.webhooks.hooks.set(hook.id, hook);
  return { status: 201, body: { webhook: present(hook) } };
}

function change(simulation: Simulation, call: Call): Answer {
  const hook = hookOf(simulation, call);
  const next = { ...hook };
  assign(next, readBody(call));
  Object.assign(hook, next);
  return { status: 204 };
}

function assign(hook: Webhook, body: Json): void {
  const text = (name: string, current: string): string =>
    typeof body[name] === 'string' ? body[name] : current;
  hook.name = text('name', hook.name);
  hook.status = text('status', hook.status);
  hook.httpMethod = text('http_method', hook.httpMethod);
  hook.requestFormat = text('request_format', hook.requestFormat);
  hook.endpoint = text('endpoint', hook.endpoint);
  if (hook.endpoint !== '' && !mayCall(hook.endpoint)) {
    throw invalidField('endpoint', 'Endpoint: has to be https, or http on this machine', 'InvalidValue');
  }
  if (Array.isArray(body['subscriptions'])) hook.subscriptions = body['subscriptions'].map(String);
  const connected = hook.subscriptions.includes('conditional_ticket_events');
  if (connected && hook.subscriptions.length > 1) {
    throw invalidField('subscriptions', 'Subscriptions: a webhook follows triggers or events, not both');
  }
  if (isJson(body['authentication'])) hook.authentication = body['authentication'];
  if (isJson(body['custom_headers'])) {
    hook.customHeaders = Object.fromEntries(
      Object.entries(body['custom_headers']).map(([name, value]) => [name, String(value)]),
    );
  }
}

function mayCall(endpoint: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, hostname } = new URL(endpoint);
  return (
    protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname))
  );
}

function present(hook: Webhook): Json {
  return {
    id: hook.id,
    name: hook.name,
    status: hook.status,
    endpoint: hook.endpoint,
    http_method: hook.httpMethod,
    request_format: hook.requestFormat,
    subscriptions: hook.subscriptions,
    ...(hook.authentication === null
      ? {}
      : { authentication: { type: hook.authentication['type'], add_position: 'header' } }),
    custom_headers: hook.customHeaders,
    created_at: hook.createdAt,
    created_by: '9900',
  };
}

function presentSecret(hook: Webhook): Json {
  return { signing_secret: { algorithm: 'SHA256', secret: hook.secret } };
}

// Without an id the request in the body is tried, signed with the well-known secret, as Zendesk does.
function sendTest(simulation: Simulation, call: Call): Answer {
  const id = call.url.searchParams.get('webhook_id');
  const known = id === null ? undefined : simulation.webhooks.hooks.get(id);
  if (id !== null && known === undefined) throw notFound();
  const request = isJson(call.body) && isJson(call.body['request']) ? call.body['request'] : {};
  const endpoint = typeof request['endpoint'] === 'string' ? request['endpoint'] : (known?.endpoint ?? '');
  if (!mayCall(endpoint))
    throw invalidField('endpoint', 'Endpoint: has to be https, or http on this machine');
  const hook: Webhook = known ?? {
    id: 'TEST',
    name: 'Test',
    status: 'active',
    endpoint,
    httpMethod: 'POST',
    requestFormat: 'json',
    subscriptions: [],
    authentication: null,
    customHeaders: {},
    secret: TEST_SIGNING_SECRET,
    createdAt: toTimestamp(Date.now()),
  };
  const payload = typeof request['payload'] === 'string' ? request['payload'] : '{}';
  const invocation = simulation.webhooks.deliver({ ...hook, endpoint }, payload, 'test');
  return ok({ response: { status: 'sent', invocation_id: invocation } });
}

function listInvocations(simulation: Simulation, call: Call): Answer {
  const hook = hookOf(simulation, call);
  const own = simulation.webhooks.invocations.filter((invocation) => invocation.webhookId === hook.id);
  const page = paginate(own, call.url, simulation.origin, { standard: 100 });
  const shown = page.items.map((invocation) => ({
    id: invocation.id,
    event_type: invocation.eventType,
    latest_completed_at: invocation.attempts.at(-1)?.at ?? null,
    status_code: invocation.attempts.at(-1)?.status ?? null,
    status: invocation.attempts.some((attempt) => typeof attempt.status === 'number' && attempt.status < 300)
      ? 'success'
      : 'failed',
  }));
  return ok({ invocations: shown, ...page.about });
}

function listAttempts(simulation: Simulation, call: Call): Answer {
  const invocation = simulation.webhooks.invocations.find((candidate) => candidate.id === call.parts[1]);
  if (invocation === undefined) throw notFound();
  const attempts = invocation.attempts.map((attempt, position) => ({
    id: `${invocation.id}-${position + 1}`,
    invocation_id: invocation.id,
    completed_at: attempt.at,
    response: { status: attempt.status },
    status: attempt.status,
  }));
  return ok({
    attempts,
    meta: { has_more: false, after_cursor: null, before_cursor: null },
    links: { next: null, prev: null },
  });
}
