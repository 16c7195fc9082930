/** Paths of the shop's pages below its language; the empty one is the start page. */
export const slugs = ['', 'ridgeline-2', 'ember-300', 'delivery', 'returns', 'warranty', 'contact'] as const;
export type Slug = (typeof slugs)[number];

/** A page below its heading: paragraphs, lists and tables as HTML. */
export type PageText = {
  readonly title: string;
  readonly lead: string;
  readonly sections: readonly (readonly [heading: string, html: string])[];
};

/** A product as the start page and its own page show it. */
export type ProductText = {
  readonly slug: 'ridgeline-2' | 'ember-300';
  readonly name: string;
  readonly line: string;
  readonly price: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
};

/** The shop in one language. */
export type ShopText = {
  readonly language: 'en' | 'de' | 'es';
  /** The language's own name. */
  readonly name: string;
  readonly skip: string;
  readonly menu: string;
  readonly languages: string;
  readonly products: readonly ProductText[];
  readonly pages: Readonly<Record<Slug, PageText>>;
  readonly perks: readonly (readonly [title: string, text: string])[];
  readonly more: string;
  readonly addToCart: string;
  /** Nothing can be bought here. */
  readonly notReal: string;
  readonly invented: string;
  readonly notFound: string;
};
