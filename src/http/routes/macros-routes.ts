import type { FastifyInstance } from 'fastify';
import * as contract from '../../contract/macros.ts';
import { fittingScore } from '../../copilot/evidence/rank-macros.ts';
import { suggestMacros } from '../../copilot/features/suggest-macros.ts';
import { openReader } from '../../copilot/open-reader.ts';
import { isEnabled } from '../../copilot/run-feature.ts';
import { previewMacro } from '../../copilot/macros/preview-macro.ts';
import { listMacros, macroReport, macroSyncOf } from '../../copilot/macros/read-macros.ts';
import { askForSync } from '../../services/macros/ask-for-sync.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { HttpContext } from '../context.ts';
import { previewBody } from '../reply.ts';
import { callOf, route } from '../route.ts';

/** Macros beside a ticket, and what the support lead sees of them. */
export function addMacrosRoutes(app: FastifyInstance, context: HttpContext): void {
  const { settings, macroTelemetry } = context;

  route(app, context, contract.previewMacro, async (caller) => {
    const { ticketId } = caller.body;
    const now = await settings.get(caller.subscriptionId);
    if (!isEnabled(now, suggestMacros)) throw new ProblemError('feature-disabled');
    const reader = openReader(callOf(context, caller), context, now, { ticketId, onStage: () => undefined });
    return previewBody(await previewMacro(reader, ticketId, caller.params.macroId));
  });

  route(app, context, contract.reportMacroEvents, async ({ subscriptionId, body }) => {
    const { ticketId, totalShown, events, look } = body;
    const accepted = macroTelemetry.record(subscriptionId, {
      events: events.map((one) => ({ ...one, ticketId, totalShown })),
      look: look && { groupId: look.groupId ?? 0, missed: look.bestScore < fittingScore },
    });
    return { accepted };
  });

  route(app, context, contract.listMacros, (caller) => listMacros(callOf(context, caller), settings));
  route(app, context, contract.readMacroReport, (caller) => macroReport(callOf(context, caller)));
  route(app, context, contract.readMacroSync, (caller) => macroSyncOf(callOf(context, caller), settings));
  route(app, context, contract.syncMacros, async (caller) => {
    const call = callOf(context, caller);
    await askForSync(call, settings);
    return macroSyncOf(call, settings);
  });
}
