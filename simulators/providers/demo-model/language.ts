/** Languages with phrases of their own. */
export type PhraseLanguage = 'en' | 'de' | 'es' | 'bs' | 'ar' | 'ja';

interface Phrases {
  readonly greeting: (name: string) => string;
  readonly thanks: string;
  readonly sorry: string;
  readonly fromArticle: string;
  readonly reviewGood: string;
  readonly reviewLacks: string;
  readonly closing: string;
  readonly missing: (question: string) => string;
  readonly courtesyOpening: string;
  readonly courtesyClosing: string;
}

/** The few sentences the demo model says in its own words. */
export const phrases: Readonly<Record<PhraseLanguage, Phrases>> = {
  en: {
    greeting: (name) => (name ? `Hello ${name},` : 'Hello,'),
    thanks: 'thank you for your message.',
    sorry: 'thank you for your message, and I am sorry for the trouble.',
    fromArticle: 'Here is what applies:',
    reviewGood: 'The reply shows it.',
    reviewLacks: 'The reply lacks it.',
    closing: 'Please write to us if anything is still open.',
    missing: (question) => `No source answers this: "${question}" What should the reply say?`,
    courtesyOpening: 'Thank you for getting in touch.',
    courtesyClosing: 'Please let us know if there is anything else we can do for you.',
  },
  de: {
    greeting: (name) => (name ? `Guten Tag ${name},` : 'Guten Tag,'),
    thanks: 'vielen Dank für Ihre Nachricht.',
    sorry: 'vielen Dank für Ihre Nachricht. Es tut uns leid, dass Sie Ärger hatten.',
    fromArticle: 'Dazu gilt:',
    reviewGood: 'Die Antwort zeigt es.',
    reviewLacks: 'Der Antwort fehlt es.',
    closing: 'Schreiben Sie uns gern, wenn noch etwas offen ist.',
    missing: (question) => `Keine Quelle beantwortet dies: „${question}“ Was soll die Antwort sagen?`,
    courtesyOpening: 'Vielen Dank für Ihre Nachricht.',
    courtesyClosing: 'Melden Sie sich gern, wenn wir noch etwas für Sie tun können.',
  },
  es: {
    greeting: (name) => (name ? `Hola, ${name}:` : 'Hola:'),
    thanks: 'gracias por su mensaje.',
    sorry: 'gracias por su mensaje. Sentimos las molestias.',
    fromArticle: 'Esto es lo que se aplica:',
    reviewGood: 'La respuesta lo muestra.',
    reviewLacks: 'A la respuesta le falta.',
    closing: 'Escríbanos si queda alguna duda.',
    missing: (question) => `Ninguna fuente responde a esto: «${question}» ¿Qué debe decir la respuesta?`,
    courtesyOpening: 'Gracias por ponerse en contacto con nosotros.',
    courtesyClosing: 'Escríbanos si podemos ayudarle en algo más.',
  },
  bs: {
    greeting: (name) => (name ? `Poštovani/a ${name},` : 'Poštovani,'),
    thanks: 'hvala na poruci.',
    sorry: 'hvala na poruci. Žao nam je zbog neugodnosti.',
    fromArticle: 'Vrijedi sljedeće:',
    reviewGood: 'Odgovor to pokazuje.',
    reviewLacks: 'Odgovoru to nedostaje.',
    closing: 'Javite nam se ako je još nešto ostalo otvoreno.',
    missing: (question) => `Nijedan izvor ne odgovara na ovo: „${question}“ Šta treba stajati u odgovoru?`,
    courtesyOpening: 'Hvala što ste nam se javili.',
    courtesyClosing: 'Javite nam se ako možemo još nešto učiniti za Vas.',
  },
  ar: {
    greeting: (name) => (name ? `مرحبًا ${name}،` : 'مرحبًا،'),
    thanks: 'شكرًا لرسالتك.',
    sorry: 'شكرًا لرسالتك، ونعتذر عن الإزعاج.',
    fromArticle: 'إليك ما ينطبق:',
    reviewGood: 'يظهر ذلك في الرد.',
    reviewLacks: 'ينقص ذلك في الرد.',
    closing: 'يسعدنا أن تكتب إلينا إن بقي أي سؤال.',
    missing: (question) => `لا يجيب أي مصدر عن هذا: «${question}» ماذا يجب أن يقول الرد؟`,
    courtesyOpening: 'شكرًا لتواصلك معنا.',
    courtesyClosing: 'يسعدنا أن نساعدك في أي أمر آخر.',
  },
  ja: {
    greeting: (name) => (name ? `${name} 様` : 'お客様'),
    thanks: 'お問い合わせいただきありがとうございます。',
    sorry: 'お問い合わせいただきありがとうございます。ご不便をおかけし申し訳ございません。',
    fromArticle: '以下のとおりご案内いたします。',
    reviewGood: '返信に見られます。',
    reviewLacks: '返信に足りません。',
    closing: 'ご不明な点がございましたら、お気軽にご連絡ください。',
    missing: (question) => `次の質問に答える情報がありません：「${question}」返信では何と答えますか。`,
    courtesyOpening: 'ご連絡いただきありがとうございます。',
    courtesyClosing: 'ほかにもお手伝いできることがございましたら、お知らせください。',
  },
};

