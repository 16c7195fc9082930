import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ChatCall } from '../../chat/chat-call.ts';
import type { ChatSession } from '../../chat/chat-sessions.ts';
import { endChat, rateAnswer } from '../../chat/end-chat.ts';
import { agentOnPage, lookOf, openSession } from '../../chat/open-session.ts';
import { takeTurn, type TurnRequest } from '../../chat/take-turn.ts';
import * as contract from '../../contract/chat.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import type { HttpContext } from '../context.ts';
import { chatAnswerBody, chatSessionBody, openChatStream } from '../reply.ts';
import { abortOnDisconnect, streamAnswer } from '../stream-answer.ts';
import { answered, route, type Caller } from '../route.ts';

type Visiting = Caller<{ readonly agentKey: string }, unknown>;
const nobody = { contact: Transient.of(null), note: Transient.of(null) } as const;

/** What the widget calls: sessions from the customer's page, everything else from our own frame. */
export function addChatRoutes(app: FastifyInstance, context: HttpContext): void {
  const { chat } = context;
  addSessions(app, context);

  route(app, context, contract.readWidgetLook, async ({ params, request, reply }) => {
    const origin = originOf(request);
    const agent = await agentOnPage(chat, params.agentKey, origin);
    reply.header('access-control-allow-origin', origin).header('vary', 'origin');
    return lookOf(agent, context.ports.clock.now());
  });

  route(app, context, contract.takeChatTurn, async (caller) => {
    const { message, history, locale } = caller.body;
    const session = await sessionOf(context, caller);
    const turn = { session, address: caller.request.ip, history, locale, message, ...nobody };
    return caller.request.headers.accept === 'application/json'
      ? answerWhole(context, caller, turn)
      : streamAnswer(context, caller, openChatStream, (signal, emit) =>
          takeTurn(chatCall(context, caller, session, signal), chat, { ...turn, emit }),
        );
  });

  route(app, context, contract.callPerson, async (caller) => {
    const { history, locale, contact, note } = caller.body;
    const session = await sessionOf(context, caller);
    return answerWhole(context, caller, {
      session,
      address: caller.request.ip,
      history,
      locale,
      message: undefined,
      contact: contact === null ? nobody.contact : contact.map((one) => ({ subject: null, ...one })),
      note: note ?? nobody.note,
    });
  });

  route(app, context, contract.rateChatAnswer, async (caller) => {
    const session = await sessionOf(context, caller);
    const call = chatCall(context, caller, session, AbortSignal.timeout(10_000));
    return {
      counted: await rateAnswer(call, chat, { session, address: caller.request.ip, ...caller.body }),
    };
  });

  route(app, context, contract.endChat, async (caller) => {
    const session = await sessionOf(context, caller);
    const { abort, release } = abortOnDisconnect(caller, context);
    try {
      await endChat(chatCall(context, caller, session, abort.signal), chat, {
        session,
        address: caller.request.ip,
        history: caller.body.history,
      });
      return { ended: true };
    } finally {
      release();
    }
  });
}

/** In a scope of its own: a body of text/plain is JSON there, because browsers ask no leave before sending that. */
function addSessions(app: FastifyInstance, context: HttpContext): void {
  const { chat } = context;
  void app.register(async (scope) => {
    scope.removeContentTypeParser('text/plain');
    scope.addContentTypeParser(
      'text/plain',
      { parseAs: 'string' },
      scope.getDefaultJsonParser('error', 'error'),
    );
    route(scope, context, contract.openChatSession, async (caller) => {
      const { params, body, request, reply } = caller;
      const origin = originOf(request);
      await agentOnPage(chat, params.agentKey, origin);
      // Also on what is refused from here on, so that the page can say why.
      reply.header('access-control-allow-origin', origin).header('vary', 'origin');
      const call = chatCall(context, caller, caller, AbortSignal.timeout(10_000));
      const opened = await openSession(call, chat, {
        agentKey: params.agentKey,
        origin,
        address: request.ip,
        identity: body.identity,
        session: body.session,
      });
      return chatSessionBody(opened);
    });
  });
}

const originOf = ({ headers: { origin } }: FastifyRequest): string | undefined => origin;

/** The session a request was made with, for the AI agent of its address. */
async function sessionOf({ chat }: HttpContext, { chatSession, params }: Visiting): Promise<ChatSession> {
  if (chatSession === undefined) throw new ProblemError('chat-session-over');
  const { aiAgentId } = await chat.agents.find(params.agentKey);
  // As for a key that nobody has.
  if (aiAgentId !== chatSession.aiAgentId) throw new ProblemError('chat-unavailable');
  return chatSession;
}

const chatCall = (
  context: HttpContext,
  caller: Pick<Visiting, 'actor' | 'request'>,
  { subscriptionId }: { readonly subscriptionId: string },
  signal: AbortSignal,
): ChatCall => ({
  subscriptionId,
  actor: caller.actor,
  requestId: caller.request.id,
  signal,
  ports: context.ports,
});

async function answerWhole(
  context: HttpContext,
  caller: Visiting,
  turn: Omit<TurnRequest, 'emit'>,
): Promise<typeof answered> {
  const { abort, release } = abortOnDisconnect(caller, context);
  try {
    const call = chatCall(context, caller, turn.session, abort.signal);
    const answer = await takeTurn(call, context.chat, { ...turn, emit: () => {} });
    caller.reply.send(chatAnswerBody(answer));
    return answered;
  } finally {
    release();
  }
}
