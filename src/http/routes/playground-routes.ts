import type { FastifyInstance } from 'fastify';
import { tryAgent } from '../../chat/try-agent.ts';
import * as contract from '../../contract/playground.ts';
import type { HttpContext } from '../context.ts';
import { endingOf } from '../open-streams.ts';
import { openTrialStream, trialBody } from '../reply.ts';
import { abortOnDisconnect, streamAnswer } from '../stream-answer.ts';
import { answered, callOf, route } from '../route.ts';

/** Where a support lead tries an AI agent before visitors do. */
export function addPlaygroundRoutes(app: FastifyInstance, context: HttpContext): void {
  route(app, context, contract.tryAiAgent, async (caller) => {
    const trial = { ...caller.params, ...caller.body };
    const call = callOf(context, caller);
    if (caller.request.headers.accept !== 'application/json')
      return streamAnswer(context, caller, openTrialStream, (signal, emit) =>
        tryAgent({ ...call, signal }, context.chat, { ...trial, emit }),
      );
    const { abort, release } = abortOnDisconnect(caller, context);
    try {
      const whole = { ...trial, emit: () => {} };
      caller.reply.send(trialBody(await tryAgent({ ...call, signal: abort.signal }, context.chat, whole)));
      return answered;
    } catch (error) {
      throw endingOf(abort.signal) ?? error;
    } finally {
      release();
    }
  });
}
