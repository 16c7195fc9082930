import type { ShopText } from './shop-text.ts';

export const english: ShopText = {
  language: 'en',
  name: 'English',
  skip: 'Skip to content',
  menu: 'Pages',
  languages: 'Language',
  more: 'Have a look',
  addToCart: 'Add to cart',
  notReal: 'This shop is a demonstration: nothing can be ordered.',
  invented: 'Brookline Outfitters is an invented shop. It belongs to the sandbox of InDesk.',
  notFound: 'This page is not there.',
  perks: [
    ['30 days to return', 'Free return label in the US and the EU.'],
    ['Two-year warranty', 'On zippers, poles, seams and lamps.'],
    ['Repaired, not replaced', 'Our own workshop and spare parts for ten years.'],
  ],
  products: [
    {
      slug: 'ridgeline-2',
      name: 'Ridgeline 2',
      line: 'A tent for two that one person pitches in eight minutes.',
      price: '$219.00',
      facts: [
        ['Sleeps', '2'],
        ['Weight', '2.1 kg'],
        ['Water column', '3,000 mm, floor 5,000 mm'],
        ['Poles', 'aluminium, 8.5 mm'],
      ],
    },
    {
      slug: 'ember-300',
      name: 'Ember 300',
      line: 'A lantern for nine bright hours, charged by USB-C.',
      price: '$59.00',
      facts: [
        ['Light', 'up to 300 lumens'],
        ['Battery', '9 to 60 hours'],
        ['Rain', 'splash-proof (IPX4)'],
        ['Charging', '4 hours at 5 V / 2 A'],
      ],
    },
  ],
  pages: {
    '': {
      title: 'Gear for long evenings outside',
      lead: 'Tents, lanterns and coffee from a small shop that repairs what it sells.',
      sections: [],
    },
    'ridgeline-2': {
      title: 'Ridgeline 2',
      lead: 'A tent for two that one person pitches in eight minutes.',
      sections: [
        [
          'What makes it good',
          '<p>Two crossed poles, taped seams, a porch on each side for boots and cooking gear. Everything that can wear out can be bought as a spare part.</p>',
        ],
        [
          'In the bag',
          '<ul><li>inner tent and flysheet</li><li>two poles</li><li>twelve pegs, four lines</li></ul>',
        ],
      ],
    },
    'ember-300': {
      title: 'Ember 300',
      lead: 'A lantern for nine bright hours, charged by USB-C.',
      sections: [
        [
          'What makes it good',
          '<p>Warm light in five steps, a hook on top, and a switch that gloves can find. The battery is changed with one screw.</p>',
        ],
        ['In the box', '<ul><li>lantern</li><li>cable, USB-C, 1 m</li><li>short guide</li></ul>'],
      ],
    },
    delivery: {
      title: 'Delivery',
      lead: 'Ordered before 12:00 UTC on a business day, it leaves the same day.',
      sections: [
        [
          'Times and costs',
          '<table><thead><tr><th scope="col">Country</th><th scope="col">Business days</th><th scope="col">Cost</th><th scope="col">Free from</th></tr></thead><tbody><tr><th scope="row">United States</th><td>3–5</td><td>$5.95</td><td>$75</td></tr><tr><th scope="row">United Kingdom</th><td>4–6</td><td>£5.50</td><td>£80</td></tr><tr><th scope="row">Germany, Austria</th><td>2–4</td><td>€4.90</td><td>€60</td></tr><tr><th scope="row">Spain</th><td>4–6</td><td>€6.90</td><td>€80</td></tr></tbody></table>',
        ],
        ['Express', '<p>One to two business days for $19.90, in the US, Germany and Austria.</p>'],
      ],
    },
    returns: {
      title: 'Returns',
      lead: 'You have 30 days from the day of delivery.',
      sections: [
        [
          'How it works',
          '<ol><li>Ask for a label in the chat or by mail.</li><li>Hand in the parcel within 14 days.</li><li>The money goes back to the payment method you used, within 5–7 business days.</li></ol>',
        ],
        ['What cannot come back', '<p>Gift cards, opened coffee and made-to-order items.</p>'],
      ],
    },
    warranty: {
      title: 'Warranty',
      lead: 'Two years from delivery, on everything that should not break.',
      sections: [
        ['Covered', '<p>Zippers, poles, seams and the electronics of lamps; batteries for one year.</p>'],
        ['Not covered', '<p>Burn holes, fading and animal bites. We repair those for a fee.</p>'],
      ],
    },
    contact: {
      title: 'Contact',
      lead: 'The chat at the lower right answers at any hour; people are there on weekdays.',
      sections: [
        [
          'People',
          '<p>Monday to Friday, 9:00 to 18:00 (Berlin time). In the chat, choose “Talk to a person”.</p>',
        ],
        ['By mail', '<p>help@brookline.example</p>'],
        ['Our store', '<p>Speicherweg 12, Hamburg</p>'],
      ],
    },
  },
};
