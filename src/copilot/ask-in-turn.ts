import { ProblemError } from '../kernel/problem-error.ts';
import type { ProblemType } from '../kernel/problem-types.ts';
import type { Transient } from '../kernel/transient.ts';
import type { ModelConnection } from '../ports/model-provider.ts';
import { askModel, type Asking } from './ask-model.ts';
import type { Context, Need } from './context/catalogue.ts';
import type { Emit } from './feature-event.ts';

/** A provider or its account does not work now; another one may. */
export const passesOn: ReadonlySet<ProblemType> = new Set([
  'provider-auth',
  'provider-quota',
  'provider-rate-limited',
  'provider-overloaded',
  'provider-unreachable',
  'provider-timeout',
  'provider-model-not-found',
]);

/**
 * Asks the connection of the call and, while none can answer, those the subscription lets stand in, in their order. Once
 * something of an answer was shown nobody else is asked. Throws what the first one failed with; the meter knows who was asked last.
 */
export async function askInTurn(
  asking: Asking,
  standIns: readonly ModelConnection[],
  context: Transient<Context<Need>>,
  input: Transient<object>,
  evidence: Promise<Transient<unknown>>,
): Promise<Transient<unknown>> {
  if (standIns.length === 0) return askModel(asking, context, input, evidence);
  let first: ProblemError | undefined;
  for (const connection of [asking.connection, ...standIns]) {
    asking.meter.asked = connection;
    let isShown = false;
    const emit: Emit | undefined =
      asking.emit &&
      ((event) => {
        isShown ||= event.type === 'text-delta' || event.type === 'partial';
        asking.emit?.(event);
      });
    try {
      return await askModel({ ...asking, connection, emit }, context, input, evidence);
    } catch (error) {
      if (isShown || asking.call.signal.aborted || !(error instanceof ProblemError)) throw error;
      if (!passesOn.has(error.type)) throw error;
      first ??= error;
    }
  }
  throw first;
}
