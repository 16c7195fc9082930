import { DemoShop, furnishDemoShop } from './services/sandbox/demo-shop.ts';
import { ensureSubscription } from './services/subscriptions/create-subscription.ts';
import type { Program } from './start.ts';

export interface DemoShopOptions {
  /** Name of the subscription it belongs to. */
  readonly subscription: string;
  /** Where browsers reach this server. */
  readonly publicUrl: string;
}

/**
 * Furnishes the simulated shop, when there is one, without anybody waiting for it: its AI agent, what that knows, and the chat
 * in its pages. Returns what stops it.
 */
export function startDemoShop(program: Program, options: DemoShopOptions): () => Promise<void> {
  const { config, ports } = program;
  const { sandboxUrl } = config;
  if (sandboxUrl === undefined || config.role === 'work') return async () => {};
  const stopping = new AbortController();
  const done = furnish(program, sandboxUrl.replace(/\/$/, ''), options, stopping.signal).catch(
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
  { subscription, publicUrl }: DemoShopOptions,
  signal: AbortSignal,
): Promise<void> {
  const { ports } = program;
  const ask = ports.egress.fetchFor('zendesk');
  const told = await ask(`${sandboxUrl}/_sandbox/shop`, { signal });
  if (told.status === 404) return;
  const shop = DemoShop.parse(await told.json());
  const subscriptionId = await ensureSubscription(ports, subscription);
  const html = await furnishDemoShop(program.operatorCall(subscriptionId, signal), shop, publicUrl);
  await ask(`${sandboxUrl}/_sandbox/shop/widget`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ html }),
    signal,
  });
  ports.logger.info('demo-shop.ready');
}
