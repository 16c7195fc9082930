import type { FastifyInstance } from 'fastify';
import {
  listReceipts,
  openTicket as openTicketEndpoint,
  renewSession,
  runFeature as runFeatureEndpoint,
  showPrompt as showPromptEndpoint,
  sidebarState,
  tryInstructions as tryInstructionsEndpoint,
} from '../../contract/copilot.ts';
import type { Emit } from '../../copilot/feature-event.ts';
import { features } from '../../copilot/features/index.ts';
import type { CopilotCall } from '../../copilot/copilot-call.ts';
import { openTicket } from '../../copilot/open-ticket.ts';
import { runFeature, type FeatureOutcome } from '../../copilot/run-feature.ts';
import { promptOf } from '../../copilot/show-prompt.ts';
import { receiptsOfTicket } from '../../services/usage/receipt-queries.ts';
import type { HttpContext } from '../context.ts';
import { endingOf } from '../open-streams.ts';
import { openEventStream, outcomeBody, promptBody } from '../reply.ts';
import { abortOnDisconnect, streamAnswer } from '../stream-answer.ts';
import { bearerToken } from '../authenticate.ts';
import { answered, route, type Caller } from '../route.ts';

const receiptsShown = 50;

/** The sidebar's endpoints: run a feature, what works here, receipts. */
export function addCopilotRoutes(app: FastifyInstance, context: HttpContext): void {
  route(app, context, runFeatureEndpoint, async (caller) => {
    const wantsJson = caller.request.headers.accept === 'application/json';
    const run = { feature: caller.params.feature, body: caller.body, showsPrompt: showsPrompt(caller) };
    return wantsJson
      ? answerWhole(context, caller, (call) => runFeature(call, context, { ...run, emit: undefined }))
      : answerStreamed(context, caller, (call, emit) => runFeature(call, context, { ...run, emit }));
  });

  route(app, context, tryInstructionsEndpoint, (caller) => {
    const { instructions, input } = caller.body;
    const run = { feature: caller.params.feature, body: input, triedInstructions: instructions };
    return answerStreamed(context, caller, (call, emit) =>
      runFeature(call, context, { ...run, emit, showsPrompt: showsPrompt(caller) }),
    );
  });

  route(app, context, openTicketEndpoint, (caller) =>
    answerStreamed(context, caller, (call, emit) =>
      openTicket(call, context, { body: caller.body, emit, showsPrompt: showsPrompt(caller) }),
    ),
  );

  route(app, context, showPromptEndpoint, async (caller) => {
    const { abort, release } = abortOnDisconnect(caller, context);
    try {
      const run = { feature: caller.params.feature, body: caller.body };
      return promptBody(await promptOf(copilotCall(context, caller, abort.signal), context, run));
    } finally {
      release();
    }
  });

  route(app, context, sidebarState, async ({ subscriptionId }) => {
    const settings = await context.settings.get(subscriptionId);
    const { provider, zendesk } = settings;
    return {
      subscription: settings.name,
      features: features.map(({ name, title }) => ({
        name,
        title,
        enabled: settings.features.get(name)?.enabled ?? true,
      })),
      provider:
        provider === undefined
          ? null
          : {
              kind: provider.kind,
              model: provider.model,
              host: context.ports.modelProvider.hostOf(provider),
              demo: provider.demo,
            },
      zendesk: { subdomain: zendesk?.subdomain ?? '', status: settings.zendeskStatus },
      sidebarRules: settings.lead.sidebar,
    };
  });

  route(app, context, renewSession, async ({ request }) => {
    const { token, renewAfterSeconds } = context.sessions.renew(bearerToken(request));
    return { session: token, renewAfterSeconds };
  });

  route(app, context, listReceipts, async ({ subscriptionId, params }) => ({
    receipts: await context.ports.database.read({ subscriptionId }, (tx) =>
      receiptsOfTicket(tx, params.ticketId, receiptsShown),
    ),
  }));
}

type FeatureCaller = Pick<Caller<unknown, unknown>, 'subscriptionId' | 'actor' | 'request' | 'reply'>;

/** The agent wants to see what the model is sent. */
const showsPrompt = ({ request }: FeatureCaller): boolean => request.headers['x-show-prompt'] === 'true';

const copilotCall = (context: HttpContext, caller: FeatureCaller, signal: AbortSignal): CopilotCall => ({
  subscriptionId: caller.subscriptionId,
  actor: caller.actor,
  requestId: caller.request.id,
  signal,
  ports: context.ports,
});

async function answerWhole(
  context: HttpContext,
  caller: FeatureCaller,
  run: (call: CopilotCall) => Promise<FeatureOutcome>,
): Promise<typeof answered> {
  const { abort, release } = abortOnDisconnect(caller, context);
  try {
    const outcome = await run(copilotCall(context, caller, abort.signal));
    // Its parts have been checked where they were made; serialised once, it goes out as it is.
    caller.reply.type('application/json; charset=utf-8').send(outcomeBody(outcome));
    return answered;
  } catch (error) {
    throw endingOf(abort.signal) ?? error;
  } finally {
    release();
  }
}

const answerStreamed = (
  context: HttpContext,
  caller: FeatureCaller,
  run: (call: CopilotCall, emit: Emit) => Promise<FeatureOutcome>,
): Promise<typeof answered> =>
  streamAnswer(context, caller, openEventStream, (signal, emit) =>
    run(copilotCall(context, caller, signal), emit),
  );
