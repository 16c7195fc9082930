const stopWords = new Set(
  (
    'a an the and or but if so of to in on at for from with by as is are was were be been am do does did have has had i you he she it we they me my your our their its this that these those there here not no can could will would should may might just very also than then when what which who how why about into out up down over after before again any some all more most other please hello hi thank thanks regards dear ' +
    'der die das den dem des ein eine einen einem einer und oder aber wenn weil dass ist sind war waren sein bin habe hat haben hatte ich du er sie es wir ihr mich mir mein meine ihre unser nicht kein keine kann können wird werden mit von zu zum zur im in am an auf für aus bei nach über auch noch schon nur sehr wie was wer wo warum bitte hallo guten tag danke dies diese dieser ' +
    'el la los las un una unos unas y o pero si que de del en a al por para con sin es son fue era ser estoy está están he ha han yo tú él ella nosotros ellos me mi mis tu su sus no se lo le les muy más también como qué cuál cuándo dónde cómo hola gracias por favor este esta estos ' +
    'i ili ali ako da je su sam si smo ste bio bila biti u na za od do iz sa s po pri kao što koji koja koje kako kada gdje zašto ja ti on ona mi vi oni me mi moj moja vaš vaša se ne nije nisam li bi će ću već još samo vrlo molim hvala dobar dan ' +
    'في من على إلى عن مع هذا هذه ذلك التي الذي أن إن كان كانت هو هي أنا نحن لا لم لن ما هل قد و أو ثم كل بعد قبل عند'
  ).split(' '),
);

/** Arabic-Indic and full-width digits as plain ones. */
export const normalizeDigits = (text: string): string =>
  text.replace(/[\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]/g, (digit) =>
    String((digit.codePointAt(0) ?? 0) & 0xf),
  );

// What support tickets are mostly about, across the languages served: lets a German question find an English article.
const concepts: readonly (readonly [string, RegExp])[] = [
  [
    'refund',
    /refund|money back|reimburs|erstatt|geld zurück|rückzahl|reembols|devuelv\w* el dinero|devoluci[oó]n del dinero|povrat novca|vra[tć]\w* (?:novac|mi novac)|استرداد|المبلغ|返金/i,
  ],
  [
    'return',
    /\breturn|rücksend|zurückschick|zurücksend|retour|devolver|devoluci|vratiti|povrat\b|إرجاع|أعيده|返品|返送/i,
  ],
  [
    'damage',
    /damag|broken|torn|tear\b|crack|faulty|defect|beschädig|gebrochen|kaputt|defekt|riss\b|rot[ao]\b|dañad|rotura|corte\b|oštećen|slomljen|polomljen|pokvaren|مكسور|تالف|كسر|破損|折れ|壊れ|傷/i,
  ],
  [
    'delivery',
    /deliver|parcel|package|shipment|liefer|paket|sendung|zustell|entrega|paquete|envío|isporu|dostav|pošiljk|توصيل|الطرد|شحن|配送|配達|届/i,
  ],
  [
    'cost',
    /\bcost|fees?\b|price|free of charge|kosten|gebühr|preis|coste|gratis|precio|pagar|trošk|cijen|platit|besplat|تكلفة|حسابي|رسوم|費用|送料|料金/i,
  ],
  [
    'time',
    /how long|business days|take[s]? .{0,12}days|wie lange|werktage|dauert|cuánto tarda|días hábiles|koliko (?:dugo|traje)|radnih dana|كم يستغرق|أيام عمل|営業日|いつ|日数/i,
  ],
  ['exchange', /exchang|replac|umtausch|ersatz|austausch|cambi(?:o|ar)|reemplaz|zamjen|استبدال|بديل|交換/i],
  ['order', /\border(?:s|ed)?\b|bestell|pedido|narud|naru[cč]|طلب|注文/i],
  ['cancel', /cancel|stornier|kündig|anular|otkaz|إلغاء|キャンセル|解約/i],
  ['address', /address|adresse|direcci|adres|عنوان|住所/i],
  [
    'payment',
    /payment|paid|card|bezahl|zahlung|karte|pago|tarjeta|plaćan|kartic|uplat|دفع|بطاقة|支払|カード/i,
  ],
  ['invoice', /invoice|receipt|rechnung|beleg|factura|recibo|račun|faktur|فاتورة|請求書|領収書/i],
  ['customs', /custom[s]\b|import|dut(?:y|ies)|zoll|aduana|carin|جمارك|関税|税関/i],
  ['account', /account|konto|cuenta|račun korisn|nalog|حساب(?!ي)|アカウント/i],
  [
    'password',
    /password|log ?in|sign in|passwort|anmeld|contraseña|iniciar sesión|lozink|prijav|كلمة المرور|تسجيل الدخول|パスワード|ログイン/i,
  ],
  ['warranty', /warrant|guarantee|garantie|gewährleist|garantía|garancij|jamstv|ضمان|保証/i],
  ['size', /\bsize|größe|talla|tamaño|veličin|مقاس|حجم|サイズ/i],
  ['tent', /\btents?\b|\bzelt|tienda|šator|خيمة|テント/i],
  ['pole', /\bpoles?\b|stange|gestänge|varilla|šipk|عمود|ポール/i],
  ['photo', /photo|picture|foto|bild|صور|写真/i],
  ['subscription', /subscri|abo\b|abonnement|suscripci|pretplat|اشتراك|定期/i],
  ['track', /track|sendungsverfolg|rastre|seguimiento|prati(?:ti)?\b|praćenj|تتبع|追跡/i],
];

const cjk = /[\u3040-\u30ff\u3400-\u9fff]/;

/** Words that carry meaning, shortened to a rough stem, with concepts as `c:refund`; pairs of characters for Japanese. */
export function termsOf(text: string): string[] {
  const lower = normalizeDigits(text).toLowerCase().normalize('NFKC');
  const terms: string[] = [];
  for (const [word] of lower.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    if (cjk.test(word)) {
      for (let index = 0; index + 1 < word.length; index += 1) {
        const pair = word.slice(index, index + 2);
        // Pairs of hiragana are grammar, not matter.
        if (!/^[\u3040-\u309f]{2}$/.test(pair)) terms.push(pair);
      }
      continue;
    }
    if (word.length < 3 || stopWords.has(word)) continue;
    terms.push(word.replace(/^(?:وال|بال|لل|ال)/, '').slice(0, 6));
  }
  for (const [name, pattern] of concepts) if (pattern.test(lower)) terms.push(`c:${name}`);
  return terms;
}

/** Shared weight of two texts: a rare term counts more, a concept counts double. */
export function overlap(
  query: readonly string[],
  text: string,
  rarity: (term: string) => number = () => 1,
): number {
  const terms = new Set(termsOf(text));
  let score = 0;
  for (const term of new Set(query))
    if (terms.has(term)) score += rarity(term) * (term.startsWith('c:') ? 2 : 1);
  return score / Math.sqrt(4 + terms.size);
}

/** How rare a term is in a collection: 1 when it stands in one text alone, less when it stands in many. */
export function rarityIn(texts: readonly string[]): (term: string) => number {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const term of new Set(termsOf(text))) counts.set(term, (counts.get(term) ?? 0) + 1);
  return (term) => 1 / Math.sqrt(Math.max(1, counts.get(term) ?? 1));
}
