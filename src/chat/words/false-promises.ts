import { wholeWords } from './whole-words.ts';

/** What an answer says will be done, although saying it does nothing. */
export type Promised = 'transfer' | 'refund' | 'callback' | 'email';

/** Who speaks or is spoken for, and what they would do, in one sentence. */
const me = {
  en: String.raw`\b(?:i'll|i will|i've|i have|i am|i'm|let me|i can now|we'll|we will|we've|we have|we are|we're)\b`,
  de: String.raw`\b(?:ich (?:werde|habe|bin|leite|verbinde|übergebe|gebe|sende|schicke|rufe|erstatte|veranlasse|kümmere|storniere)|wir (?:werden|haben|leiten|verbinden|senden|schicken|rufen|erstatten|veranlassen|stornieren|melden))\b`,
  fr: String.raw`\b(?:je (?:vais|vous|viens de|transmets|transfère)|j'ai|nous (?:allons|avons|vous))\b`,
  es: String.raw`\b(?:voy a|he|le (?:he|voy|paso|llamo|enviaré|llamaré)|te (?:he|voy|paso|llamo)|vamos a|hemos|le (?:llamaremos|enviaremos|reembolsaremos))\b`,
  it: String.raw`\b(?:ho|la (?:metto|passo|chiamo|richiameremo|chiameremo)|le (?:invio|invierò|ho)|sto|abbiamo|le (?:rimborseremo|invieremo))\b`,
  nl: String.raw`\b(?:ik (?:ga|heb|zal|verbind|stuur|bel|geef)|we (?:gaan|hebben|zullen|sturen|bellen))\b`,
  pt: String.raw`\b(?:vou|já|estou|vamos|enviei|encaminhei|transferi|entraremos)\b`,
};
const gap = String.raw`[^.!?\n]{0,60}?`;
const someone = String.raw`\b(?:someone|somebody|a (?:colleague|person|human|specialist|representative|team member|member of (?:our|the) team)|(?:an?|our) (?:live |support |human )?agent|our (?:support )?team|the team)\b`;
const jemand = String.raw`\b(?:jemand|ein(?:e)? (?:mitarbeiter(?:in)?|kolleg(?:e|in)|mensch)|unser (?:support-?)?team|das team)\b`;

const patterns: readonly (readonly [Promised, RegExp])[] = [
  // English
  [
    'transfer',
    wholeWords(
      `${me.en}${gap}\\b(?:transfer|connect|hand|pass|forward|escalat|put(?:ting)? you through|rout)\\w*`,
    ),
  ],
  [
    'transfer',
    wholeWords(
      `${someone}${gap}\\b(?:will|is going to|should)\\b${gap}\\b(?:contact|get back|reach out|be with you|reply|respond|take over|assist|help)\\w*`,
    ),
  ],
  ['transfer', wholeWords(String.raw`\b(?:transferring|connecting|forwarding) (?:you|your)\b`)],
  [
    'refund',
    wholeWords(`${me.en}${gap}\\b(?:refund|reimburs|credit(?:ed)? (?:your|you|the|it)|cancel|issue)\\w*`),
  ],
  [
    'refund',
    wholeWords(
      String.raw`\b(?:your|the) refund (?:has been|was|is being) (?:issued|processed|initiated|made|started)\b`,
    ),
  ],
  ['callback', wholeWords(`(?:${me.en}|${someone})${gap}\\b(?:call|phone|ring)(?:ing)? you\\b`)],
  [
    'email',
    wholeWords(
      `(?:${me.en}|${someone})${gap}\\b(?:e-?mail(?:ed|ing)?|send you|sent you|send(?:ing)? (?:an |the )?e-?mail)\\b`,
    ),
  ],
  // German
  [
    'transfer',
    wholeWords(
      `${me.de}${gap}(?:\\bverbind|\\bweiter(?:leit|geleit|geb|gegeb)|\\büberg[ea]b|\\beskalier|\\bweiter\\b)`,
    ),
  ],
  [
    'transfer',
    wholeWords(
      String.raw`\b(?:ich|wir) (?:verbinde|übergebe|leite|gebe)n? (?:sie|dich|ihr\w*|dein\w*|das|die|den|unser\w*)\b`,
    ),
  ],
  ['transfer', wholeWords(`${jemand}${gap}\\b(?:meldet|wird|kümmert|übernimmt|antwortet)\\b`)],
  [
    'refund',
    wholeWords(
      `${me.de}${gap}(?:\\b(?:zurück)?erstatt|\\brückerstatt|\\bgutgeschrieb|\\bgutschrei|\\bstornier|\\büberwies|\\büberweis)`,
    ),
  ],
  ['refund', wholeWords(String.raw`\b(?:ich|wir) (?:erstatte|storniere|überweise)n?\b`)],
  ['callback', wholeWords(String.raw`\b(?:ich|wir) rufen? (?:sie|dich)\b`)],
  ['email', wholeWords(String.raw`\b(?:ich|wir) (?:sende|schicke|maile)n? (?:ihnen|dir)\b`)],
  [
    'callback',
    wholeWords(
      `(?:${me.de}|${jemand})${gap}(?:\\banruf|\\bzurückruf|\\brufe?n? (?:sie|dich)\\b|\\bangerufen)`,
    ),
  ],
  ['email', wholeWords(`(?:${me.de}|${jemand})${gap}(?:\\be-?mail|\\bmail\\b)`)],
  // French
  [
    'transfer',
    wholeWords(
      `${me.fr}${gap}\\b(?:transf[eéè]r|transmet|transmis|mettre en relation|mets en relation|passer)\\w*`,
    ),
  ],
  ['refund', wholeWords(`${me.fr}${gap}\\b(?:rembours|crédit|annul)\\w*`)],
  ['callback', wholeWords(`${me.fr}${gap}\\b(?:appel|rappel)\\w*`)],
  ['email', wholeWords(`${me.fr}${gap}\\b(?:e-?mail|courriel|envoy)\\w*`)],
  // Spanish
  [
    'transfer',
    wholeWords(`${me.es}${gap}\\b(?:transfer|transfier|pas(?:o|ar|ado) (?:con|a)|deriv|conect|comunic)\\w*`),
  ],
  ['refund', wholeWords(`${me.es}${gap}\\b(?:reembols|devol|devuel|cancel|anul)\\w*`)],
  ['callback', wholeWords(`${me.es}${gap}\\bllam\\w*`)],
  ['email', wholeWords(`${me.es}${gap}\\b(?:correo|e-?mail)\\b`)],
  // Italian
  ['transfer', wholeWords(`${me.it}${gap}\\b(?:trasfer|inoltr|metto in contatto|passo a|passato a)\\w*`)],
  ['refund', wholeWords(`${me.it}${gap}\\b(?:rimbors|accredit|annull)\\w*`)],
  ['callback', wholeWords(`${me.it}${gap}\\b(?:chiam|richiam)\\w*`)],
  ['email', wholeWords(`${me.it}${gap}\\b(?:e-?mail|mail)\\b`)],
  // Dutch
  [
    'transfer',
    wholeWords(`${me.nl}${gap}\\b(?:door(?:verbind|gestuurd|sturen|gegeven|geven)|verbind|overdrag)\\w*`),
  ],
  ['refund', wholeWords(`${me.nl}${gap}\\b(?:terugbeta|terugbetaald|vergoed|annule)\\w*`)],
  ['callback', wholeWords(`${me.nl}${gap}\\b(?:bel|terugbel|gebeld)\\w*`)],
  ['email', wholeWords(`${me.nl}${gap}\\b(?:e-?mail|mail)\\w*`)],
  // Portuguese
  ['transfer', wholeWords(`${me.pt}${gap}\\b(?:transfer|encaminh|passar|passei)\\w*`)],
  ['refund', wholeWords(`${me.pt}${gap}\\b(?:reembols|estorn|devolv|cancel)\\w*`)],
  ['callback', wholeWords(`${me.pt}${gap}\\b(?:ligar|telefon|contact)\\w*`)],
  ['email', wholeWords(`${me.pt}${gap}\\b(?:e-?mail|correio)\\b`)],
];

