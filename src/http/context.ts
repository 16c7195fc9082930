import type { Ports } from '../ports/ports.ts';
import type { Authenticators } from './authenticate.ts';
import type { SidebarSessions } from '../services/sessions/sidebar-session.ts';
import type { SettingsReader } from '../services/settings/settings-reader.ts';
import type { CallLedger } from '../services/usage/call-ledger.ts';

/** What the routes are given: the ports and the services that keep state in memory. */
export interface HttpContext {
  readonly ports: Ports;
  readonly settings: SettingsReader;
  readonly ledger: CallLedger;
  readonly sessions: SidebarSessions;
  readonly authenticators: Authenticators;
  readonly streams: OpenStreams;
  /** Folder with the built sidebar. */
  readonly webDirectory: string;
  readonly sidebarOrigins: readonly string[];
  readonly requestsPerMinute: number;
  readonly isDraining: () => boolean;
}

/** Streams being answered, so that a shutdown can end them instead of waiting for ever. */
export interface OpenStreams {
  add(abort: AbortController): void;
  delete(abort: AbortController): void;
  abortAll(): void;
  readonly size: number;
}

export function createOpenStreams(): OpenStreams {
  const open = new Set<AbortController>();
  return {
    add: (abort) => void open.add(abort),
    delete: (abort) => void open.delete(abort),
    abortAll: () => open.forEach((abort) => abort.abort()),
    get size() {
      return open.size;
    },
  };
}
