import { uuidIds } from '../../src/adapters/system/clock.ts';
import type { Receipt } from '../../src/contract/stream-events.ts';

/** A receipt of a call that asked a model, made now. */
export const receiptOf = (more: Partial<Receipt> = {}): Receipt => ({
  id: uuidIds.next(),
  feature: 'suggest-reply',
  ticketId: 35436,
  at: new Date().toISOString(),
  providerKind: 'openai',
  providerHost: 'api.example',
  model: 'm',
  promptVersion: 0,
  demo: false,
  commentsSent: 1,
  sourcesSent: 0,
  valuesMasked: 0,
  masked: {},
  providerCalls: 1,
  helpDeskCalls: 1,
  inputTokens: 100,
  cachedInputTokens: 40,
  outputTokens: 10,
  reasoningTokens: 3,
  costNanoUsd: 1_000,
  costQuality: 'catalog',
  outcome: 'ok',
  durationMs: 12,
  ...more,
});
