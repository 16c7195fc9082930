import { readFile } from 'node:fs/promises';
import { serveSite, type SiteAnswer, type SiteServer } from '../serve-site.ts';
import { renderMissing, renderPage, shopTexts } from './render-page.ts';
import { slugs } from './shop-text.ts';
import type { ShopText, Slug } from './shop-text.ts';

/** The demo shop's own site, in which the chat of its AI agent stands. */
export type ShopSimulator = SiteServer & {
  /** HTML that goes before the end of every page, from now on. */
  setWidget(html: string): void;
};

const HTML = { 'Content-Type': 'text/html; charset=utf-8' };

/** Starts the site on 127.0.0.1; port 0 takes any free one. */
export async function startShopSimulator(options: { readonly port: number }): Promise<ShopSimulator> {
  const css = await readFile(new URL('shop.css', import.meta.url), 'utf8');
  let widget = '';
  const server = await serveSite(options.port, () => ({ url, headers }) => {
    if (url.pathname === '/shop.css')
      return { status: 200, text: css, headers: { 'Content-Type': 'text/css; charset=utf-8' } };
    return answerPage(url.pathname, headers['accept-language'] ?? '', widget);
  });
  return {
    ...server,
    setWidget: (html) => {
      widget = html;
    },
  };
}

function answerPage(path: string, accepted: string, widget: string): SiteAnswer {
  const [, language = '', slug = '', ...more] = path.split('/');
  const text = shopTexts.find((one) => one.language === language);
  if (path === '/') {
    const own = languageOf(accepted).language;
    return { status: 302, headers: { Location: `/${own}/` } };
  }
  if (text === undefined || more.length > 0 || !isSlug(slug))
    return { status: 404, text: renderMissing(text ?? languageOf(accepted), widget), headers: HTML };
  return { status: 200, text: renderPage(text, slug, widget), headers: HTML };
}

const isSlug = (slug: string): slug is Slug => (slugs as readonly string[]).includes(slug);

/** The first language of the browser that the shop speaks. */
function languageOf(accepted: string): ShopText {
  for (const part of accepted.split(',')) {
    const wanted = part.trim().slice(0, 2).toLowerCase();
    const found = shopTexts.find(({ language }) => language === wanted);
    if (found !== undefined) return found;
  }
  return shopTexts[0] as ShopText;
}
