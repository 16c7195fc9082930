import { readFileSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';

/** A person who can be signed in at the desk; ids are the simulator's user ids. */
export type WorkspaceAgent = {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly role: 'agent' | 'admin';
  readonly groups: readonly { readonly id: number; readonly name: string }[];
};

/** What the sidebar app is told about its own installation (the apps framework's metadata). */
export type WorkspaceApp = {
  readonly appId: number;
  readonly installationId: number;
  readonly name: string;
  readonly version: string;
  readonly settings: Readonly<Record<string, unknown>>;
};

/** How the desk page is set up; `agents` and `app` may be functions when they change while it runs. */
export type WorkspaceOptions = {
  readonly subdomain: string;
  readonly agents: readonly WorkspaceAgent[] | (() => readonly WorkspaceAgent[]);
  readonly app?: WorkspaceApp | (() => WorkspaceApp);
  readonly planName?: string;
  readonly timeZone?: string;
};

const DEFAULT_APP: WorkspaceApp = {
  appId: 1,
  installationId: 1,
  name: 'InDesk',
  version: '1.0.0',
  settings: {},
};

const PAGE_FOLDER = new URL('./page/', import.meta.url);

// The sidebar is posted to and framed from another loopback port, so those two directives stay wide.
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  'frame-src http: https:',
  'form-action http: https:',
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ts: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

type Asset = { readonly modifiedAt: number; readonly body: string };

/**
 * Builds the handler of the agent workspace page: `/agent`, `/agent/tickets/:id`, `/agent/assets/*`.
 * The handler answers false, and touches nothing, when the path is not its own.
 */
export function workspaceHandler(
  options: WorkspaceOptions,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const assets = new Map<string, Asset>();
  return (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (path !== '/agent' && !path.startsWith('/agent/')) return false;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      send(request, response, 405, 'text/plain; charset=utf-8', 'Only GET works here.');
      return true;
    }
    if (path === '/agent/assets/config.json') {
      send(request, response, 200, 'application/json', JSON.stringify(describeDesk(options)));
    } else if (path.startsWith('/agent/assets/')) {
      sendAsset(request, response, path.slice('/agent/assets/'.length), assets);
    } else if (/^\/agent\/?$|^\/agent\/tickets\/\d+\/?$/.test(path)) {
      response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
      send(request, response, 200, 'text/html; charset=utf-8', readPageFile('page.html', assets).body);
    } else {
      send(request, response, 404, 'text/plain; charset=utf-8', 'There is no such page at this desk.');
    }
    return true;
  };
}

function describeDesk(options: WorkspaceOptions): Record<string, unknown> {
  const app = typeof options.app === 'function' ? options.app() : (options.app ?? DEFAULT_APP);
  return {
    subdomain: options.subdomain,
    planName: options.planName ?? 'Suite Professional',
    timeZone: options.timeZone ?? 'UTC',
    agents: typeof options.agents === 'function' ? options.agents() : options.agents,
    app,
  };
}

function sendAsset(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  assets: Map<string, Asset>,
): void {
  const extension = /^[a-z0-9-]+\.(ts|css|svg)$/.exec(name)?.[1];
  const contentType = extension === undefined ? undefined : CONTENT_TYPES[extension];
  if (contentType === undefined) {
    send(request, response, 404, 'text/plain; charset=utf-8', 'There is no such file.');
    return;
  }
  try {
    send(request, response, 200, contentType, readPageFile(name, assets).body);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    send(request, response, 404, 'text/plain; charset=utf-8', 'There is no such file.');
  }
}

function readPageFile(name: string, assets: Map<string, Asset>): Asset {
  const file = new URL(name, PAGE_FOLDER);
  const modifiedAt = statSync(file).mtimeMs;
  const known = assets.get(name);
  if (known?.modifiedAt === modifiedAt) return known;
  const text = readFileSync(file, 'utf8');
  const asset = { modifiedAt, body: name.endsWith('.ts') ? stripTypeScriptTypes(text) : text };
  assets.set(name, asset);
  return asset;
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string,
): void {
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-cache',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
