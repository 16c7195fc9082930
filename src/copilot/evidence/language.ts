import { eld } from 'eld/extrasmall';

export interface LanguageAnswer {
  /** ISO 639-1; null when the text does not say (too short, only numbers, none of the languages asked for). */
  readonly language: string | null;
  readonly sure: boolean;
}

// The detector reads no further than about 350 bytes anyway; a few more because of what is taken out.
const enough = 2000;

/**
 * The language a text is written in.
 * @param among ISO 639-1 codes to choose from; any of the sixty known ones when not given
 */
export function detectLanguage(text: string, among?: readonly string[]): LanguageAnswer {
  const words = text
    .slice(0, enough)
    .replace(/https?:\/\/\S+|\S+@\S+|<[^>]{1,40}>/g, ' ')
    .replace(/\S*\d\S*/g, ' ');
  const found = eld.detect(words);
  if (among === undefined) return { language: found.language || null, sure: found.isReliable() };
  // Scores are filtered here: the library's own restriction is a setting of the whole process.
  let best: string | null = null;
  let bestScore = 0;
  for (const [language, score] of Object.entries(found.getScores())) {
    if (score > bestScore && among.includes(language)) {
      best = language;
      bestScore = score;
    }
  }
  return { language: best, sure: best !== null && best === found.language && found.isReliable() };
}