/** An offer or a condition promises nothing: "I can", "would you like". */
const onlyOffers =
  /\?\s*$|\b(?:i can(?:'t|not)?|if you|would you|do you want|shall i|should i|soll ich|möchten sie|kann ich|ich kann|wenn sie|souhaitez|voulez|puis-je|si vous|quiere|puedo|si usted|vuole|posso|wilt u|ik kan|als u|gostaria|quer)\b/iu;

/** A text with the signs that patterns are written in: straight quotes, single spaces. */
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[’‘`´]/g, "'")
    .replace(/[ \t\u00a0\u202f]+/g, ' ');

/** What a sentence promises; undefined when nothing. */
function promiseOf(sentence: string): Promised | undefined {
  const said = plain(sentence);
  if (onlyOffers.test(said)) return undefined;
  return patterns.find(([, pattern]) => pattern.test(said))?.[0];
}

const segmenters = new Map<string, Intl.Segmenter>();
function sentencesOf(text: string, language: string): string[] {
  let segmenter = segmenters.get(language);
  if (segmenter === undefined) {
    segmenter = new Intl.Segmenter(language, { granularity: 'sentence' });
    segmenters.set(language, segmenter);
  }
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}

export interface WithoutPromises {
  /** The text without the sentences that promise. */
  readonly text: string;
  readonly promised: ReadonlySet<Promised>;
}

/**
 * Takes out sentences that promise what the product cannot do by saying it. A sentence that a checked citation carries, or
 * that stands in a source, tells what the company does and stays.
 */
export function withoutPromises(
  text: string,
  language: string,
  isCarried: (sentence: string) => boolean,
): WithoutPromises {
  const promised = new Set<Promised>();
  const kept = sentencesOf(text, language).filter((sentence) => {
    const found = promiseOf(sentence);
    if (found === undefined || isCarried(sentence)) return true;
    promised.add(found);
    return false;
  });
  return { text: promised.size === 0 ? text : kept.join('').trim(), promised };
}

/** Watches an answer while it arrives: shows nothing more from the sentence on that promises something. */
export function createPromiseGuard(): { push(delta: string): string } {
  let sentence = '';
  let stopped = false;
  return {
    push(delta) {
      if (stopped) return '';
      sentence += delta;
      // The sentence may still turn into a question, so the offer is given the benefit until the words are said.
      if (promiseOf(sentence) !== undefined) {
        stopped = true;
        return '';
      }
      const end = Math.max(...['. ', '! ', '? ', '\n'].map((sign) => sentence.lastIndexOf(sign)));
      if (end >= 0) sentence = sentence.slice(end + 1);
      return delta;
    },
  };
}
