import { cleanText } from '../../copilot/text/clean-text.ts';
import { wholeWords } from './whole-words.ts';

/** What a message of a few usual words wants; undefined for everything else. */
export type PlainWish = 'hello' | 'thanks' | 'goodbye' | 'person';

const squeezed = (text: string): string =>
  cleanText(text)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[’‘`´]/g, "'")
    .replace(/[^\p{L}\p{N}' ]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();

const whole: readonly (readonly [Exclude<PlainWish, 'person'>, RegExp])[] = [
  [
    'hello',
    /^(?:hi|hello|hey|good (?:morning|day|afternoon|evening)|hallo|guten (?:morgen|tag|abend)|moin|servus|grüezi|salut|bonjour|bonsoir|coucou|hola|buen(?:os|as) (?:días|dias|tardes|noches)|ciao|buongiorno|buonasera|salve|goede(?:morgen|middag|navond)|olá|ola|bom dia|boa (?:tarde|noite))(?: (?:there|there you|zusammen|you|à tous))?$/u,
  ],
  [
    'thanks',
    /^(?:ok |okay |great |super |perfect |)?(?:thanks|thank you|thx|many thanks|danke|vielen dank|dankeschön|danke schön|merci|merci beaucoup|gracias|muchas gracias|grazie|grazie mille|bedankt|dank u|dank je|dank u wel|dank je wel|obrigado|obrigada|muito obrigado|muito obrigada)(?: (?:a lot|very much|so much|sehr|bien))?$/u,
  ],
  [
    'goodbye',
    /^(?:bye|bye bye|goodbye|good bye|see you|tschüss|tschüs|auf wiedersehen|au revoir|adiós|adios|hasta luego|arrivederci|tot ziens|doei|adeus|tchau)$/u,
  ],
];

/** Somebody of flesh and blood, in the languages the product speaks. */
const person: readonly RegExp[] = [
  String.raw`\b(?:talk|speak|chat|connect|transfer|put)\b.{0,40}\b(?:human|person|someone|somebody|representative|rep|operator|real agent|live agent|agent|staff|employee|support team|colleague)\b`,
  String.raw`^(?:a |i want a |i need a |give me a |real |live )*(?:human|person|representative|live agent|agent)(?: please)?$`,
  String.raw`\b(?:mit|zu)\b.{0,30}\b(?:mensch(?:en)?|mitarbeiter(?:in)?|jemand(?:em)?|person|berater(?:in)?|kolleg(?:e|en|in))\b.{0,20}\b(?:sprechen|reden|verbinden|schreiben|chatten|verbunden)\b`,
  String.raw`\bverbinde[nt]?\b.{0,30}\b(?:mensch|mitarbeiter|jemand|berater|kolleg)`,
  String.raw`^(?:ich will |ich möchte |bitte )*(?:einen? )?(?:menschen?|mitarbeiter(?:in)?)(?: bitte| sprechen)?$`,
  String.raw`\bparler\b.{0,30}\b(?:personne|humain|conseiller|conseillère|quelqu'un|agent|opérateur)\b`,
  String.raw`\bhablar\b.{0,30}\b(?:persona|humano|agente|alguien|operador|representante)\b`,
  String.raw`\bparlare\b.{0,30}\b(?:persona|umano|operatore|qualcuno|addetto)\b`,
  String.raw`\b(?:praten|spreken)\b.{0,30}\b(?:mens|persoon|medewerker|iemand)\b|\b(?:mens|persoon|medewerker|iemand)\b.{0,20}\b(?:praten|spreken)\b`,
  String.raw`\bfalar\b.{0,30}\b(?:pessoa|humano|atendente|alguém|agente)\b`,
].map(wholeWords);
/** "I don't want to talk to a person." */
const declined = wholeWords(
  String.raw`\b(?:don't|do not|not|no need|kein(?:en|e|er)?|nicht|ne|pas|no|non|niet|não)\b`,
);

const mostLetters = 300;

/** What a message says that takes no model to understand. */
export function plainWish(text: string): PlainWish | undefined {
  if (text.length > mostLetters) return undefined;
  const said = squeezed(text);
  const found = whole.find(([, pattern]) => pattern.test(said));
  if (found !== undefined) return found[0];
  return person.some((pattern) => pattern.test(said)) && !declined.test(said) ? 'person' : undefined;
}
