import type { CopilotCall, CopilotServices } from './copilot-call.ts';
import type { Emit } from './feature-event.ts';
import { features } from './features/index.ts';
import {
  announce,
  answerOf,
  finishing,
  isEnabled,
  prepare,
  type FeatureOutcome,
  type Running,
} from './run-feature.ts';

/** The ability that reads a ticket with a model when it is opened. */
const reading = 'ticket-insight';

/**
 * Opens a ticket: one call of the model at most, and the cards of every ability that needs none, each as it comes.
 * All share one reading of the ticket and one receipt. A card that fails says so and stops no other.
 */
export async function openTicket(
  call: CopilotCall,
  services: CopilotServices,
  run: { readonly body: unknown; readonly emit: Emit; readonly showsPrompt?: boolean },
): Promise<FeatureOutcome> {
  const prepared = prepare(call, services, { ...run, feature: reading });
  const running = prepared instanceof Promise ? await prepared : prepared;
  announce(running);
  return finishing(running, async () => {
    const [answer] = await Promise.all([answerOf(running), showCards(running, run.emit)]);
    return answer;
  });
}

async function showCards(running: Running, emit: Emit): Promise<void> {
  const cards = features.filter(
    (feature) => feature.opensWithTicket && feature.name !== reading && isEnabled(running.settings, feature),
  );
  await Promise.all(
    cards.map(async (feature) => {
      try {
        const { output } = await answerOf({
          ...running,
          feature,
          connection: undefined,
          degraded: null,
          emit: undefined,
        });
        emit({ type: 'card', feature: feature.name, value: output });
      } catch (error) {
        if (!running.call.signal.aborted) emit({ type: 'card-problem', feature: feature.name, error });
      }
    }),
  );
}
