import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { makeSelfSigned } from '../certificate.ts';
import { parsed, serveSite, type SiteAnswer, type SiteRequest, type SiteServer } from '../serve-site.ts';
import { showPage, WEB_PAGES } from './content.ts';

/** A running simulated web site; its state may be changed to see what a reader makes of it. */
export type WebSimulator = SiteServer & {
  readonly state: WebState;
  /** PEM text that a reader has to believe; it vouches for this machine's own address alone. */
  readonly certificate: string;
};

export type WebState = {
  /** Text of robots.txt. */
  robots: string;
  /** Further pages or other texts of pages, by path: HTML of the main part; null for one that is gone. */
  readonly pages: Map<string, string | null>;
  /** Where `/go/elsewhere` leads. */
  elsewhere: string;
};

const HTML = { 'Content-Type': 'text/html; charset=utf-8' };
const XML = { 'Content-Type': 'application/xml; charset=utf-8' };

const ROBOTS = `# What programs may read
User-agent: *
Disallow: /account/
Disallow: /*?sort=
Allow: /account/terms

User-agent: GreedyBot
Disallow: /
`;

/** Starts the site on 127.0.0.1; port 0 takes any free one. */
export async function startWebSimulator(options: { readonly port: number }): Promise<WebSimulator> {
  const state: WebState = { robots: ROBOTS, pages: new Map(), elsewhere: 'https://elsewhere.example/' };
  const secure = makeSelfSigned();
  const server = await serveSite(
    options.port,
    (origin) => (request) =>
      request.url.pathname === '/_sandbox/pages'
        ? putPage(state, request)
        : answer(state, origin, request.url.pathname),
    secure,
  );
  return { ...server, state, certificate: secure.certificate };
}

const pageSchema = z.object({ path: z.string().startsWith('/'), main: z.string().nullable() });

/** `POST /_sandbox/pages`: another text for a page, a new page, or none any more. */
function putPage(state: WebState, { method, body }: SiteRequest): SiteAnswer {
  const page = pageSchema.safeParse(parsed(body));
  if (method !== 'POST' || !page.success) return { status: 400, json: { error: 'A page is expected.' } };
  state.pages.set(page.data.path, page.data.main);
  return { status: 201, json: page.data };
}

function answer(state: WebState, origin: string, path: string): SiteAnswer {
  const changed = state.pages.get(path);
  if (changed === null) return { status: 404, text: 'Not found' };
  const page = WEB_PAGES.find((candidate) => candidate.path === path);
  if (changed !== undefined || page !== undefined) {
    const known = page ?? { path, title: path, language: 'en', main: '', changed: '' };
    return {
      status: 200,
      text: showPage(origin, { ...known, main: changed ?? known.main }),
      headers: { ...HTML, 'Last-Modified': 'Sun, 11 Oct 2026 10:00:00 GMT' },
    };
  }
  return special(state, origin, path) ?? { status: 404, text: 'Not found' };
}

function special(state: WebState, origin: string, path: string): SiteAnswer | undefined {
  const redirect = (status: number, location: string): SiteAnswer => ({
    status,
    headers: { Location: location },
  });
  switch (path) {
    case '/robots.txt':
      return { status: 200, text: state.robots };
    case '/':
      return {
        status: 200,
        text: showPage(origin, {
          path,
          title: 'Brookline Outfitters',
          language: 'en',
          changed: '',
          main: WEB_PAGES.map((page) => `<p><a href="${page.path}">${page.title}</a></p>`).join(''),
        }),
        headers: HTML,
      };
    case '/sitemap-index.xml':
      return { status: 200, text: sitemapIndex(origin), headers: XML };
    case '/sitemap.xml':
      return { status: 200, text: sitemap(state, origin), headers: XML };
    case '/sitemap-more.xml.gz':
      return {
        status: 200,
        bytes: gzipSync(urlset([`<url><loc>${origin}/coffee/brewing</loc></url>`])),
        headers: { 'Content-Type': 'application/gzip' },
      };
    case '/sitemap-bomb.xml.gz':
      return {
        status: 200,
        bytes: gzipSync(Buffer.alloc(64 * 1024 * 1024, '<url>')),
        headers: { 'Content-Type': 'application/gzip' },
      };
    case '/account/orders':
      return { status: 200, text: '<h1>Orders</h1><p>Somebody’s orders.</p>', headers: HTML };
    case '/go/tent':
      return redirect(301, '/tents/setting-up');
    case '/go/account':
      return redirect(302, '/account/orders');
    case '/go/elsewhere':
      return redirect(302, state.elsewhere);
    case '/go/round':
      return redirect(302, '/go/round');
    case '/huge':
      return { status: 200, text: `<p>${'many words '.repeat(600_000)}</p>`, headers: HTML };
    case '/bomb':
      return {
        status: 200,
        bytes: gzipSync(Buffer.alloc(256 * 1024 * 1024, 'a')),
        headers: { ...HTML, 'Content-Encoding': 'gzip' },
      };
    case '/catalogue.pdf':
      return { status: 200, text: '%PDF-1.7', headers: { 'Content-Type': 'application/pdf' } };
    case '/notes.txt':
      return { status: 200, text: 'Opening hours\n\nMonday to Friday, 9 to 17.' };
    case '/latin':
      return {
        status: 200,
        bytes: Buffer.from('<html><head><title>Grüße</title></head><p>Größe</p></html>', 'latin1'),
        headers: { 'Content-Type': 'text/html; charset=iso-8859-1' },
      };
    case '/private-note':
      return {
        status: 200,
        text: '<html><head><meta name="robots" content="noindex, nofollow"></head><p>Not for programs.</p></html>',
        headers: HTML,
      };
    default:
      return undefined;
  }
}

const urlset = (entries: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">${entries.join('')}</urlset>`;

function sitemap({ pages }: WebState, origin: string): string {
  const today = new Date().toISOString();
  const own = WEB_PAGES.filter(({ path }) => path !== '/coffee/brewing' && !pages.has(path));
  const put = [...pages].filter(([, main]) => main !== null).map(([path]) => ({ path, changed: today }));
  return urlset([
    ...[...own, ...put].map(
      ({ path, changed }) =>
        `<url><loc>${origin}${path}</loc><lastmod>${changed}</lastmod><image:image><image:loc>${origin}/a.png</image:loc></image:image></url>`,
    ),
    `<url><loc>${origin}/account/orders</loc></url>`,
    '<url><loc>https://elsewhere.example/page</loc></url>',
  ]);
}

const sitemapIndex = (origin: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>${origin}/sitemap.xml</loc></sitemap><sitemap><loc>${origin}/sitemap-more.xml.gz</loc></sitemap><sitemap><loc>${origin}/sitemap-bomb.xml.gz</loc></sitemap></sitemapindex>`;
