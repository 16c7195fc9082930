import { gunzipSync } from 'node:zlib';
import { Parser } from 'htmlparser2';

/** Bytes of a sitemap, unpacked. */
export const largestSitemap = 10 * 1024 * 1024;

export interface SitemapEntry {
  readonly address: string;
  /** As it stands there; null when it does not. */
  readonly lastModified: string | null;
}

/** What a sitemap names: pages, or further sitemaps. */
export interface Sitemap {
  readonly pages: readonly SitemapEntry[];
  readonly sitemaps: readonly SitemapEntry[];
}

const mostEntries = 50_000;

/** Reads a sitemap or an index of them, packed or not; undefined when it is neither, or unpacks to more than the limit. */
export function readSitemap(bytes: Uint8Array): Sitemap | undefined {
  const text = unpacked(bytes);
  if (text === undefined) return undefined;
  const pages: SitemapEntry[] = [];
  const sitemaps: SitemapEntry[] = [];
  let isSitemap = false;
  let field: 'loc' | 'lastmod' | undefined;
  let loc = '';
  let lastmod = '';
  const parser = new Parser(
    {
      onopentag(name) {
        const tag = local(name);
        if (tag === 'urlset' || tag === 'sitemapindex') isSitemap = true;
        if (tag === 'url' || tag === 'sitemap') [loc, lastmod] = ['', ''];
        // `image:loc` and its like are addresses of other things.
        field = name === tag && (tag === 'loc' || tag === 'lastmod') ? tag : undefined;
      },
      ontext(part) {
        if (field === 'loc') loc += part;
        else if (field === 'lastmod') lastmod += part;
      },
      onclosetag(name) {
        field = undefined;
        const list = local(name) === 'url' ? pages : local(name) === 'sitemap' ? sitemaps : undefined;
        if (list === undefined || loc.trim() === '' || list.length >= mostEntries) return;
        list.push({ address: loc.trim(), lastModified: lastmod.trim() === '' ? null : lastmod.trim() });
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.end(text);
  return isSitemap ? { pages, sitemaps } : undefined;
}

const local = (name: string): string => name.replace(/^[a-z0-9]+:/i, '').toLowerCase();

function unpacked(bytes: Uint8Array): string | undefined {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  try {
    return new TextDecoder().decode(
      isPacked ? gunzipSync(bytes, { maxOutputLength: largestSitemap }) : bytes,
    );
  } catch {
    return undefined;
  }
}
