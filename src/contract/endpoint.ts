import type { z } from 'zod';
import type { Permission } from './permissions.ts';

/** Who may call: chooses authentication, CORS and limits. */
export type Audience = 'public' | 'widget' | 'sidebar' | 'console' | 'operator';
/** Which audit event a call records, or why it records none. */
export type AuditDecision = { readonly event: `${string}.${string}` } | { readonly none: string };
/** What the caller must be allowed to do, or why nothing is asked. */
export type PermissionDecision = { readonly permission: Permission } | { readonly none: string };
export type RateClass = 'copilot' | 'session' | 'read' | 'write' | 'sign-in' | 'webhook' | 'health';

/** One address of the API, said once for server and browser. */
export interface Endpoint<P extends z.ZodType, B extends z.ZodType, R extends z.ZodType> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: `/${string}`;
  readonly summary: string;
  readonly audience: Audience;
  readonly permission: PermissionDecision;
  readonly audit: AuditDecision;
  readonly rateClass: RateClass;
  /** Asks for a second factor or password given within the last ten minutes. */
  readonly stepUp?: true;
  /** Bytes. */
  readonly bodyLimit: number;
  /** `stream`: server-sent events of `StreamEvent` instead of one JSON body. */
  readonly answers?: 'json' | 'stream';
  readonly params: P;
  readonly body: B;
  readonly response: R;
}

/** Checks a definition's types and returns it as it is. */
export function endpoint<P extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  definition: Endpoint<P, B, R>,
): Endpoint<P, B, R> {
  return definition;
}
