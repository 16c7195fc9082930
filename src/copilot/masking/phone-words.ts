/** What the words next to a number say it is. */
export interface NumberMeaning {
  readonly meaning: 'phone' | 'other' | undefined;
  /** Nothing but "number", "is" and the like stands between. */
  readonly isLabel: boolean;
}

const whole = (words: string): string => `(?<![\\p{L}\\p{N}])(?:${words})(?![\\p{L}\\p{N}])`;

const phoneWords = [
  whole(
    [
      'tel\\.?|tele?phones?|phones?|ph|mobiles?|cell(?:ular|phone)?s?|fax|whats ?app|sms|texts?|landline|hotline|voicemail',
      '(?:desk|office|home|work|direct|main|[tmfp])(?=\\s?:)',
      'call(?:s|ed|ing)?|calling|ring|dial(?:ed|ing)?|reach(?:ed|able|ing)?|contact(?:ed|ing)?|answering|messages? (?:to|on|from|at)',
      '(?:my|alternate|alternative|affected|disconnected) (?:(?:new|old|other|current|own|home|work|private|registered|sim) )?(?:number|num|line|no)|registered|(?:team|desk|office|service|care|support|specialist|reservations?|department) (?:at|on)',
      'telefon\\p{L}*|handy\\p{L}*|mobil\\p{L}*|festnetz\\p{L}*|rufnummer|anruf\\p{L}*|r[üu]ckruf\\p{L}*|durchwahl|erreich\\p{L}*|zur[üu]ckrufen',
      't[eé]l[eé]fono?s?|m[oó]vil|celular|llam\\p{L}+|t[eé]l\\.?|t[eé]l[eé]phone|portable|appel\\p{L}*|joindre|joignable',
      'cellulare|chiam\\p{L}+|telem[oó]vel|lig\\p{L}+ para|telefo\\p{L}+|gsm|bellen|mobitel|nazva\\p{L}*|pozov\\p{L}*|zvat\\p{L}*|numer tel\\p{L}*|kom[oó]rk\\p{L}*|zadzwo\\p{L}*|puhelin\\p{L}*|ring p[åa]|cep|ara\\p{L}{0,4}',
      'тел\\.?|телефон\\p{L}*|звон\\p{L}*|моб\\p{L}*',
    ].join('|'),
  ),
  'هاتف|الهاتف|جوال|الجوال|موبايل|اتصل|اتصال|واتساب|電話|携帯|ケータイ|ファックス|TEL|电话|手机|전화',
].join('|');

const otherWords = [
  whole(
    [
      'orders?|invoices?|tickets?|cases?|references?|ref|confirmations?|trackings?|bookings?|reservations?|accounts?|acct|customers?|members?|memberships?|serials?|imei|sku|items?|articles?|products?|models?|versions?|ver|polic(?:y|ies)|claims?|flights?|transactions?|parcels?|packages?|shipments?|deliver(?:y|ies)|zip|box|ids?|iban|card|cc|pin|ssn|vat|tax|codes?|amounts?|totals?|prices?|errors?|build|passport|licen[cs]e|isbn|po|apo|awb|sr|requests?|req|meter|batch|lot|part',
      'bestell\\p{L}*|auftrag\\p{L}*|rechnung\\p{L}*|kunden\\p{L}*|sendung\\p{L}*|artikel\\p{L}*|vertrag\\p{L}*|konto\\p{L}*|ticketnummer|paket\\p{L}*|buchung\\p{L}*|vorgang\\p{L}*|seriennummer|plz|steuer\\p{L}*',
      'pedidos?|facturas?|reservas?|commandes?|factures?|colis|dossier|ordin[ei]|fattur[ae]|encomendas?|bestelling\\p{L}*|factuur|narud[žz]b\\p{L}*|ra[čc]un\\p{L}*|po[šs]iljk\\p{L}*|zam[óo]wieni\\p{L}*|faktur\\p{L}*|заказ\\p{L}*|счет\\p{L}*',
    ].join('|'),
  ),
  'الطلب|طلب|فاتورة|注文|注文番号|追跡番号|请求|订单|주문',
].join('|');

// One alternation, so that the nearest word decides; both halves are plain words, so the time is that of the window.
const meaningful = new RegExp(`(?<phone>${phoneWords})|(?<other>${otherWords})`, 'giu');
const labelAfter =
  /^\s{0,2}[-–(,]?\s?\(?(?:office|mobile|fax|cell|home|work|desk|direct|handy|mobil|privat|büro|mobitel|portable|fijo|móvil)(?=\s*(?:$|[\n,;)|/\\]))/iu;

const between =
  /^(?:[\s:#.,(-]|(?:numbers?|nummer|num|no|nr|id|is|was|are|ist|lautet|es|est|code)(?!\p{L}))*$/iu;
const windowBefore = 56;

/** Looks at the nearest telling word before the number in its sentence or label, and at a label right after it. */
export function meaningOf(text: string, start: number, end: number): NumberMeaning {
  if (labelAfter.test(text.slice(end, end + 24))) return { meaning: 'phone', isLabel: true };
  const before = text.slice(Math.max(0, start - windowBefore), start);
  const clause = lastClause(before);
  const nearest = [...clause.matchAll(meaningful)].at(-1);
  if (nearest === undefined) return { meaning: undefined, isLabel: false };
  return {
    meaning: nearest.groups?.['phone'] === undefined ? 'other' : 'phone',
    isLabel: between.test(clause.slice(nearest.index + nearest[0].length)),
  };
}

/** The sentence the number stands in, or the label on the line above. */
function lastClause(before: string): string {
  const line = before.slice(before.lastIndexOf('\n', before.trimEnd().length - 1) + 1);
  // "Your phone number? 467 3395": a number that begins its sentence answers the one before.
  const body = line.trimEnd().replace(/[.!?。；;]+$/, '');
  const stop = Math.max(...['. ', '! ', '? ', '。', '；', ';'].map((mark) => body.lastIndexOf(mark)));
  // "Tel. 030 …" and "no. 12" are abbreviations, not ends of sentences.
  return stop >= 0 && !/(?:tel|tél|ph|mob|no|nr|num|тел)$/iu.test(body.slice(0, stop))
    ? line.slice(stop + 1)
    : line;
}
