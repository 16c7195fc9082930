import { z } from 'zod';
import { platformSubscriptionId } from '../kernel/platform.ts';
import { ProblemError, toProblem } from '../kernel/problem-error.ts';
import { problemTypes } from '../kernel/problem-types.ts';
import { addProvider, type AddProviderInput } from '../services/integrations/add-provider.ts';
import { connectZendesk, type ConnectZendeskInput } from '../services/integrations/connect-zendesk.ts';
import {
  beginZendeskAuthorization,
  type BeginAuthorizationInput,
} from '../services/integrations/begin-zendesk-authorization.ts';
import { disconnectZendesk } from '../services/integrations/disconnect-zendesk.ts';
import { finishZendeskAuthorization } from '../services/integrations/finish-zendesk-authorization.ts';
import { removeProvider } from '../services/integrations/remove-provider.ts';
import { testProvider } from '../services/integrations/test-provider.ts';
import { Invitation, invitePerson } from '../services/links/invite-person.ts';
import { setFeatureSwitch } from '../services/settings/set-feature-switch.ts';
import { ensureSubscription } from '../services/subscriptions/create-subscription.ts';
import { defaultSubscription, type Program } from '../start.ts';
import { diagnose } from './doctor.ts';
import { keyHandlers } from './key-commands.ts';
import { operatorHandlers } from './operator-commands.ts';

/** What the command line asks of a program, over its socket or in one process. */
export const ControlRequest = z.object({
  command: z.string(),
  subscription: z.string().default(defaultSubscription),
  input: z.unknown(),
});
export type ControlRequest = z.input<typeof ControlRequest>;

export type ControlAnswer =
  | { readonly ok: true; readonly lines: readonly string[] }
  | { readonly ok: false; readonly message: string };

type Handler = (program: Program, subscriptionId: string, input: unknown) => Promise<readonly string[]>;

const handlers: Readonly<Record<string, Handler>> = {
  'connect-zendesk': async (program, id, input) => {
    const { scopes } = await connectZendesk(program.operatorCall(id), input as ConnectZendeskInput);
    program.settings.forget(id);
    return [`Zendesk is connected. Granted: ${scopes.join(', ')}.`];
  },
  'connect-zendesk-begin': async (program, id, input) => {
    const { browser, ...wanted } = z.looseObject({ browser: z.string().min(43).max(100) }).parse(input);
    const asker = { accountId: null, sessionId: null, browser };
    const { url } = await beginZendeskAuthorization(
      program.operatorCall(id),
      program.zendeskClients,
      asker,
      wanted as unknown as BeginAuthorizationInput,
    );
    return [url];
  },
  'connect-zendesk-finish': async (program, id, input) => {
    const { browser, address } = z.object({ browser: z.string(), address: z.string() }).parse(input);
    const { searchParams } = z.url().safeParse(address).success ? new URL(address) : new URL('about:blank');
    const value = (name: string): string | undefined => searchParams.get(name) ?? undefined;
    const { requestId, signal } = program.operatorCall(id);
    const { subscriptionId, subdomain } = await finishZendeskAuthorization(
      program.ports,
      program.zendeskClients,
      {
        state: value('state') ?? '',
        code: value('code'),
        error: value('error'),
        subdomain: value('subdomain'),
      },
      { browser, requestId, signal },
    );
    program.settings.forget(subscriptionId);
    return [`Zendesk is connected: ${subdomain}.`];
  },
  'disconnect-zendesk': async (program, id) => {
    const { revoked } = await disconnectZendesk(
      program.operatorCall(id),
      program.settings,
      program.zendeskClients,
    );
    return [
      revoked
        ? 'Zendesk is disconnected: the credentials are deleted here and the access has ended at Zendesk.'
        : 'Zendesk is disconnected and the credentials are deleted here. Zendesk did not answer: remove the OAuth client there.',
    ];
  },
  'provider-remove': async (program, id, input) => {
    const { label } = z.object({ label: z.string() }).parse(input);
    await removeProvider(program.operatorCall(id), { label });
    program.settings.forget(id);
    return ['The provider and its key are deleted.'];
  },
  'provider-add': async (program, id, input) => {
    const added = await addProvider(program.operatorCall(id), input as AddProviderInput);
    program.settings.forget(id);
    return [`The provider is stored and answers from now on (key ${added.check}).`];
  },
  'provider-test': async (program, id) => {
    const test = await testProvider(program.operatorCall(id), program.settings);
    return [
      `key: ${test.key}`,
      `streaming: ${test.streaming}${test.firstTokenMs === null ? '' : ` (first token after ${test.firstTokenMs} ms)`}`,
      `structured output: ${test.structured}`,
    ];
  },
  'feature-switch': async (program, id, input) => {
    const { feature, enabled } = z.object({ feature: z.string(), enabled: z.boolean() }).parse(input);
    await setFeatureSwitch(program.operatorCall(id), feature, enabled);
    program.settings.forget(id);
    return [`${feature} is ${enabled ? 'on' : 'off'}.`];
  },
  'person-invite': async (program, id, input) => {
    if (program.config.smtpUrl === undefined)
      throw new ProblemError('mail-unavailable', { detail: 'INDESK_SMTP_URL names no mail server' });
    await invitePerson(program.operatorCall(id), Invitation.parse(input));
    return ['The invitation is on its way; its link works once, for 7 days.'];
  },
  doctor: (program, id) => diagnose(program, id),
};

/** In development naming a subscription makes it. In production a mistyped name must not become a customer. */
async function subscriptionNamed({ config, ports }: Program, name: string): Promise<string> {
  if (config.mode === 'development') return ensureSubscription(ports, name);
  const id = await ports.database.lookup((lookups) => lookups.subscriptionIdByName(name));
  if (id !== undefined && id !== platformSubscriptionId) return id;
  throw new ProblemError('not-found', {
    detail: `There is no subscription ${name}: name one with --subscription, or make it with subscription create ${name}`,
  });
}

/** Runs one command; every failure is a sentence with a way out. */
export async function runCommand(program: Program, request: ControlRequest): Promise<ControlAnswer> {
  try {
    const { command, subscription, input } = ControlRequest.parse(request);
    const operatorHandler = { ...operatorHandlers, ...keyHandlers }[command];
    if (operatorHandler !== undefined) return { ok: true, lines: await operatorHandler(program, input) };
    const handler = handlers[command];
    if (handler === undefined)
      throw new ProblemError('not-found', { detail: `There is no command ${command}.` });
    const subscriptionId = await subscriptionNamed(program, subscription);
    return { ok: true, lines: await handler(program, subscriptionId, input) };
  } catch (error) {
    const problem = error instanceof z.ZodError ? new ProblemError('invalid-request') : toProblem(error);
    const { title, wayOut } = problemTypes[problem.type];
    return {
      ok: false,
      message: [title, problem.detail, wayOut]
        .filter((part) => part !== undefined)
        .join('. ')
        .replaceAll('..', '.'),
    };
  }
}
