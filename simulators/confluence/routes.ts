import { parsed, type SiteAnswer, type SiteRequest } from '../serve-site.ts';
import { CqlError } from './cql.ts';
import type { Page } from './content.ts';
import type { OAuth } from './oauth.ts';
import type { Json, Site } from './site.ts';

/** Everything the handlers work on. */
export type Simulation = {
  readonly site: Site;
  /** What the site is called to the outside. */
  readonly siteUrl: string;
  readonly cloudId: string;
  readonly email: string;
  /** Works at the site itself. */
  readonly apiToken: string;
  /** Works at Atlassian's API only. */
  readonly scopedToken: string;
  readonly oauth: OAuth;
  /** What the authorise page does: shows buttons, or answers as if one had been pressed. */
  readonly consent: { answer: 'ask' | 'allow' | 'deny' };
  readonly limits: {
    /** Points left in this hour for apps; 0 refuses. */
    pointsLeft: number;
    /** More than this many pages with bodies at once are too much work: 504. */
    largestPart: number;
  };
};

type Caller = { readonly scopes: readonly string[] | null };

const scopesOf = {
  pages: 'read:page:confluence',
  spaces: 'read:space:confluence',
  search: 'search:confluence',
};

/** Answers one request. */
export function answerRequest(simulation: Simulation, origin: string, request: SiteRequest): SiteAnswer {
  const { pathname } = request.url;
  if (pathname.startsWith('/_sandbox/')) return control(simulation, origin, request);
  if (pathname === '/_edge/tenant_info') return { status: 200, json: { cloudId: simulation.cloudId } };
  if (pathname === '/authorize') return authorize(simulation, request.url);
  if (pathname === '/oauth/token' && request.method === 'POST') {
    const { status, body } = simulation.oauth.token((parsed(request.body) ?? {}) as Json);
    return { status, json: body };
  }
  if (pathname === '/oauth/token/accessible-resources') return resources(simulation, origin, request);
  const ofApi = /^\/ex\/confluence\/([^/]+)(\/wiki\/.*)$/.exec(pathname);
  if (ofApi !== null && ofApi[1] !== simulation.cloudId) return failure(404, 'NOT_FOUND', 'No such cloud id');
  const path = ofApi?.[2] ?? pathname;
  const reader = /^\/wiki\/spaces\/[^/]+\/pages\/(\d+)/.exec(path);
  if (reader !== null) return readerPage(simulation, reader[1] ?? '');
  const caller = callerOf(simulation, request, ofApi !== null);
  if (caller === null)
    return {
      status: 401,
      json: { code: 401, message: 'Unauthorized' },
      headers: { 'WWW-Authenticate': 'OAuth realm="x"' },
    };
  const limited = ofApi === null ? {} : countPoints(simulation);
  if (limited === null)
    return {
      status: 429,
      json: { message: 'Rate limit exceeded' },
      headers: {
        'Retry-After': '2',
        'X-RateLimit-Remaining': '0',
        'RateLimit-Reason': 'confluence-quota-global',
      },
    };
  const answer = answerApi(simulation, origin, path, request, caller);
  return { ...answer, headers: { ...limited, ...answer.headers } };
}

function callerOf(simulation: Simulation, request: SiteRequest, ofApi: boolean): Caller | null {
  const [scheme, value = ''] = (request.headers.authorization ?? '').split(' ');
  if (scheme === 'Basic') {
    const [email, token] = Buffer.from(value, 'base64').toString('utf8').split(':');
    const wanted = ofApi ? simulation.scopedToken : simulation.apiToken;
    return email === simulation.email && token === wanted ? { scopes: null } : null;
  }
  const scopes = scheme === 'Bearer' && ofApi ? simulation.oauth.scopesOf(value) : null;
  return scopes === null ? null : { scopes };
}

function countPoints({ limits }: Simulation): Record<string, string> | null {
  if (limits.pointsLeft <= 0) return null;
  limits.pointsLeft -= 1;
  return {
    'X-RateLimit-Limit': '65000',
    'X-RateLimit-Remaining': String(limits.pointsLeft),
    'X-RateLimit-Reset': new Date(Date.now() + 2_000).toISOString(),
    'X-RateLimit-NearLimit': String(limits.pointsLeft < 100),
  };
}

