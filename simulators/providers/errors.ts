import type { Api, DialectName } from './dialects/dialect.ts';
import { vendorErrors } from './vendor-errors.ts';

/** What goes wrong, before each vendor says it in its own way. */
export type ErrorKind =
  | 'auth'
  | 'permission'
  | 'quota'
  | 'rate-limit'
  | 'overloaded'
  | 'server'
  | 'overflow'
  | 'model-not-found'
  | 'filtered'
  | 'bad-request'
  | 'too-large';

/** Facts an error message names. */
export interface ErrorFacts {
  readonly api: Api;
  readonly model: string;
  /** Prompt tokens, estimated. */
  readonly tokens: number;
  /** Set when the client asked for a certain HTTP status; several vendors say the same thing with different ones. */
  readonly status: number | null;
  /** Masked for messages that quote it. */
  readonly key: string;
}

/** An error as it goes over the wire. */
export interface WireError {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The kind of failure a bare HTTP status stands for. */
export function kindOfStatus(status: number, quota: boolean): ErrorKind {
  if (quota) return 'quota';
  switch (status) {
    case 401:
      return 'auth';
    case 402:
      return 'quota';
    case 403:
      return 'permission';
    case 404:
      return 'model-not-found';
    case 413:
      return 'too-large';
    case 429:
      return 'rate-limit';
    case 502:
    case 503:
    case 504:
    case 529:
      return 'overloaded';
    default:
      return status >= 500 ? 'server' : 'bad-request';
  }
}

/** The first and last characters of a key, as vendors quote it. */
export const maskKey = (key: string): string =>
  key.length < 8 ? '****' : `${key.slice(0, 3)}***${key.slice(-2)}`;

/** Says an error the vendor's way: status, body and headers. */
export function wireError(dialect: DialectName, kind: ErrorKind, facts: ErrorFacts): WireError {
  const error = vendorErrors[dialect](kind, facts);
  return facts.status === null ? error : { ...error, status: facts.status };
}
