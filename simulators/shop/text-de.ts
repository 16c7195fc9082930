import type { ShopText } from './shop-text.ts';

export const german: ShopText = {
  language: 'de',
  name: 'Deutsch',
  skip: 'Zum Inhalt',
  menu: 'Seiten',
  languages: 'Sprache',
  more: 'Ansehen',
  addToCart: 'In den Warenkorb',
  notReal: 'Dieser Shop ist eine Vorführung: Bestellen kann man hier nichts.',
  invented: 'Brookline Outfitters ist ein erfundener Shop. Er gehört zur Sandbox von InDesk.',
  notFound: 'Diese Seite gibt es nicht.',
  perks: [
    ['30 Tage Rückgabe', 'Kostenloses Etikett in den USA und der EU.'],
    ['Zwei Jahre Garantie', 'Auf Reißverschlüsse, Gestänge, Nähte und Lampen.'],
    ['Reparieren statt ersetzen', 'Eigene Werkstatt, Ersatzteile für zehn Jahre.'],
  ],
  products: [
    {
      slug: 'ridgeline-2',
      name: 'Ridgeline 2',
      line: 'Ein Zelt für zwei, das eine Person in acht Minuten aufbaut.',
      price: '209,00 €',
      facts: [
        ['Personen', '2'],
        ['Gewicht', '2,1 kg'],
        ['Wassersäule', '3.000 mm, Boden 5.000 mm'],
        ['Stangen', 'Aluminium, 8,5 mm'],
      ],
    },
    {
      slug: 'ember-300',
      name: 'Ember 300',
      line: 'Eine Laterne für neun helle Stunden, geladen über USB-C.',
      price: '54,90 €',
      facts: [
        ['Licht', 'bis 300 Lumen'],
        ['Akku', '9 bis 60 Stunden'],
        ['Regen', 'spritzwassergeschützt (IPX4)'],
        ['Laden', '4 Stunden an 5 V / 2 A'],
      ],
    },
  ],
  pages: {
    '': {
      title: 'Ausrüstung für lange Abende draußen',
      lead: 'Zelte, Laternen und Kaffee aus einem kleinen Laden, der repariert, was er verkauft.',
      sections: [],
    },
    'ridgeline-2': {
      title: 'Ridgeline 2',
      lead: 'Ein Zelt für zwei, das eine Person in acht Minuten aufbaut.',
      sections: [
        [
          'Was daran gut ist',
          '<p>Zwei gekreuzte Stangen, verschweißte Nähte, auf jeder Seite eine Apsis für Schuhe und Kocher. Was sich abnutzt, gibt es als Ersatzteil.</p>',
        ],
        [
          'Im Beutel',
          '<ul><li>Innenzelt und Außenzelt</li><li>zwei Stangen</li><li>zwölf Heringe, vier Leinen</li></ul>',
        ],
      ],
    },
    'ember-300': {
      title: 'Ember 300',
      lead: 'Eine Laterne für neun helle Stunden, geladen über USB-C.',
      sections: [
        [
          'Was daran gut ist',
          '<p>Warmes Licht in fünf Stufen, ein Haken oben und ein Schalter, den man mit Handschuhen findet. Der Akku ist mit einer Schraube gewechselt.</p>',
        ],
        ['In der Schachtel', '<ul><li>Laterne</li><li>Kabel, USB-C, 1 m</li><li>Kurzanleitung</li></ul>'],
      ],
    },
    delivery: {
      title: 'Lieferung',
      lead: 'An einem Werktag vor 12:00 Uhr UTC bestellt, geht es am selben Tag hinaus.',
      sections: [
        [
          'Zeiten und Kosten',
          '<table><thead><tr><th scope="col">Land</th><th scope="col">Werktage</th><th scope="col">Kosten</th><th scope="col">frei ab</th></tr></thead><tbody><tr><th scope="row">Deutschland, Österreich</th><td>2–4</td><td>4,90 €</td><td>60 €</td></tr><tr><th scope="row">Schweiz</th><td>4–7</td><td>9,90 CHF</td><td>120 CHF</td></tr><tr><th scope="row">übrige EU</th><td>3–7</td><td>7,90 €</td><td>90 €</td></tr></tbody></table>',
        ],
        ['Express', '<p>Ein bis zwei Werktage für 19,90 €, nur Deutschland und Österreich.</p>'],
      ],
    },
    returns: {
      title: 'Rückgabe',
      lead: 'Du hast 30 Tage ab Zustellung Zeit.',
      sections: [
        [
          'So geht es',
          '<ol><li>Im Chat oder per Mail ein Etikett anfordern.</li><li>Das Paket innerhalb von 14 Tagen abgeben.</li><li>Das Geld kommt innerhalb von 5–7 Werktagen auf das Zahlungsmittel zurück, mit dem du bezahlt hast.</li></ol>',
        ],
        ['Was nicht zurück kann', '<p>Gutscheinkarten, geöffneter Kaffee und Sonderanfertigungen.</p>'],
      ],
    },
    warranty: {
      title: 'Garantie',
      lead: 'Zwei Jahre ab Zustellung, auf alles, was nicht kaputtgehen soll.',
      sections: [
        [
          'Abgedeckt',
          '<p>Reißverschlüsse, Gestänge, Nähte und die Elektronik von Lampen; Akkus ein Jahr.</p>',
        ],
        [
          'Nicht abgedeckt',
          '<p>Brandlöcher, Ausbleichen und Tierbisse. Das reparieren wir gegen Gebühr.</p>',
        ],
      ],
    },
    contact: {
      title: 'Kontakt',
      lead: 'Der Chat unten rechts antwortet zu jeder Stunde; Menschen sind werktags da.',
      sections: [
        [
          'Menschen',
          '<p>Montag bis Freitag, 9 bis 18 Uhr. Im Chat „Mit einem Menschen sprechen“ wählen.</p>',
        ],
        ['Per Mail', '<p>help@brookline.example</p>'],
        ['Unser Laden', '<p>Speicherweg 12, Hamburg</p>'],
      ],
    },
  },
};
