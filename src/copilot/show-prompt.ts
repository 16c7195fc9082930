import { Transient } from '../kernel/transient.ts';
import { ProblemError } from '../kernel/problem-error.ts';
import type { Generation, ModelProvider, Prompt } from '../ports/model-provider.ts';
import { passedOn } from './prompt/shown-provider.ts';
import { askModel } from './ask-model.ts';
import type { CopilotCall, CopilotServices } from './copilot-call.ts';
import { askedAbout, type ModelFeature } from './define-feature.ts';
import { prepare } from './run-feature.ts';

class Seen extends Error {}

/** The prompt a feature would send, masked as it would be; no model is asked and nothing is counted. Of a ticket read in parts, the first part. */
export async function promptOf(
  call: CopilotCall,
  services: CopilotServices,
  run: { readonly feature: string; readonly body: unknown },
): Promise<Transient<Prompt>> {
  const prepared = prepare(call, services, { ...run, emit: undefined, asksNothing: true });
  const running = prepared instanceof Promise ? await prepared : prepared;
  const { feature, connection } = running;
  if (feature.model === undefined || connection === undefined)
    throw new ProblemError('invalid-request', { detail: 'This feature asks no model now.' });
  const context = await running.reader.read(feature.model.needs);
  const input = Transient.join(running.input);
  const asked = askedAbout(feature as ModelFeature, context, input);
  if (asked === undefined)
    throw new ProblemError('invalid-request', {
      detail: 'There is nothing to ask a model about this ticket.',
    });
  let seen: Transient<Prompt> | undefined;
  const stop = (generation: Generation): never => {
    seen ??= generation.prompt;
    throw new Seen();
  };
  const modelProvider: ModelProvider = {
    ...passedOn(call.ports.modelProvider),
    generate: async (generation) => stop(generation),
    // eslint-disable-next-line require-yield -- it ends before anything could be yielded
    stream: async function* (generation) {
      stop(generation);
    },
  };
  try {
    await askModel(
      {
        ...running,
        call: { ...call, ports: { ...call.ports, modelProvider } },
        feature: asked,
        connection,
      },
      context,
      input,
      Promise.resolve(Transient.of(undefined)),
    );
  } catch (error) {
    if (!(error instanceof Seen)) throw error;
  }
  if (seen === undefined) throw new ProblemError('internal');
  return seen;
}
