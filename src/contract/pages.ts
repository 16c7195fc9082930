import type { Audience, AuditDecision, PermissionDecision, RateClass } from './endpoint.ts';

/** What a route outside the API says of itself: pages and files for browsers, health for orchestrators. */
export interface Page {
  readonly method: 'GET' | 'POST';
  readonly path: `/${string}`;
  readonly audience: Audience;
  readonly permission: PermissionDecision;
  readonly audit: AuditDecision;
  /** Which limit counts, or why none does. */
  readonly rateClass: RateClass | { readonly none: string };
  /** Bytes; 0 where no body is read. */
  readonly bodyLimit: number;
}

const file = {
  method: 'GET',
  audience: 'public',
  permission: { none: 'the same for everybody' },
  audit: { none: 'says nothing about anybody' },
  rateClass: { none: 'a constant answer, read from memory or disk' },
  bodyLimit: 0,
} as const;

/** For orchestrators: alive, started, ready. */
export const livenessPage: Page = { ...file, path: '/livez' };
export const startupPage: Page = { ...file, path: '/startupz' };
export const readinessPage: Page = { ...file, path: '/readyz' };

/** The sidebar opened without a token: the page says so. */
export const sidebarPage: Page = { ...file, path: '/sidebar' };
/** Zendesk posts a token it has signed; the page comes back with a session. */
export const sidebarSignInPage: Page = {
  ...file,
  method: 'POST',
  path: '/sidebar',
  permission: { none: 'a token signed by Zendesk is what is asked' },
  audit: { none: 'sidebar sessions are in the log and in the receipts of what they do' },
  rateClass: 'sign-in',
  bodyLimit: 16 * 1024,
};
/** Scripts and styles of the sidebar. */
export const sidebarAsset: Page = { ...file, path: '/sidebar/assets/:file' };

/** Where people come back to from Atlassian's consent page. */
export const confluenceReturn: Page = {
  ...file,
  path: '/oauth/confluence/callback',
  permission: { none: 'the state and the cookie of whoever began are what is asked' },
  audit: { event: 'confluence.connected' },
  rateClass: 'sign-in',
};

/** Where people come back to from Zendesk's consent page. */
export const zendeskReturn: Page = {
  ...file,
  path: '/oauth/zendesk/callback',
  permission: { none: 'the state and the cookie of whoever began are what is asked' },
  audit: { event: 'zendesk.connected' },
  rateClass: 'sign-in',
};

/** The script of the snippet: small, and the same for every page and AI agent. */
export const widgetLoader: Page = { ...file, path: '/widget/loader.js' };
/** The conversation of a visitor, in a frame on the customer's page; which pages may frame it says the published version of the AI agent. */
export const widgetFrame: Page = {
  ...file,
  path: '/widget/frame/:agentKey',
  permission: { none: 'a page on the list of the AI agent must be named, and be the one that frames it' },
  audit: { none: 'an empty page; the conversation comes with a session' },
  rateClass: 'read',
};
/** Scripts and styles of the frame. */
export const widgetAsset: Page = { ...file, path: '/widget/assets/:file' };

/** Where support leads sign in: an empty page until they have. */
export const consolePage: Page = { ...file, path: '/console' };
/** Scripts and styles of the console. */
export const consoleAsset: Page = { ...file, path: '/console/assets/:file' };
