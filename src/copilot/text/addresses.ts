const looksLikeSign = /[\uff01-\uff5e\u3002\uff61\u2024\u2044\u2215\u29f8]/;
const lookAlikes = new RegExp(looksLikeSign, 'g');

/** Signs that browsers and IDNA read as ASCII ones, folded one for one: a position in the result is the same position in the text. */
function foldSigns(text: string): string {
  return text.replace(lookAlikes, (sign) => {
    if (sign === '。' || sign === '｡' || sign === '․') return '.';
    const code = sign.charCodeAt(0);
    return code >= 0xff01 ? String.fromCharCode(code - 0xfee0) : '/';
  });
}

// Names that are hosts even without a path; country names that are also words are left out.
const topLevels =
  'com|net|org|info|biz|io|dev|app|ai|co|xyz|top|site|online|shop|store|link|click|icu|ru|cn|tk|ml|cc|ly|test|example|invalid|onion';
const label = String.raw`[\p{L}\p{N}_-]{1,63}`;
const rest = String.raw`[^\s<>"]`;
// A dot before a name is part of it only behind another label: `.x.example` is read as x.example by whoever makes links.
const start = String.raw`(?<![\p{L}\p{N}_-])(?<![\p{L}\p{N}_-]\.)`;

/** Everything that a browser, a mail program or Zendesk may make a link of; each alternative begins at a fixed sign or the start of a word, so that reading stays linear. */
const addressPattern = new RegExp(
  [
    String.raw`(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,40}:[\\/]${rest}*`,
    String.raw`[\\/]{2}${label}\.${rest}*`,
    String.raw`www\.${rest}+`,
    String.raw`\b(?:javascript|vbscript|data|file|blob|mailto|sms|callto|skype|intent):${rest}+`,
    String.raw`(?<![\p{L}\p{N}_.+-])[\p{L}\p{N}_.+-]{1,64}@${label}(?:\.${label}){1,8}`,
    String.raw`${start}(?:${label}\.){1,10}[a-z]{2,24}(?::\d{1,5})?(?:/|[?#](?=${rest}))${rest}*`,
    String.raw`${start}\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?[/?#]${rest}*`,
    String.raw`${start}(?:${label}\.){1,10}(?:${topLevels})(?![\p{L}\p{N}_-])`,
    // A long label carries data to whoever answers for the domain.
    String.raw`${start}(?:${label}\.){0,8}(?=[\p{L}_-]*\d)[\p{L}\p{N}_-]{16,63}\.(?:${label}\.){0,8}[a-z]{2,24}(?![\p{L}\p{N}_-])`,
  ].join('|'),
  'giu',
);

const shortestCode = 24;

/** Words too long to be words, with a digit or a capital inside: what data looks like when it is encoded. */
const codePattern = /(?<![A-Za-z0-9+/=_%-])[A-Za-z0-9+/=_%-]{24,}/g;
const isCode = (word: string): boolean => /\d/.test(word) || /[a-z][A-Z]/.test(word);

const [other, opens, ofWord, opensAndOfWord] = [0, 1, 2, 3];

/** What each sign of ASCII may be: the one that an address has something behind, and one of a long word. */
const roles = Uint8Array.from({ length: 128 }, (_, code) => {
  const sign = String.fromCharCode(code);
  const isOfWord = /[A-Za-z0-9+/=_%-]/.test(sign);
  if (/[.:@/\\]/.test(sign)) return isOfWord ? opensAndOfWord : opens;
  return isOfWord ? ofWord : other;
});

/** True when a text has what every address or code has: one of `.:@/\` with something right behind it, a sign that reads as one of them, or a long word. One look at each sign: as a pattern this was a tenth of a call. */
function mayHoldAddress(text: string): boolean {
  let word = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const role = code < 128 ? roles[code] : looksLikeSign.test(text.charAt(at)) ? opens : other;
    if (role === ofWord) {
      word += 1;
      if (word >= shortestCode) return true;
    } else if (role === other) word = 0;
    // Beyond ASCII everything counts as something, spaces too.
    else if (code >= 128 || text.charCodeAt(at + 1) > 0x20) return true;
    else word = role === opensAndOfWord ? word + 1 : 0;
  }
  return false;
}

export interface Address {
  readonly at: number;
  readonly text: string;
}

/** Addresses and codes in a text, in order, without those inside another. */
export function addressesIn(text: string): Address[] {
  // Most answers hold none, and the long pattern costs.
  if (!mayHoldAddress(text)) return [];
  const folded = foldSigns(text);
  const found = [...folded.matchAll(addressPattern)].map(({ index, 0: match }) => ({
    at: index,
    text: match,
  }));
  const codes = [...folded.matchAll(codePattern)]
    .filter(({ 0: match }) => isCode(match))
    .map(({ index, 0: match }) => ({ at: index, text: match }));
  const inside = (one: Address): boolean =>
    found.some((other) => one.at < other.at + other.text.length && other.at < one.at + one.text.length);
  return [...found, ...codes.filter((code) => !inside(code))].toSorted((one, other) => one.at - other.at);
}

const trailing = /[.,;:!?،。、؟'"`’”)\]}*_~]+$/u;
/** Brackets, quotes and citation marks that a writer may put right behind an address. */
const behind = /^[)\]}'"`’”*_.,;:!?、。]*(?:\[\d{1,3}\][)\].,;:!?、。]*)*$/u;

/** What an address is compared by: its host in small letters, and all else as it is written; one slash at the end, and http or https, make no difference. */
function identity(address: string): string {
  const full = address.replace(/^www\./i, 'https://www.');
  const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([\s\S]*)$/i.exec(full);
  if (parts === null) return /^[^/]*[@.][^/]*$/.test(full) ? full.toLowerCase() : full;
  const [, scheme = '', host = '', path = ''] = parts;
  return `${scheme.toLowerCase().replace(/^http$/, 'https')}://${host.toLowerCase()}${path.replace(/\/$/, '')}`;
}

/** Without the signs that close what stands around it; undefined when something else stands behind. */
function bare(address: string): readonly string[] {
  const trimmed = address.replace(trailing, '');
  const cut = trimmed.search(/[)\]}'"`’”*|[]/u);
  return cut > 0 && behind.test(address.slice(cut)) ? [trimmed, trimmed.slice(0, cut)] : [trimmed];
}

const hostOf = (known: string): string[] => {
  const host = /^https:\/\/([^/?#]+)/.exec(known)?.[1];
  return host === undefined ? [] : [host];
};

/** A test for what occurs in the ticket or its sources. */
export function allowedLinks(texts: readonly string[]): (link: string) => boolean {
  const known = new Set(texts.flatMap(addressesIn).flatMap(({ text }) => bare(text).map(identity)));
  for (const host of [...known].flatMap(hostOf)) known.add(host);
  return (link) => bare(link).some((one) => known.has(identity(one)));
}
