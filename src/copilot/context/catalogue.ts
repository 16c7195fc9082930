import type { Source } from '../../contract/stream-events.ts';
import type { TicketWithComments } from '../../ports/help-desk.ts';

/** A passage found for the conversation, numbered as the model and the agent see it. */
export interface NumberedSource extends Source {
  readonly text: string;
}

export interface SourcesContext {
  readonly sources: readonly NumberedSource[];
}

/** Everything a feature can ask for; it sees only what it lists under `needs`. */
export interface ContextCatalogue {
  readonly ticket: TicketWithComments;
  readonly sources: SourcesContext;
}
export type Need = keyof ContextCatalogue;
export type Context<N extends Need> = Pick<ContextCatalogue, N>;
