import { z } from 'zod';
import { ProblemError, toProblem } from '../kernel/problem-error.ts';
import { problemTypes } from '../kernel/problem-types.ts';
import { addProvider, type AddProviderInput } from '../services/integrations/add-provider.ts';
import { connectZendesk, type ConnectZendeskInput } from '../services/integrations/connect-zendesk.ts';
import { testProvider } from '../services/integrations/test-provider.ts';
import { setFeatureSwitch } from '../services/settings/set-feature-switch.ts';
import { ensureSubscription } from '../services/subscriptions/create-subscription.ts';
import { defaultSubscription, type Program } from '../start.ts';
import { diagnose } from './doctor.ts';

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
  doctor: (program, id) => diagnose(program, id),
};

/** Runs one command; every failure is a sentence with a way out. */
export async function runCommand(program: Program, request: ControlRequest): Promise<ControlAnswer> {
  try {
    const { command, subscription, input } = ControlRequest.parse(request);
    const handler = handlers[command];
    if (handler === undefined)
      throw new ProblemError('not-found', { detail: `There is no command ${command}.` });
    const subscriptionId = await ensureSubscription(program.ports, subscription);
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
