import { contents } from './transient-contents.ts';
import type { Transient } from './transient.ts';

/** The three places content may leave to; who may import this file is a floor rule. */
export type Sink = 'model-provider' | 'help-desk' | 'reply';

/** The only way out of a Transient. */
export function reveal<T>(transient: Transient<T>, _to: Sink): T {
  return contents.of(transient) as T;
}
