import type { AiAgentOutcome } from '../../contract/questions.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { readAiAgentLine } from './ai-agent-queries.ts';
import { readOutcomes } from './outcome-queries.ts';

/** How conversations ended, by day. Throws `not-found`. */
export const listOutcomes = (
  call: Pick<Call<'database'>, 'subscriptionId' | 'ports'>,
  aiAgentId: string,
): Promise<AiAgentOutcome[]> =>
  call.ports.database.read(call, async (tx) => {
    if ((await readAiAgentLine(tx, aiAgentId)) === undefined) throw new ProblemError('not-found');
    return readOutcomes(tx, aiAgentId);
  });