function answerApi(
  simulation: Simulation,
  origin: string,
  path: string,
  request: SiteRequest,
  caller: Caller,
): SiteAnswer {
  const needs = (scope: string): SiteAnswer | null =>
    caller.scopes === null || caller.scopes.includes(scope)
      ? null
      : { status: 401, json: { code: 401, message: 'Unauthorized; scope does not match' } };
  const { site } = simulation;
  const { searchParams } = request.url;
  if (request.method !== 'GET') return failure(405, 'METHOD_NOT_ALLOWED', 'Method not allowed');
  if (path === '/wiki/api/v2/spaces')
    return (
      needs(scopesOf.spaces) ??
      part(origin, path, searchParams, [...site.spaces], (space) => site.showSpace(space))
    );
  if (path === '/wiki/rest/api/search')
    return needs(scopesOf.search) ?? search(simulation, origin, searchParams);
  const one = /^\/wiki\/api\/v2\/pages\/(\d+)$/.exec(path);
  if (one !== null) {
    const page = site.pages.get(one[1] ?? '');
    if (page === undefined || page.status === 'trashed') return failure(404, 'NOT_FOUND', 'Page not found');
    return (
      needs(scopesOf.pages) ?? { status: 200, json: site.showPage(page, searchParams.get('body-format')) }
    );
  }
  const ofSpace = /^\/wiki\/api\/v2\/spaces\/(\d+)\/pages$/.exec(path)?.[1];
  if (path === '/wiki/api/v2/pages' || ofSpace !== undefined)
    return needs(scopesOf.pages) ?? pages(simulation, origin, path, searchParams, ofSpace);
  return failure(404, 'NOT_FOUND', 'Not found');
}

function pages(
  { site, limits }: Simulation,
  origin: string,
  path: string,
  query: URLSearchParams,
  ofSpace: string | undefined,
): SiteAnswer {
  const all = (name: string): string[] => query.getAll(name).flatMap((value) => value.split(','));
  const limit = sizeOf(query);
  if (limit === null) return failure(400, 'INVALID_REQUEST_PARAMETER', 'limit has to be between 1 and 250');
  const format = query.get('body-format');
  if (limit > limits.largestPart) return { status: 504, text: 'upstream request timeout' };
  const found: Page[] = site.find({
    ids: all('id'),
    spaceIds: ofSpace === undefined ? all('space-id') : [ofSpace],
    statuses: all('status'),
    title: query.get('title'),
    sort: query.get('sort') ?? 'id',
  });
  return part(origin, path, query, found, (page) => site.showPage(page, format));
}

/** A part of a list by cursor. A next part is named whenever this one is full, also when nothing comes after it. */
function part<Item>(
  origin: string,
  path: string,
  query: URLSearchParams,
  items: readonly Item[],
  show: (item: Item) => Json,
): SiteAnswer {
  const limit = sizeOf(query) ?? 25;
  const cursor = query.get('cursor');
  const start = cursor === null ? 0 : Number(Buffer.from(cursor, 'base64url').toString('utf8').slice(1));
  if (Number.isNaN(start)) return failure(400, 'INVALID_REQUEST_PARAMETER', 'cursor is not valid');
  const shown = items.slice(start, start + limit);
  const links: Json = { base: `${origin}/wiki` };
  const headers: Record<string, string> = {};
  if (shown.length === limit) {
    const next = new URLSearchParams(query);
    next.set('cursor', Buffer.from(`@${start + limit}`).toString('base64url'));
    links['next'] = `${path}?${next.toString()}`;
    headers['Link'] = `<${String(links['next'])}>; rel="next"`;
  }
  return { status: 200, json: { results: shown.map(show), _links: links }, headers };
}

function sizeOf(query: URLSearchParams): number | null {
  const limit = Number(query.get('limit') ?? '25');
  return Number.isInteger(limit) && limit >= 1 && limit <= 250 ? limit : null;
}

function search({ site }: Simulation, origin: string, query: URLSearchParams): SiteAnswer {
  const cql = query.get('cql') ?? '';
  const limit = Math.min(sizeOf(query) ?? 25, 50);
  try {
    const found = site.search(cql);
    const results = found.slice(0, limit).map((page) => site.showHit(page));
    return {
      status: 200,
      json: {
        results,
        start: 0,
        limit,
        size: results.length,
        totalSize: found.length,
        cqlQuery: cql,
        searchDuration: 7,
        _links: { base: `${origin}/wiki`, context: '/wiki', self: `${origin}/wiki/rest/api/search` },
      },
    };
  } catch (error) {
    if (!(error instanceof CqlError)) throw error;
    return {
      status: 400,
      json: {
        statusCode: 400,
        data: { authorized: true, valid: false, errors: [], successful: false },
        message: error.message,
      },
    };
  }
}

