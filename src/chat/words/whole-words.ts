const letter = String.raw`[\p{L}\p{N}]`;
const edge = `(?:(?<=${letter})(?!${letter})|(?<!${letter})(?=${letter}))`;

/** A pattern whose `\b` and `\w` know the letters of every language, and not of English alone. */
export const wholeWords = (pattern: string): RegExp =>
  new RegExp(pattern.replaceAll(String.raw`\b`, edge).replaceAll(String.raw`\w`, letter), 'iu');
