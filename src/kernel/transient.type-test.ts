// Compiled only: each line below that must not compile is proof of a guard, and `tsc` fails when one starts to.
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { JsonObject } from './json.ts';
import type { Logger } from '../ports/logger.ts';
import type { SecretBox } from '../ports/secret-box.ts';
import type { WriteTransaction } from '../ports/database.ts';
import { Transient } from './transient.ts';

declare const store: KeyValueStore;
declare const logger: Logger;
declare const box: SecretBox;
declare const tx: WriteTransaction;
const content = Transient.of('the customer wrote');

export function refusedByTheCompiler(): void {
  // @ts-expect-error a cache takes strings only
  void store.set('k', content, { ttlSeconds: 30 });
  // @ts-expect-error a log line takes allow-listed strings and numbers only
  logger.info('x', { code: content });
  // @ts-expect-error a log line has no free fields
  logger.info('x', { subject: 'a' });
  // @ts-expect-error content is never sealed either
  void box.seal(content, { subscriptionId: 's', table: 't', column: 'c', row: 'r' });
  // @ts-expect-error content is no JSON
  const json: JsonObject = { content };
  // @ts-expect-error a column takes no content
  void tx.insertInto('app.subscription').values({ id: 'x', name: content, plan: 'p', status: 'active' });
  // @ts-expect-error a measure is a number or a yes or no, never text
  content.measure((text) => text);
  // @ts-expect-error one content is not another
  const other: Transient<number> = content;
  void [json, other];
}
