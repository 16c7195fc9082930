import { DemoShop, furnishDemoShop } from './services/sandbox/demo-shop.ts';
import { ensureSubscription } from './services/subscriptions/create-subscription.ts';
import { defaultSubscription, type Program } from './start.ts';

/**
 * Furnishes the simulated shop, when there is one, without anybody waiting for it: its AI agent, what that knows, and the chat
 * in its pages. `publicUrl` is where browsers reach this server. Returns what stops it.
 */
export function startDemoShop(program: Program, publicUrl: string): () => Promise<void> {
  const { config, ports } = program;
  const { sandboxUrl } = config;
  if (sandboxUrl === undefined || config.role === 'work') return async () => {};
  const stopping = new AbortController();
  const done = furnish(program, sandboxUrl.replace(/\/$/, ''), publicUrl, stopping.signal).catch(
    (error: unknown) => {
      if (!stopping.signal.aborted)
        ports.logger.warn('demo-shop.not-furnished', {
          problem: error instanceof Error ? error.name : 'unknown',
        });
    },
  );
  return async () => {
    stopping.abort();
    await done;
  };
}

async function furnish(
  program: Program,
  sandboxUrl: string,
  publicUrl: string,
  signal: AbortSignal,
): Promise<void> {
  const { ports } = program;
  const ask = ports.egress.fetchFor('zendesk');
  const told = await ask(`${sandboxUrl}/_sandbox/shop`, { signal });
  if (told.status === 404) return;
  const shop = DemoShop.parse(await told.json());
  const subscriptionId = await ensureSubscription(ports, defaultSubscription);
  const html = await furnishDemoShop(program.operatorCall(subscriptionId, signal), shop, publicUrl);
  await ask(`${sandboxUrl}/_sandbox/shop/widget`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ html }),
    signal,
  });
  ports.logger.info('demo-shop.ready');
}
