import { ProblemError, toProblem } from '../kernel/problem-error.ts';
import { problemTypes } from '../kernel/problem-types.ts';
import { platformSubscriptionId } from '../kernel/platform.ts';
import { shutConnection } from '../services/integrations/zendesk-clients.ts';
import type { Program } from '../start.ts';
import { unopenableLines } from './key-commands.ts';

const noEmbeddingModel =
  'none. No embedding model: knowledge is searched by words only (npm run model -- fetch)';

/** Looks at every part and says what works, what does not, and what to do. */
export async function diagnose(program: Program, subscriptionId: string): Promise<readonly string[]> {
  const { ports, settings, config } = program;
  const call = program.operatorCall(subscriptionId);
  const check = async (name: string, look: () => Promise<string>): Promise<string> => {
    try {
      return `ok    ${name}: ${await look()}`;
    } catch (error) {
      const problem = toProblem(error);
      return `FAIL  ${name}: ${problem.detail ?? problemTypes[problem.type].title}. ${problemTypes[problem.type].wayOut}`;
    }
  };
  const unopenable: string[] = [];
  const lines = [
    await check('database', async () => {
      if (!(await ports.database.ready())) throw new Error('not ready');
      return `${ports.database.engine}, migrations at head`;
    }),
    await check('secrets', async () => {
      settings.forget(subscriptionId);
      const shut = await Promise.all(
        [subscriptionId, platformSubscriptionId].map((id) => unopenableLines(program, id)),
      );
      unopenable.push(...shut.flat());
      return unopenable.length > 0
        ? 'some values cannot be opened, see below'
        : `every sealed value opens (${config.rootKey === undefined ? config.keyFile : 'INDESK_ROOT_KEY'})`;
    }),
    await check('embedding model', async () => {
      const state = await ports.embedder.settled();
      if (state.kind === 'ready') return `${state.model.name} (${state.model.id.slice(0, 19)}…)`;
      if (state.kind === 'unfit')
        throw new ProblemError('embedding-unavailable', {
          detail: `The model cannot be used: ${state.reason}`,
        });
      return noEmbeddingModel;
    }),
    await check('Zendesk', async () => {
      const { zendesk, zendeskStatus } = await settings.get(subscriptionId);
      if (zendesk === undefined && zendeskStatus === 'reconnect-needed')
        throw new ProblemError('zendesk-reconnect-needed', { detail: shutConnection });
      if (zendesk === undefined) return 'not connected yet: npm run indesk -- connect zendesk';
      const { scopes } = await ports.helpDesk.checkConnection({ connection: zendesk, signal: call.signal });
      return `${zendesk.subdomain}, granted ${scopes.join(' ')}`;
    }),
    await check('AI provider', async () => {
      const { provider } = await settings.get(subscriptionId);
      if (provider === undefined) return 'none yet: npm run indesk -- provider add';
      const { state } = await ports.modelProvider.checkKey(provider, call.signal);
      return `${provider.kind} ${provider.model}${provider.demo ? ' (offline demo model)' : ''}, key ${state}`;
    }),
  ];
  return [...lines, ...unopenable];
}
