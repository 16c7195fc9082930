import { terms } from '../../kernel/text/words.ts';
import { conceptsOf, type Concept } from './concepts.ts';

/**
 * What agents say or ask when a customer speaks of something: a flight, and the reply asks for the booking
 * reference; a broken connection, and it speaks of the router. One line a meaning (see `concepts`).
 */
const table: Readonly<Record<Concept, string>> = {
  missing: 'lost property item report airport seller order replacement refund claim',
  flight:
    'flight flights aircraft crew gate airport confirmation locator reservation booking reference boarding travel fly passengers weather rebook onboard reservations',
  luggage: 'bag bags baggage claim reference airport tag file',
  seat: 'seat seats upgrade cabin class confirmation',
  booking: 'confirmation locator reservation booking reference travelling details book',
  train:
    'train trains journey travelling service station departure running conductor guard delay ticket route onboard compensation',
  ticket: 'ticket tickets travelling journey fare refund',
  parcel:
    'order delivery carrier tracking shipment parcel delivered package driver date estimated orders address',
  tracking: 'tracking order shipped dispatched carrier shipment delivery',
  order: 'order number placed delivery dispatched seller item email shipped',
  late: 'delay delays delayed sorry estimated date inconvenience patience',
  refund: 'refund compensation claim receipt form days',
  charge: 'account bill charges billing payment review plan statement',
  price: 'price offer deal promotion discount item link product',
  card: 'account card bank transaction number',
  cancel: 'cancel cancelled cancellation reservation order account',
  return: 'return replacement order item exchange refund warranty store',
  damaged: 'replacement order item damaged sorry photo product receipt',
  store: 'store local manager shop staff receipt branch stores address product',
  stock: 'stock product store available item online date catalogue postcode',
  food: 'store barcode packaging product date supplier receipt expiry purchase local item buy',
  clothes: 'size item online store product style link order',
  staff: 'experience feedback manager store spoke name disappointing staff team pass',
  phonecall: 'call number contact phone spoke team',
  message: 'email address reply claim received contact team',
  signin: 'account email username password browser error message log reset',
  account: 'account email username address dm details',
  subscription: 'plan account subscription email premium upgrade billing',
  internet:
    'modem router outage area zip postcode address service signal reboot reset speed lights network connection coverage technician',
  outage: 'outage area zip address service technician update postcode account modem reboot',
  slow: 'device version speed browser restart network connection test error',
  crash: 'device version error message troubleshooting steps browser reinstall screenshot operating system',
  device: 'device version software model restart settings ios phone handset steps',
  computer: 'windows version device model program error steps article link operating system',
  update: 'version ios device update software restart installed error steps settings',
  restart: 'device version steps restart reset',
  battery: 'battery version ios device usage settings model',
  app: 'app device version browser cache cookies operating system screenshot error reinstall updated',
  music:
    'device operating system version account username track artist song album playlist email link uri songs',
  video: 'device channel streaming show shows episode episodes app network error series movie season tv dvr',
  game: 'game console gamertag psn platform error account code xbox ps4 controller',
  screen: 'device screen settings model version screenshot',
  sound: 'device sound settings headphones audio speaker',
  voucher: 'code voucher offer account email order error gift points',
  address: 'address store postcode order delivery account',
  fraud: 'account security email report contact information',
  dirty: 'store manager address report team clean',
  cold: 'train carriage heating store',
  crowded: 'train carriages service trains busy seats',
  car: 'trip ride driver account email app city',
  sim: 'number mobile contact alternate details sim network service handset',
  appointment: 'appointment account address technician date time order work',
};

const expected = new Map(
  Object.entries(table).map(([concept, words]) => [concept, [...new Set(terms(words))]]),
);

/** The terms to expect in a reply to a text with these terms; one that several meanings ask for appears several times. */
export function expectedAnswerTerms(questionTerms: readonly string[]): string[] {
  return [...new Set(conceptsOf(questionTerms))].flatMap((concept) => expected.get(concept) ?? []);
}
