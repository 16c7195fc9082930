import { SHOP, SHOP_PAGES } from './shop-pages.ts';

/** A space of the simulated site. */
export type Space = {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly type: 'global' | 'personal';
};

/** A page as the simulator keeps it; `body` is Confluence's storage format. */
export type Page = {
  readonly id: string;
  spaceId: string;
  title: string;
  body: string;
  status: 'current' | 'archived' | 'trashed' | 'draft';
  version: number;
  readonly createdAt: string;
  modifiedAt: string;
};

export const HANDBOOK = '65538';
export const HANDBUCH = '65539';
export const PEOPLE = '65540';

/** Spaces of the demo shop; the third is nobody's business but that of its own people, the fourth is for customers. */
export const DEMO_SPACES: readonly Space[] = [
  { id: HANDBOOK, key: 'KB', name: 'Support handbook', type: 'global' },
  { id: HANDBUCH, key: 'KBDE', name: 'Handbuch Kundenservice', type: 'global' },
  { id: PEOPLE, key: 'HR', name: 'People and pay', type: 'global' },
  { id: SHOP, key: 'SHOP', name: 'Services for customers', type: 'global' },
];

const panel = (name: string, title: string, body: string): string =>
  `<ac:structured-macro ac:name="${name}" ac:schema-version="1"><ac:parameter ac:name="title">${title}</ac:parameter><ac:rich-text-body>${body}</ac:rich-text-body></ac:structured-macro>`;
const code = (language: string, text: string): string =>
  `<ac:structured-macro ac:name="code" ac:schema-version="1"><ac:parameter ac:name="language">${language}</ac:parameter><ac:plain-text-body><![CDATA[${text}]]></ac:plain-text-body></ac:structured-macro>`;
const toPage = (title: string): string => `<ac:link><ri:page ri:content-title="${title}" /></ac:link>`;
const toc = '<ac:structured-macro ac:name="toc" ac:schema-version="1" />';

/** A page as it is written here; the body is storage format. */
export type Draft = readonly [id: string, spaceId: string, title: string, modifiedAt: string, body: string];

