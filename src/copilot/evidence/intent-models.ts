import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { LeadSettings } from '../../services/settings/lead-settings.ts';
import { trainIntentClassifier, type IntentClassifier } from './intent.ts';

// Trained on what the lead typed, never on tickets, so that it may outlive a call.
const models = new LRUCache<string, IntentClassifier>({ max: 50 });

/** The classifier of the lead's intents, trained once for the same list; undefined while no intent has an example. */
export function intentModel(intents: LeadSettings['intents']): IntentClassifier | undefined {
  if (!intents.some(({ examples }) => examples.length > 0)) return undefined;
  const key = createHash('sha256').update(JSON.stringify(intents)).digest('base64');
  const known = models.get(key);
  if (known !== undefined) return known;
  const trained = trainIntentClassifier(intents);
  models.set(key, trained);
  return trained;
}
