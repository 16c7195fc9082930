import { contents } from './transient-contents.ts';
import type { Transient } from './transient.ts';

/** The places content may leave to, and the thread of this program that embeds it; who may import this file is a floor rule. */
export type Sink = 'model-provider' | 'help-desk' | 'knowledge-site' | 'reply' | 'embedding' | 'sealing';

/** The only way out of a Transient. */
export function reveal<T>(transient: Transient<T>, _to: Sink): T {
  return contents.of(transient) as T;
}
