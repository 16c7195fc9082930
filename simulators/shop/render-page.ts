import { landscape, productPictures } from './pictures.ts';
import { slugs, type ProductText, type ShopText, type Slug } from './shop-text.ts';
import { english } from './text-en.ts';
import { german } from './text-de.ts';
import { spanish } from './text-es.ts';

/** The languages of the shop, the first for visitors of others. */
export const shopTexts: readonly ShopText[] = [english, german, spanish];

const address = (language: string, slug: Slug): string => `/${language}/${slug}`;

/** One page of the shop; `widget` is the snippet of the chat, empty while there is none. */
export function renderPage(text: ShopText, slug: Slug, widget: string): string {
  const page = text.pages[slug];
  const isStart = slug === '';
  return frame(
    text,
    slug,
    isStart ? 'Brookline Outfitters' : `${page.title} · Brookline Outfitters`,
    isStart ? startPage(text) : contentPage(text, slug),
    widget,
  );
}

/** The answer for a path that is none of the shop's. */
export const renderMissing = (text: ShopText, widget: string): string =>
  frame(
    text,
    undefined,
    `${text.notFound} · Brookline Outfitters`,
    `<main id="content"><h1>${text.notFound}</h1></main>`,
    widget,
  );

function frame(text: ShopText, slug: Slug | undefined, title: string, body: string, widget: string): string {
  const { language } = text;
  const current = (is: boolean): string => (is ? ' aria-current="page"' : '');
  const links = slugs
    .filter((one) => one !== '')
    .map(
      (one) =>
        `<li><a href="${address(language, one)}"${current(one === slug)}>${text.pages[one].title}</a></li>`,
    )
    .join('');
  const languages = shopTexts
    .map(
      (one) =>
        `<li><a href="${address(one.language, slug ?? '')}" lang="${one.language}" hreflang="${one.language}"${current(one === text)}>${one.name}</a></li>`,
    )
    .join('');
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/shop.css">
</head>
<body>
<a class="skip" href="#content">${text.skip}</a>
<header class="bar"><a class="brand" href="${address(language, '')}"><span>Brookline</span> Outfitters</a>
<nav class="languages" aria-label="${text.languages}"><ul>${languages}</ul></nav>
<nav class="pages" aria-label="${text.menu}"><ul>${links}</ul></nav></header>
${body}
<footer><p>${text.invented}</p></footer>
${widget}
</body>
</html>
`;
}

function startPage(text: ShopText): string {
  const { title, lead } = text.pages[''];
  const card = ({ slug, name, line, price }: ProductText): string =>
    `<li>${productPictures[slug]}<div><h2>${name}</h2><p>${line}</p><p class="price">${price}</p><a href="${address(text.language, slug)}">${text.more}: ${name}</a></div></li>`;
  const perk = ([name, line]: readonly [string, string]): string => `<li><h2>${name}</h2><p>${line}</p></li>`;
  return `<main id="content" style="max-width:none;padding:0"><div class="hero">${landscape}<div><h1>${title}</h1><p>${lead}</p></div></div>
<div class="bar" style="display:block"><ul class="cards">${text.products.map(card).join('')}</ul><ul class="perks">${text.perks.map(perk).join('')}</ul></div></main>`;
}

function contentPage(text: ShopText, slug: Exclude<Slug, ''>): string {
  const { title, lead, sections } = text.pages[slug];
  const product = text.products.find((one) => one.slug === slug);
  const parts = sections
    .map(([heading, html]) => `<section><h2>${heading}</h2><div class="scroll">${html}</div></section>`)
    .join('');
  return `<main id="content"><h1>${title}</h1><p class="lead">${lead}</p>${product === undefined ? '' : productCard(text, product)}${parts}</main>`;
}

function productCard(text: ShopText, { slug, price, facts }: ProductText): string {
  const list = facts.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join('');
  return `<div class="product">${productPictures[slug]}<div><p class="price">${price}</p><dl>${list}</dl>
<button class="buy" type="button" onclick="this.nextElementSibling.textContent=this.dataset.says" data-says="${text.notReal}">${text.addToCart}</button><p class="said" role="status"></p></div></div>`;
}
