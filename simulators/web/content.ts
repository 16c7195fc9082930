/** One page of the simulated site. */
export type WebPage = {
  readonly path: string;
  readonly title: string;
  readonly language: 'en' | 'de' | 'es';
  /** HTML of the main part. */
  readonly main: string;
  /** Day of the last change, as the sitemap says it. */
  readonly changed: string;
};

/** Pages of the demo shop that everybody may read. */
export const WEB_PAGES: readonly WebPage[] = [
  {
    path: '/tents/setting-up',
    title: 'Setting up your tent',
    language: 'en',
    changed: '2026-10-11',
    main: `<p>All Brookline tents stand on their own in under eight minutes.</p>
<h2>Before the first trip</h2><ol><li>Pitch the tent once at home and let it dry for a day.</li><li>Seal the seams of the groundsheet with the small tube in the bag.</li><li>Count the pegs: 14 for the Basecamp 4, 10 for the Basecamp 2.</li></ol>
<h2>In wind</h2><p>Turn the lower end into the wind and fix all guy lines. Above 60 km/h take the fly off and seek shelter.</p>
<table><thead><tr><th>Tent</th><th>Weight</th><th>Packed size</th></tr></thead><tbody><tr><td>Basecamp 2</td><td>2.4 kg</td><td>42 x 14 cm</td></tr><tr><td>Basecamp 4</td><td>4.1 kg</td><td>55 x 18 cm</td></tr></tbody></table>`,
  },
  {
    path: '/coffee/brewing',
    title: 'Brewing coffee outdoors',
    language: 'en',
    changed: '2026-09-02',
    main: `<p>Use 60 g of coffee for a litre of water at 94 °C. At 2,000 m water boils at 93 °C, so grind one step finer.</p><h2>The pour-over cone</h2><p>The titanium cone fits mugs of 70 to 95 mm. Wash it by hand: the coating does not stand dishwashers.</p>`,
  },
  {
    path: '/de/zelte/aufbau',
    title: 'Zelt aufbauen',
    language: 'de',
    changed: '2026-10-11',
    main: `<p>Alle Brookline-Zelte stehen in weniger als acht Minuten von allein.</p><h2>Vor der ersten Reise</h2><p>Bauen Sie das Zelt einmal zu Hause auf und versiegeln Sie die Nähte der Bodenplane mit der kleinen Tube im Beutel. Das Basecamp 4 hat 14 Heringe, das Basecamp 2 hat 10.</p>`,
  },
  {
    path: '/es/tiendas/montaje',
    title: 'Montar la tienda',
    language: 'es',
    changed: '2026-10-11',
    main: `<p>Todas las tiendas Brookline se montan solas en menos de ocho minutos.</p><h2>Antes del primer viaje</h2><p>Monte la tienda una vez en casa y selle las costuras del suelo con el tubo pequeño de la bolsa. La Basecamp 4 lleva 14 piquetas y la Basecamp 2 lleva 10.</p>`,
  },
];

/** A page with what stands around its main part. */
export function showPage(origin: string, { path, title, language, main }: WebPage): string {
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><title>${title}</title><link rel="canonical" href="${origin}${path}"></head>
<body><nav><a href="/">Home</a> <a href="/tents/setting-up">Tents</a></nav>
<main><h1>${title}</h1>${main}</main>
<footer>Brookline Outfitters</footer></body></html>`;
}