function readerPage({ site }: Simulation, id: string): SiteAnswer {
  const page = site.pages.get(id);
  if (page === undefined || page.status !== 'current') return { status: 404, text: 'Page not found' };
  const html = page.body.replace(
    /<ac:parameter[^>]*>[^<]*<\/ac:parameter>|<\/?(?:ac|ri):[^>]*>|<!\[CDATA\[|\]\]>/g,
    '',
  );
  return {
    status: 200,
    text: `<!doctype html><html lang="en"><meta charset="utf-8"><title>${page.title}</title><main><h1>${page.title}</h1>${html}</main></html>`,
    headers: { 'Content-Type': 'text/html; charset=utf-8' },
  };
}

function resources(simulation: Simulation, origin: string, request: SiteRequest): SiteAnswer {
  const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ');
  const scopes = scheme === 'Bearer' ? simulation.oauth.scopesOf(token) : null;
  if (scopes === null) return { status: 401, json: { code: 401, message: 'Unauthorized' } };
  const confluence = scopes.filter((scope) => scope.includes('confluence'));
  return {
    status: 200,
    json: [
      {
        id: simulation.cloudId,
        url: simulation.siteUrl,
        name: 'brookline-demo',
        scopes: confluence,
        avatarUrl: `${origin}/avatar.png`,
      },
    ],
  };
}

function authorize(simulation: Simulation, url: URL): SiteAnswer {
  const value = (name: string): string => url.searchParams.get(name) ?? '';
  const wrong =
    value('audience') !== 'api.atlassian.com' ||
    value('client_id') !== simulation.oauth.app.id ||
    value('response_type') !== 'code' ||
    !/^https?:\/\//.test(value('redirect_uri'));
  if (wrong) return { status: 400, text: 'The request to authorise is not valid' };
  const back = (parameters: Readonly<Record<string, string>>): string => {
    const target = new URL(value('redirect_uri'));
    for (const [name, text] of Object.entries(parameters)) target.searchParams.set(name, text);
    target.searchParams.set('state', value('state'));
    return target.href;
  };
  const code = (): string => simulation.oauth.code(value('redirect_uri'), value('scope').split(' '));
  const denied = { error: 'access_denied', error_description: 'User did not authorize the request' };
  if (simulation.consent.answer === 'ask')
    return {
      status: 200,
      text: `<!doctype html><html lang="en"><meta charset="utf-8"><title>Authorise</title><main><h1>InDesk wants to read your Confluence</h1><p><a href="${back({ code: code() })}">Accept</a> <a href="${back(denied)}">Cancel</a></p></main></html>`,
      headers: { 'Content-Type': 'text/html; charset=utf-8' },
    };
  const target = simulation.consent.answer === 'allow' ? back({ code: code() }) : back(denied);
  return { status: 302, headers: { Location: target } };
}

function control(simulation: Simulation, origin: string, request: SiteRequest): SiteAnswer {
  const name = request.url.pathname.slice('/_sandbox/'.length);
  const body = (parsed(request.body) ?? {}) as Json;
  if (name === 'connection')
    return {
      status: 200,
      json: { url: origin, siteUrl: simulation.siteUrl, email: simulation.email, token: simulation.apiToken },
    };
  if (name === 'oauth')
    return { status: 200, json: { app: simulation.oauth.app, issued: simulation.oauth.issued } };
  if (name === 'pages' && request.method === 'POST') {
    const page = simulation.site.write(body as Partial<Page>);
    return { status: 201, json: { id: page.id, version: page.version } };
  }
  if (name === 'settings' && request.method === 'POST') {
    Object.assign(simulation.limits, body['limits'] ?? {});
    if (body['consent'] === 'ask' || body['consent'] === 'allow' || body['consent'] === 'deny')
      simulation.consent.answer = body['consent'];
    if (body['expireAccess'] === true) simulation.oauth.expireAccess();
    if (body['endAuthorizations'] === true) simulation.oauth.endAuthorizations();
    return { status: 204 };
  }
  return failure(404, 'NOT_FOUND', 'Not found');
}

const failure = (status: number, code: string, title: string): SiteAnswer => ({
  status,
  json: { errors: [{ status, code, title, detail: null }] },
});
