/** What the page remembers in this tab. Nothing where its browser keeps nothing. */
export interface PageStore {
  read(): PageState;
  write(change: Partial<PageState>): void;
}

export interface PageState {
  /** The widget is open. */
  readonly open: boolean;
  /** There is a conversation to come back to. */
  readonly talking: boolean;
  /** The frame's, where the frame's own storage is blocked. */
  readonly state: string | null;
}

const nothing: PageState = { open: false, talking: false, state: null };

export function createPageStore(agentKey: string): PageStore {
  const name = `indesk:${agentKey}`;
  let now = nothing;
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(name) ?? '{}');
    if (typeof kept === 'object' && kept !== null) {
      const { open, talking, state } = kept as Record<string, unknown>;
      now = {
        open: open === true,
        talking: talking === true,
        state: typeof state === 'string' ? state : null,
      };
    }
  } catch {
    // Blocked, or not ours: as if nothing was kept.
  }
  return {
    read: () => now,
    write: (change) => {
      now = { ...now, ...change };
      try {
        if (now.open || now.talking || now.state !== null) sessionStorage.setItem(name, JSON.stringify(now));
        else sessionStorage.removeItem(name);
      } catch {
        // Blocked or full: it lives as long as the page.
      }
    },
  };
}
