export const agentTabs = ['settings', 'knowledge', 'try', 'questions', 'statistics', 'site'] as const;
export type AgentTab = (typeof agentTabs)[number];

/** Where in the console somebody is; it stands behind the `#` of the address. */
export type Route =
  | { readonly page: 'agents' }
  | { readonly page: 'agent'; readonly id: string; readonly tab: AgentTab };

/** Anything that is no place leads to the list. */
export function readRoute(hash: string): Route {
  const [, id, tab] = /^#\/agents\/([0-9a-f-]{36})(?:\/([a-z]+))?$/.exec(hash) ?? [];
  if (id === undefined) return { page: 'agents' };
  return { page: 'agent', id, tab: agentTabs.find((one) => one === tab) ?? 'settings' };
}

export const agentHref = (id: string, tab: AgentTab): string => `#/agents/${id}/${tab}`;
