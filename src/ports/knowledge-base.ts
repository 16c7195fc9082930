import type { ProblemType } from '../kernel/problem-types.ts';
import type { Transient } from '../kernel/transient.ts';
import type { ConfluenceAccess } from './confluence.ts';
import type { HelpDeskConnection } from './help-desk.ts';
import type { KnowledgeDocument } from './knowledge-document.ts';

/** Pages of chosen Confluence spaces. */
export interface ConfluenceSource {
  readonly kind: 'confluence';
  readonly access: ConfluenceAccess;
  /** At least one; the id for listing, the key for searching. */
  readonly spaces: readonly { readonly id: string; readonly key: string }[];
}

/** Articles of the Help Center of the connected Zendesk account. */
export interface HelpCenterSource {
  readonly kind: 'help-center';
  readonly connection: HelpDeskConnection;
  /** Like `en-us`; empty: every language. */
  readonly locales: readonly string[];
}

/** Pages of the web: a list, or what a sitemap names. */
export interface WebSource {
  readonly kind: 'web';
  readonly subscriptionId: string;
  /** Absolute https addresses. */
  readonly urls: readonly string[];
  /** Absolute https addresses of sitemaps or sitemap indexes. */
  readonly sitemaps: readonly string[];
}

/** What is read and with which access. Opened credentials may stand in it: it is never stored or logged. */
export type KnowledgeSource = ConfluenceSource | HelpCenterSource | WebSource;

/** Where a document is, without its title or text: this may be stored. */
export interface Locator {
  /** Unique in its source: a page id, `locale/article id`, or the canonical address. */
  readonly externalId: string;
  /** Absolute https address a reader can open; no title in it for Confluence and the Help Center. */
  readonly url: string;
  /** Changes whenever the content may have; null where the site does not say before it is fetched. */
  readonly version: string | null;
  /** ISO 8601; null where the site does not say. */
  readonly updatedAt: string | null;
}

/** Part of a listing. */
export interface LocatorPage {
  readonly locators: readonly Locator[];
  /** Where the next part begins, as plain text that may be stored to go on after a restart; null: this was the last. */
  readonly next: string | null;
  /** Addresses that were passed over, and why: robots.txt, another host, too many. */
  readonly skipped: readonly { readonly url: string; readonly reason: SkipReason }[];
}

export type SkipReason = 'robots' | 'other-host' | 'not-an-address' | 'too-many' | 'unreadable';

/** What changed since a time: `locators` may hold documents that did not change after all; their `version` tells. */
export interface ChangePage extends LocatorPage {
  /** External ids the site names as gone or no longer readable; a full `list` finds all of them. */
  readonly gone: readonly string[];
  /** ISO 8601: the `since` of the next time, when `next` is null. Null: nothing was newer. */
  readonly until: string | null;
}

/** One document of a reading. */
export type Fetched =
  | {
      readonly externalId: string;
      readonly state: 'found';
      readonly url: string;
      /** As `Locator.version`, never null. */
      readonly version: string;
      readonly updatedAt: string | null;
      /**
       * Anybody may read it at its address: an article that is no draft and has no audience, a page of the web.
       * Always false for Confluence, which does not say; there the chosen space decides.
       */
      readonly public: boolean;
      readonly document: Transient<KnowledgeDocument>;
    }
  /** Deleted, moved out of the source, or no longer readable with this access. */
  | { readonly externalId: string; readonly state: 'gone' }
  /** This one failed and others may not have; auth and rate limits fail the whole reading instead. */
  | { readonly externalId: string; readonly state: 'failed'; readonly problem: ProblemType };

/** A locator found by the site's own search. */
export interface ScoredLocator extends Locator {
  /** From 1 for the first place downwards; sites give an order and no scores. */
  readonly score: number;
}

/** A piece of work on one source: abort signal, and a counter of round trips for the receipt. */
export interface SiteCall<S extends KnowledgeSource = KnowledgeSource> {
  readonly source: S;
  readonly signal: AbortSignal;
  readonly onRoundTrip?: () => void;
}

/**
 * Sites that knowledge is read from and fetched again when answering. A person's abort ends a call with the reason of
 * the signal, all else with a ProblemError: `confluence-reconnect-needed`, `confluence-forbidden`,
 * `confluence-rate-limited`, `confluence-unavailable`, their `zendesk-…` counterparts, `site-unavailable`,
 * `site-refused`, `site-unreadable`, `site-rate-limited`, `egress-refused`.
 */
export interface KnowledgeBase<S extends KnowledgeSource = KnowledgeSource> {
  /** Every document of the source, part by part. */
  list(call: SiteCall<S>, cursor: string | null): Promise<LocatorPage>;
  /** Documents by external id, several at once, in the order asked for. At most 100 ids. */
  read(call: SiteCall<S>, externalIds: readonly string[]): Promise<readonly Fetched[]>;
  /** What changed since then, looking five minutes further back. `since`: ISO 8601. */
  changedSince(call: SiteCall<S>, since: string, cursor: string | null): Promise<ChangePage>;
  /** The site's own search, best first; empty for a site without one. */
  search(
    call: SiteCall<S>,
    words: Transient<readonly string[]>,
    options: { readonly locale: string | null; readonly limit: number },
  ): Promise<readonly ScoredLocator[]>;
}
