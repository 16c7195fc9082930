import { normalizeDigits } from './words.ts';

const months =
  'jan|feb|mar|mär|apr|maj|mai|may|jun|jul|aug|avg|sep|okt|oct|nov|dec|dez|januar|februar|mart|marta|märz|april|juni|juli|august|september|oktober|november|dezember|decembr|novembr|oktobr|septembr';
const abbreviations =
  /(?:^|[\s(])(?:z|bzw|ca|nr|no|mr|mrs|ms|dr|st|str|inkl|etc|e\.g|i\.e|z\.\s?b|d\.\s?h|npr|tj|sr|sra|approx|vs|u\.\s?a)\.$/i;
const monthAhead = new RegExp(`^\\s*(?:${months})`, 'i');

/** Sentences exactly as written, one list per text; line breaks end a sentence too. */
export function splitSentences(text: string): string[] {
  const sentences: string[] = [];
  for (const line of text.split(/\n+/)) {
    let from = 0;
    for (const match of line.matchAll(/[.!?…]+["'”’»)]*(?=\s|$)|[。！？؟]+[」』”"]*/g)) {
      const to = match.index + match[0].length;
      const before = line.slice(from, to);
      const isOrdinal = /(?:^|\s)\d{1,2}\.$/.test(before) && monthAhead.test(line.slice(to));
      if (isOrdinal || abbreviations.test(before)) continue;
      sentences.push(before.trim());
      from = to;
    }
    sentences.push(line.slice(from).trim());
  }
  return sentences
    .map((sentence) => sentence.replace(/^(?:[-*•]|#{1,4})\s+/, ''))
    .filter((sentence) => sentence !== '' && !sentence.startsWith('>'));
}

// Text that gives orders to a model is material like any other, but never worth repeating to a person.
const ordersToModel = [
  /\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instructions?|rules?|prompts?|above|previous|prior|guidelines)\b/i,
  /\b(?:system|developer)\s*(?:prompt|message|mode|note|override)\b/i,
  /\byou are (?:now|no longer)\b|\bas an? (?:ai|assistant|language model|chatbot)\b|\b(?:dear|hey|hello|attention),? (?:ai|assistant|copilot|chatgpt|gpt|claude|model|llm)\b/i,
  /\b(?:ai|assistant|copilot|language model|llm|chatbot|chatgpt)\b.{0,60}\b(?:must|should|shall|please|will|reply|respond|answer|write|output|print|say|send|include|add)\b/i,
  /\b(?:reply|respond|answer|output|print) (?:only )?(?:with|exactly)\b|\b(?:reveal|print|repeat|show|leak)\b.{0,40}\b(?:prompt|instructions?|keys?|secrets?|passwords?)\b/i,
  /^(?:system|assistant|developer|user)\s*:|<\/?\s*(?:system|assistant|instructions?|data-)/i,
  /\bnew instructions?\b|\bdo not (?:tell|mention|inform) (?:the )?(?:agent|user|customer)\b|\bjailbreak\b/i,
  /ignorier\w*.{0,40}(?:anweisung|regel|vorgabe|vorherig|bisherig)|systemprompt|als ki\b|(?:anweisung|befehl)\w* an die ki/i,
  /ignora\w*.{0,40}(?:instruccion|reglas|anterior)|olvida\w*.{0,40}instruccion|eres (?:ahora )?un(?:a)? (?:ia|asistente)/i,
  /(?:zanemari|ignori[sš]i|zaboravi)\w*.{0,40}(?:uput|instrukcij|pravil|prethodn)/i,
  /تجاهل.{0,40}(?:تعليمات|أوامر|سابق|قواعد)|أنت الآن (?:مساعد|نموذج)/,
  /(?:指示|命令|ルール|プロンプト).{0,12}(?:無視|忘れ|従わ)|システムプロンプト|あなたはAI/,
];

/** Says whether a sentence tries to give a model orders. */
export const isOrderToModel = (sentence: string): boolean =>
  ordersToModel.some((pattern) => pattern.test(sentence));

const smallTalk = [
  /^(?:sent from my|get outlook for|von meinem .{0,20}gesendet|gesendet von|enviado desde|poslano s|أرسلت من|.{0,12}から送信)/i,
  /^(?:hello|hi|hey|dear|good (?:morning|afternoon|evening)|any (?:news|update)s?|thanks?|thank you|best|kind regards|regards|cheers|sincerely|yours)\b[^.?!]{0,40}[,.!?]?$/i,
  /^(?:guten (?:tag|morgen|abend)|hallo|liebe[sr]?|sehr geehrte|danke|vielen dank|mit freundlichen|viele gr|beste gr|lg|mfg)[^.?!]{0,50}[,.!?]?$/i,
  /^(?:hola|buenos d|buenas (?:tardes|noches)|estimad|gracias|muchas gracias|un saludo|saludos|atentamente)[^.?!]{0,40}[,.:!?]?$/i,
  /^(?:dobar dan|dobro (?:jutro|ve)|zdravo|poštovan|hvala|pozdrav|srdačan|lijep pozdrav|s poštovanjem)[^.?!]{0,40}[,.!?]?$/i,
  /^(?:السلام عليكم|مرحب|أهلا|تحية|شكر|مع الشكر|مع التحية|مع خالص|تحياتي)[^.؟!]{0,30}[،,.!]?$/,
  /^(?:お世話になっております|こんにちは|はじめまして|よろしくお願い(?:いた)?します|ありがとうございます|失礼いたします|.{1,8}と申します)[^。]{0,14}。?$/,
];

/** Says whether a sentence only greets, thanks or signs. */
export const isSmallTalk = (sentence: string): boolean =>
  smallTalk.some((pattern) => pattern.test(sentence.trim())) ||
  (!/[.!?。！？؟\d]/.test(sentence) && sentence.length < 24);

const privateParts = /[\w.+-]+@[\w-]+\.[\w.-]+|\+\d[\d\s().-]{7,}\d/;

/** Sentences worth repeating: no small talk, no orders to a model, no address or phone number. */
export const usefulSentences = (text: string): string[] =>
  splitSentences(text).filter(
    (sentence) => !isOrderToModel(sentence) && !isSmallTalk(sentence) && !privateParts.test(sentence),
  );

/** Shortens at a word's end. Length in characters. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length - 1);
  const space = cut.lastIndexOf(' ');
  return `${(space > length / 2 ? cut.slice(0, space) : cut).replace(/[\s,;:،、]+$/, '')}…`;
}

/** Says whether a sentence asks something. */
export const isQuestion = (sentence: string): boolean =>
  /[?？؟]["'”’»)」]*$/.test(sentence) || /(?:でしょうか|ますか|ですか)。?$/.test(sentence);

/** Says whether a question names what it is about; "And now?" does not. */
export const isFullQuestion = (sentence: string): boolean =>
  isQuestion(sentence) && sentence.length >= (/[\u3040-\u30ff\u0600-\u06ff]/.test(sentence) ? 10 : 18);

const requestCues = [
  /\b(?:i(?:'d| would) like|i (?:really )?(?:want|need)|please|can (?:you|i|we)|could (?:you|i|we)|would you|i(?:'m| am) (?:asking|requesting|trying)|looking for|help me|send me|refund|cancel|how (?:do|can|long))\b/i,
  /\b(?:möchte|will|wollen|brauche|bitte|können sie|könnten sie|kann ich|hätte gern|bitten|wünsche|zurückerhalten|erstatt\w*|stornier\w*)\b/i,
  /(?:^|[^\p{L}])(?:quiero|quisiera|necesito|por favor|pueden|podrían|puedo|me gustaría|solicito|devuelvan|reembols\w*|cancelar)(?!\p{L})/iu,
  /(?:^|[^\p{L}])(?:želim|želio|željela|hoću|trebam|treba mi|molim|možete|mogu li|zanima me|tražim|vratite|otka[zž]\w*)(?!\p{L})/iu,
  /أريد|أود|أحتاج|أرجو|يرجى|هل يمكن|هل يجب|من فضلك|أطلب|استرداد|إلغاء/,
  /ください|下さい|希望|お願い|いただけ|いただく|教えて|可能でしょうか|したい|返金|キャンセル/,
];

/** Says whether a sentence asks for something to be done. */
export const isRequest = (sentence: string): boolean => requestCues.some((pattern) => pattern.test(sentence));

const promiseCues = [
  /\b(?:i(?:'ll| will)|we(?:'ll| will)|i am going to|we are going to|(?:will|shall) (?:be|get|send|call|write|refund|check)|get back to you|by (?:tomorrow|monday|tuesday|wednesday|thursday|friday|the end of))\b/i,
  /\b(?:wir werden|ich werde|wird|melde[nt]? (?:mich|uns)|wir (?:senden|schicken|prüfen|erstatten|melden)|bis (?:morgen|montag|dienstag|mittwoch|donnerstag|freitag))\b/i,
  /(?:^|[^\p{L}])(?:enviaremos|vamos a|voy a|le (?:enviaré|avisaré|escribiré|llamaré)|les enviaremos|revisaremos|haremos|antes del)(?!\p{L})/iu,
  /(?:^|[^\p{L}])(?:ćemo|ću|javit|poslat|provjerit|vratit|do (?:sutra|ponedjeljka|petka))/iu,
  /سوف|سنقوم|سنرسل|سأرسل|سنتواصل|سنعيد|سأتحقق/,
  /いたします|ご連絡|お送りします|確認します|予定です|お待ちください/,
];

/** Says whether a sentence promises a next step. */
export const isPromise = (sentence: string): boolean =>
  !isQuestion(sentence) && promiseCues.some((pattern) => pattern.test(sentence));

const orderNumber = /(?:#\s?\d{3,}|\b[A-Z]{2,6}-?\d{3,}(?:-\d+)*)/;
const amount =
  /(?:[$€£¥]\s?\d[\d.,]*|\d[\d.,]*\s?(?:€|\$|£|¥|円|EUR|USD|GBP|CHF|KM|BAM|euros?|dollars?|دولار\S*|يورو|درهم))/;
const date =
  /(?:\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\d{1,2}月\d{1,2}日|(?:\b(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?\s\d{1,2}\b)|(?:(?<!\d)\d{1,2}\.?\s(?:de\s)?(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|januara|februara|marta|aprila|maja|juna|jula|augusta|septembra|oktobra|novembra|decembra|يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر)))/i;
const measure =
  /(?<![\w.])\d+(?:[.,]\d+)?\s?(?:cm|mm|kg|km|%|Stück|pcs|units?|Tage[n]?|days?|weeks?|hours?|días|dana|個|本|枚|日間)(?!\w)/i;

/** The hard facts in a text: order numbers, amounts, dates, measures, in that order of worth. */
export function hardFactsIn(text: string): { readonly worth: number; readonly fact: string }[] {
  const plain = normalizeDigits(text);
  return [orderNumber, amount, date, measure].flatMap((pattern, index) =>
    [...plain.matchAll(new RegExp(pattern.source, pattern.flags.includes('i') ? 'gi' : 'g'))].map(
      (match) => ({ worth: 4 - index, fact: match[0].trim() }),
    ),
  );
}
