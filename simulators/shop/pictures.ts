/** Hills at dusk with a lit tent, for the start page. */
export const landscape = `<svg class="landscape" viewBox="0 0 1200 420" preserveAspectRatio="xMidYMax slice" aria-hidden="true" focusable="false">
<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#16343a"/><stop offset="0.62" stop-color="#3f6b62"/><stop offset="1" stop-color="#e6a766"/></linearGradient></defs>
<rect width="1200" height="420" fill="url(#sky)"/>
<circle cx="960" cy="150" r="30" fill="#f6e3bd"/>
<path d="M0 300 180 190 300 262 470 140 640 268 800 182 960 270 1200 170V420H0Z" fill="#2c5750"/>
<path d="M0 352 240 268 430 330 640 262 880 346 1200 272V420H0Z" fill="#1d4039"/>
<path d="M0 392C240 356 520 404 760 378s320-14 440-4v46H0Z" fill="#132b27"/>
<path d="M760 382 838 268 926 380Z" fill="#e2733a"/><path d="M838 268 926 380 878 381Z" fill="#b8552a"/><path d="M838 268 852 382H812Z" fill="#ffd98a"/>
<g fill="#10241f"><path d="m150 384 30-96 30 96z"/><path d="m196 388 22-72 22 72z"/><path d="m1040 384 26-84 26 84z"/><path d="m1088 388 34-104 34 104z"/></g></svg>`;

const tent = `<svg viewBox="0 0 320 200" preserveAspectRatio="xMidYMid slice" aria-hidden="true" focusable="false"><rect width="320" height="200" fill="#dfe9df"/><path d="M0 168c80-18 220-18 320-4v36H0Z" fill="#b9cdb8"/><path d="M46 168 150 42 278 166Z" fill="#e2733a"/><path d="M150 42 278 166l-64 2Z" fill="#b8552a"/><path d="M150 42 176 168h-58Z" fill="#fbe3b3"/><path d="M150 42 146 168" stroke="#8d3f1e" stroke-width="2"/><path d="M46 168 22 178M278 166l24 12" stroke="#5b6d5c" stroke-width="3"/></svg>`;
const lantern = `<svg viewBox="0 0 320 200" preserveAspectRatio="xMidYMid slice" aria-hidden="true" focusable="false"><rect width="320" height="200" fill="#23323a"/><circle cx="160" cy="108" r="84" fill="#3b4a4c"/><circle cx="160" cy="108" r="58" fill="#6a6449"/><path d="M132 44a28 24 0 0 1 56 0" fill="none" stroke="#c9d2cf" stroke-width="6"/><rect x="122" y="46" width="76" height="20" rx="6" fill="#1f5d4c"/><rect x="130" y="66" width="60" height="72" rx="10" fill="#ffe6a3"/><rect x="148" y="78" width="24" height="48" rx="12" fill="#fff7dd"/><rect x="118" y="138" width="84" height="30" rx="8" fill="#1f5d4c"/><circle cx="160" cy="153" r="6" fill="#ffe6a3"/></svg>`;

/** Drawings of the products; decoration beside their names. */
export const productPictures = { 'ridgeline-2': tent, 'ember-300': lantern } as const;
