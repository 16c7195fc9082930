import { ProblemError } from '../kernel/problem-error.ts';
import type { SubscriptionSettings } from '../services/settings/settings-reader.ts';
import { ContextReader, type ContextArguments } from './context/context-reader.ts';
import type { CopilotCall, CopilotServices } from './copilot-call.ts';
import { findMacros } from './macros/find-macros.ts';

/** What reads the context of one ticket for the agent who calls. `onRoundTrip` counts calls to Zendesk. */
export function openReader(
  call: Omit<CopilotCall, 'ports'> & { readonly ports: Pick<CopilotCall['ports'], 'helpDesk'> },
  services: Pick<CopilotServices, 'macros' | 'knowledge' | 'meanings'>,
  settings: SubscriptionSettings,
  about: Pick<ContextArguments, 'ticketId' | 'onStage' | 'question'> & { readonly onRoundTrip?: () => void },
): ContextReader {
  const { onRoundTrip } = about;
  const { knowledge, meanings } = services;
  return new ContextReader({
    helpDesk: call.ports.helpDesk,
    helpDeskCall: () => {
      if (settings.zendesk === undefined) throw new ProblemError('zendesk-not-connected');
      return {
        connection: settings.zendesk,
        signal: call.signal,
        ...(onRoundTrip !== undefined && { onRoundTrip }),
      };
    },
    ticketId: about.ticketId,
    question: about.question,
    agentId: () => {
      if (call.actor.kind !== 'zendesk-agent') throw new ProblemError('forbidden');
      return call.actor.id;
    },
    lead: settings.lead,
    macros: (helpDeskCall) => findMacros(services.macros, call.ports.helpDesk, helpDeskCall),
    ...(knowledge !== undefined && { knowledge: (query) => knowledge(call, query) }),
    ...(meanings !== undefined && { meanings }),
    onStage: about.onStage,
  });
}
