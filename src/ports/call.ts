import type { AuditEvent } from './audit.ts';
import type { Ports } from './ports.ts';

/** Who acts. Ids only: no name, no e-mail. */
export type Actor =
  | { readonly kind: 'zendesk-agent'; readonly id: number }
  | { readonly kind: 'account'; readonly id: string }
  /** An operator's account, or `command-line` on the host itself. */
  | { readonly kind: 'operator'; readonly id: string }
  | { readonly kind: 'admin-token'; readonly id: string }
  | { readonly kind: 'anonymous'; readonly id: 'anonymous' }
  | { readonly kind: 'system'; readonly id: string };

/** Who, for whom, until when, with which ports. */
export interface Call<P extends keyof Ports = never> {
  readonly subscriptionId: string;
  readonly actor: Actor;
  readonly requestId: string;
  /** Aborts when the caller has gone or the deadline is over. */
  readonly signal: AbortSignal;
  readonly ports: Pick<Ports, P>;
}

export type { AuditEvent };
