import { createContext, useContext } from 'react';
import type { z } from 'zod';
import type { FeatureName, sidebarState } from '../../../src/contract/copilot.ts';
import type { ApiClient } from '../../shared/api-client.ts';
import type { ZafClient } from '../../shared/zaf-client.ts';
import type { SentPrompt } from '../state/sent-prompts.ts';
import type { Translate } from '../strings/translate.ts';
import type { Composer } from './use-composer.ts';

export type SidebarSettings = z.infer<typeof sidebarState.response>;

/** What every card works with. */
export interface Sidebar {
  readonly api: ApiClient;
  readonly zaf: ZafClient;
  readonly ticketId: number;
  /** Zendesk's id of the signed-in agent; null when the host did not tell. */
  readonly agentId: number | null;
  readonly subdomain: string;
  readonly settings: SidebarSettings;
  /** Switched on for the subscription and not hidden from the agent's role. */
  readonly isOn: (feature: FeatureName) => boolean;
  /** The ticket is a chat conversation. */
  readonly messaging: boolean;
  readonly t: Translate;
  readonly composer: Composer;
  /** What models were sent since the page opened, newest of each feature; in the page's memory only. */
  readonly prompts: readonly SentPrompt[];
  readonly addPrompt: (prompt: Omit<SentPrompt, 'at'>) => void;
  /** Says a finished thing to a screen reader. */
  readonly announce: (text: string) => void;
}

export const SidebarContext = createContext<Sidebar | null>(null);

/** The sidebar around a card; throws outside of one. */
export function useSidebar(): Sidebar {
  const sidebar = useContext(SidebarContext);
  if (sidebar === null) throw new Error('useSidebar needs a SidebarContext around it');
  return sidebar;
}
