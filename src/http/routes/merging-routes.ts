import type { FastifyInstance } from 'fastify';
import * as contract from '../../contract/merging.ts';
import type { ContextReader } from '../../copilot/context/context-reader.ts';
import { findDuplicates } from '../../copilot/features/find-duplicates.ts';
import {
  confirmMerge,
  linkProblem,
  readMerge,
  rehearseMerge,
  type MergeCall,
} from '../../copilot/merging/merge-tickets.ts';
import { openReader } from '../../copilot/open-reader.ts';
import { isEnabled } from '../../copilot/run-feature.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { HttpContext } from '../context.ts';
import { rehearsalBody } from '../reply.ts';
import { callOf, route, type Caller } from '../route.ts';

/** Merging duplicates and linking problems, for an agent beside a ticket. */
export function addMergingRoutes(app: FastifyInstance, context: HttpContext): void {
  /** The call, and how it reads tickets: refused while the ability is switched off. */
  const open = async (
    caller: Caller<unknown, unknown>,
  ): Promise<{ call: MergeCall; reader: (ticketId: number | null) => ContextReader }> => {
    const settings = await context.settings.get(caller.subscriptionId);
    if (!isEnabled(settings, findDuplicates)) throw new ProblemError('feature-disabled');
    const call = callOf(context, caller);
    return {
      call,
      reader: (ticketId) => openReader(call, context, settings, { ticketId, onStage: () => undefined }),
    };
  };

  route(app, context, contract.rehearseMerge, async (caller) => {
    const { call, reader } = await open(caller);
    return rehearsalBody(await rehearseMerge(call, reader, caller.body));
  });
  route(app, context, contract.confirmMerge, async (caller) => {
    const { call, reader } = await open(caller);
    return confirmMerge(call, reader, caller.body.confirmation);
  });
  route(app, context, contract.readMerge, async (caller) => {
    const { call, reader } = await open(caller);
    return readMerge(call, reader(null), caller.params.jobId);
  });
  route(app, context, contract.linkProblem, async (caller) => {
    const { call, reader } = await open(caller);
    await linkProblem(call, reader, caller.body);
    return { linked: true as const };
  });
}
