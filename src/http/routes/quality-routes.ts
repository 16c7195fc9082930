import type { FastifyInstance } from 'fastify';
import * as contract from '../../contract/quality-scores.ts';
import type { ContextReader } from '../../copilot/context/context-reader.ts';
import { reviewQuality } from '../../copilot/features/review-quality.ts';
import { openReader } from '../../copilot/open-reader.ts';
import { previewScore, writeScore, type ScoreCall } from '../../copilot/quality/write-score.ts';
import { isEnabled } from '../../copilot/run-feature.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { HttpContext } from '../context.ts';
import { scoreBody } from '../reply.ts';
import { callOf, route, type Caller } from '../route.ts';

/** Writing the score of a review to the ticket, for an agent beside it. */
export function addQualityRoutes(app: FastifyInstance, context: HttpContext): void {
  /** The call and what reads its ticket: refused while the ability is switched off. */
  const open = async (
    caller: Caller<unknown, { readonly ticketId: number }>,
  ): Promise<{ call: ScoreCall; reader: ContextReader }> => {
    const settings = await context.settings.get(caller.subscriptionId);
    if (!isEnabled(settings, reviewQuality)) throw new ProblemError('feature-disabled');
    const call = callOf(context, caller);
    const { ticketId } = caller.body;
    return { call, reader: openReader(call, context, settings, { ticketId, onStage: () => undefined }) };
  };

  route(app, context, contract.previewScore, async (caller) =>
    scoreBody(await previewScore((await open(caller)).reader, caller.body.score)),
  );
  route(app, context, contract.writeScore, async (caller) => {
    const { call, reader } = await open(caller);
    return { written: await writeScore(call, reader, caller.body) };
  });
}