const commonWords: Readonly<Record<string, readonly string[]>> = {
  en: [
    'the',
    'and',
    'is',
    'my',
    'i',
    'you',
    'to',
    'of',
    'have',
    'it',
    'not',
    'was',
    'for',
    'we',
    'please',
    'can',
    'your',
    'are',
    'this',
    'with',
  ],
  de: [
    'der',
    'die',
    'das',
    'und',
    'ist',
    'ich',
    'nicht',
    'ein',
    'eine',
    'mit',
    'habe',
    'sie',
    'wir',
    'bitte',
    'mein',
    'zu',
    'auf',
    'für',
    'den',
    'es',
    'wann',
    'meine',
  ],
  es: [
    'el',
    'la',
    'los',
    'que',
    'de',
    'y',
    'en',
    'un',
    'una',
    'mi',
    'por',
    'con',
    'para',
    'es',
    'pero',
    'hola',
    'no',
    'se',
    'quiero',
    'cuándo',
    'está',
  ],
  bs: [
    'je',
    'i',
    'u',
    'na',
    'da',
    'se',
    'sam',
    'mi',
    'za',
    'ne',
    'što',
    'kako',
    'molim',
    'li',
    'ali',
    'nije',
    'su',
    'od',
    'kada',
    'sa',
    'dan',
    'moj',
    'šta',
    'gdje',
  ],
  fr: [
    'le',
    'les',
    'des',
    'et',
    'est',
    'je',
    'vous',
    'une',
    'pas',
    'pour',
    'mon',
    'dans',
    'bonjour',
    'que',
    'du',
  ],
  it: ['il', 'che', 'di', 'è', 'non', 'una', 'per', 'sono', 'mio', 'della', 'ho', 'gli', 'buongiorno'],
  pt: ['o', 'os', 'que', 'não', 'uma', 'para', 'com', 'meu', 'minha', 'do', 'da', 'olá', 'você'],
};

/** BCP 47 tag of the language a text is written in, `en` when nothing tells. */
export function detectLanguage(text: string): string {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  const letters = count(/\p{L}/gu);
  if (letters === 0) return 'en';
  if (count(/[\u3040-\u30ff]/g) > letters * 0.1) return 'ja';
  if (count(/\p{Script=Arabic}/gu) > letters * 0.3) return 'ar';
  if (count(/\p{Script=Han}/gu) > letters * 0.3) return 'zh';
  if (count(/\p{Script=Cyrillic}/gu) > letters * 0.3) return 'ru';
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const scores = Object.entries(commonWords).map(([language, list]) => {
    const known = new Set(list);
    return { language, score: words.filter((word) => known.has(word)).length };
  });
  if (/[ßäöü]/i.test(text)) bump(scores, 'de', 1.5);
  if (/[ñ¿¡]/.test(text)) bump(scores, 'es', 3);
  if (/[čćšžđ]/i.test(text)) bump(scores, 'bs', 3);
  const best = scores.reduce((one, other) => (other.score > one.score ? other : one), {
    language: 'en',
    score: 0,
  });
  return best.language;
}

function bump(scores: { language: string; score: number }[], language: string, by: number): void {
  const entry = scores.find((one) => one.language === language);
  if (entry) entry.score += by;
}

/** The phrases of a language, English for those without. Croatian and Serbian take the Bosnian ones. */
export function phrasesFor(language: string): Phrases {
  const base = language.toLowerCase().split('-')[0] ?? 'en';
  const near = base === 'hr' || base === 'sr' ? 'bs' : base;
  return near in phrases ? phrases[near as PhraseLanguage] : phrases.en;
}

/** Between two sentences: nothing in Japanese, a space elsewhere. */
export const sentenceGap = (language: string): string =>
  language.startsWith('ja') || language.startsWith('zh') ? '' : ' ';
