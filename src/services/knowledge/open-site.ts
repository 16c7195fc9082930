import type { KnowledgeSettings } from '../../contract/knowledge.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Transient } from '../../kernel/transient.ts';
import type { Call } from '../../ports/call.ts';
import type { ConfluenceAccess } from '../../ports/confluence.ts';
import type {
  ChangePage,
  ConfluenceSource,
  Fetched,
  HelpCenterSource,
  KnowledgeBase,
  KnowledgeSource,
  LocatorPage,
  ScoredLocator,
  WebSource,
} from '../../ports/knowledge-base.ts';
import type { SettingsReader } from '../settings/settings-reader.ts';

/** How each kind of source is reached; a kind that is left out cannot be read here. */
export interface KnowledgeSites {
  readonly confluence?: {
    readonly pages: KnowledgeBase<ConfluenceSource>;
    /** Opened for this call. Throws `confluence-not-connected`. */
    access(call: Pick<Call, 'subscriptionId'>): Promise<ConfluenceAccess>;
  };
  readonly helpCenter?: KnowledgeBase<HelpCenterSource>;
  readonly web?: KnowledgeBase<WebSource>;
  readonly settings: Pick<SettingsReader, 'get'>;
}

/** A source with its access opened; errors as `KnowledgeBase`. */
export interface OpenSite {
  list(cursor: string | null): Promise<LocatorPage>;
  read(externalIds: readonly string[]): Promise<readonly Fetched[]>;
  changedSince(since: string, cursor: string | null): Promise<ChangePage>;
  search(
    words: Transient<readonly string[]>,
    options: { readonly locale: string | null; readonly limit: number },
  ): Promise<readonly ScoredLocator[]>;
}

/** Opens the access to a source from elsewhere. Throws `zendesk-not-connected`, `confluence-not-connected`. */
export async function openSite(
  sites: KnowledgeSites,
  call: Pick<Call, 'subscriptionId' | 'signal'>,
  wanted: KnowledgeSettings,
): Promise<OpenSite> {
  const { subscriptionId, signal } = call;
  switch (wanted.kind) {
    case 'confluence': {
      if (sites.confluence === undefined) break;
      const access = await sites.confluence.access(call);
      return reach(sites.confluence.pages, { kind: 'confluence', access, spaces: wanted.spaces }, signal);
    }
    case 'help-center': {
      if (sites.helpCenter === undefined) break;
      const { zendesk } = await sites.settings.get(subscriptionId);
      if (zendesk === undefined) throw new ProblemError('zendesk-not-connected');
      const source = { kind: 'help-center', connection: zendesk, locales: wanted.locales } as const;
      return reach(sites.helpCenter, source, signal);
    }
    case 'web':
      if (sites.web === undefined) break;
      return reach(sites.web, { ...wanted, subscriptionId }, signal);
    default:
      throw new ProblemError('not-found');
  }
  throw new ProblemError('site-unavailable', { detail: 'Sources of this kind cannot be read here.' });
}

function reach<S extends KnowledgeSource>(base: KnowledgeBase<S>, source: S, signal: AbortSignal): OpenSite {
  const call = { source, signal };
  return {
    list: (cursor) => base.list(call, cursor),
    read: (externalIds) => base.read(call, externalIds),
    changedSince: (since, cursor) => base.changedSince(call, since, cursor),
    search: (words, options) => base.search(call, words, options),
  };
}