const PAGES: readonly Draft[] = [
  [
    '98319',
    HANDBOOK,
    'Return policy',
    '2026-10-02T09:12:44.000Z',
    `${toc}<h1>Return policy</h1><p>Customers may return unused goods within <strong>30 days of delivery</strong>. Items bought between 15 November and 24 December may come back until <time datetime="2027-01-31" />.</p>
<h2>Who pays for the way back</h2><table><tbody><tr><th>Country</th><th>Label</th><th>Deducted</th></tr><tr><td>United States, European Union</td><td>free</td><td>nothing</td></tr><tr><td>United Kingdom, Canada</td><td>on request</td><td>$9.90</td></tr><tr><td colspan="2">everywhere else: own post</td><td>nothing, up to $15 repaid if faulty</td></tr></tbody></table>
<h2>Without a receipt</h2><p>Look the order up by e-mail address and postcode. If nothing is found, offer a store credit note of the current price. See ${toPage('Identity check')}.</p>
${panel('warning', 'Never', '<p>Never ask for a full card number, not even to find an order.</p>')}`,
  ],
  [
    '98320',
    HANDBOOK,
    'Two-year warranty in detail',
    '2026-09-21T07:40:00.000Z',
    `<p>Every product carries a two-year warranty; tents of the <em>Basecamp</em> line carry five years on poles and seams.</p>
<h2>What is covered</h2><ul><li>Seams and zips</li><li>Poles<ul><li>Basecamp poles: five years</li><li>all others: two years</li></ul></li><li>Lamps, but not their batteries after 300 charges</li></ul>
<h2>How a case runs</h2><ol><li>Ask for a photo and the order number.</li><li>Check the batch against the table below.</li><li>Send the spare part with the warranty label.</li></ol>
<table><tbody><tr><th>Batch</th><td>Ember 300, serial numbers E3-2401 to E3-2418</td></tr><tr><th>Fault</th><td>lamp flickers below 20 % charge</td></tr><tr><th>Remedy</th><td>new control board, no return needed</td></tr></tbody></table>
${panel('expand', 'Spare part numbers', '<p>Pole kit BP-77, zip slider ZS-12, control board CB-3.</p>')}`,
  ],
  [
    '98321',
    HANDBOOK,
    'Runbook: payment provider is down',
    '2026-11-03T16:05:10.000Z',
    `${panel('info', 'Internal', '<p>For the support team only. Do not quote this page to customers.</p>')}
<h2>Signs</h2><p>More than ten tickets an hour about declined cards, and <code>checkout-status</code> shows <ac:structured-macro ac:name="status" ac:schema-version="1"><ac:parameter ac:name="colour">Red</ac:parameter><ac:parameter ac:name="title">DEGRADED</ac:parameter></ac:structured-macro>.</p>
<h2>Steps</h2><ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body>Post the banner on the status page</ac:task-body></ac:task><ac:task><ac:task-id>2</ac:task-id><ac:task-status>incomplete</ac:task-status><ac:task-body>Page the on-call of payments, <ac:link><ri:user ri:account-id="5b10a2844c20165700ede21g" /></ac:link></ac:task-body></ac:task></ac:task-list>
${code('bash', 'status set checkout degraded\nstatus post "Card payments are slow"')}
<p>Orders stay reserved for 6 hours. After that the stock is given back and customers have to order again.</p>
<ac:structured-macro ac:name="excerpt"><ac:parameter ac:name="hidden">true</ac:parameter><ac:rich-text-body><p>Hidden summary that readers do not see.</p></ac:rich-text-body></ac:structured-macro>`,
  ],
  [
    '98322',
    HANDBOOK,
    'Identity check',
    '2026-08-14T11:00:00.000Z',
    `<p>Before an address is changed or an order is cancelled by phone or chat, two of three have to match: order number, postcode, last four digits of the phone number.</p><p>Three failed tries: stop, and send the form of <a href="https://help.brookline.example/verify">verification</a>.</p>`,
  ],
  [
    '98323',
    HANDBOOK,
    'Coffee subscription: limits and goodwill',
    '2026-10-29T08:30:00.000Z',
    `<h2>Goodwill</h2><p>Up to one free bag a quarter without asking; a second one needs the shift lead.</p><h2>Pauses</h2><p>A subscription can be paused for at most <strong>6 deliveries in a row</strong>, then it ends by itself. Grind size can be changed until Tuesday noon (UTC) of the week of delivery.</p>`,
  ],
  [
    '98401',
    HANDBUCH,
    'Rückgaberecht',
    '2026-10-02T09:30:00.000Z',
    `${toc}<h1>Rückgaberecht</h1><p>Unbenutzte Ware kann innerhalb von <strong>30 Tagen nach der Lieferung</strong> zurückgegeben werden. Für Einkäufe zwischen dem 15. November und dem 24. Dezember gilt die Frist bis zum 31. Januar.</p><h2>Versandkosten</h2><p>Innerhalb der EU ist das Rücksende-Etikett kostenlos. Aus der Schweiz trägt der Kunde die Kosten; wir erstatten bis zu 15 CHF, wenn die Ware fehlerhaft war.</p>`,
  ],
  [
    '98402',
    HANDBUCH,
    'Garantiefälle Ember 300',
    '2026-09-21T08:00:00.000Z',
    `<p>Die Seriennummern <strong>E3-2401 bis E3-2418</strong> haben eine fehlerhafte Steuerplatine: Die Lampe flackert unter 20&nbsp;% Ladung. Wir tauschen die Platine kostenlos, eine Rücksendung ist nicht nötig.</p>${panel('note', 'Ersatzteile', '<p>Steuerplatine CB-3, Reißverschluss-Schieber ZS-12.</p>')}`,
  ],
  [
    '98501',
    PEOPLE,
    'Pay bands 2026',
    '2026-01-15T10:00:00.000Z',
    '<p>Confidential: pay bands of the support team. Not part of any knowledge for agents.</p>',
  ],
];

/** The pages every simulated site starts with. */
export function demoPages(): Page[] {
  const pages = [...PAGES, ...SHOP_PAGES].map(([id, spaceId, title, modifiedAt, body]): Page => ({
    id,
    spaceId,
    title,
    body,
    status: 'current',
    version: 3,
    createdAt: '2026-01-02T03:04:05.000Z',
    modifiedAt,
  }));
  return [
    ...pages,
    {
      ...(pages[0] as Page),
      id: '98390',
      title: 'Return policy (before 2025)',
      body: '<p>Customers may return goods within 14 days.</p>',
      status: 'archived',
    },
  ];
}
