import { addressesIn } from './addresses.ts';
import { cleanText } from './clean-text.ts';

export { allowedLinks } from './addresses.ts';

/** Markdown images, HTML tags that fetch or run, and links with other schemes never leave the house. */
const images = /!\[[^\]]{0,500}\](?:\([^)]{0,2000}\)|\[[^\]]{0,200}\])/g;
const referenceDefinitions = /^\s{0,3}\[[^\]]{1,200}\]:\s*\S.*$/gm;
const markdownLinks = /\[([^\]]{1,500})\]\(([^)\s]{1,2000})[^)]{0,2000}\)/g;
const htmlTags = /<[/!?]?[a-zA-Z][^<>]*>/g;
/** A tag whose end never comes: a browser would close it. */
const openTags = /<(?=[/!?]?[a-zA-Z])/g;
/** An image whose end never comes. */
const openImages = /!\[/g;
const mathLetters = /[\u{1d400}-\u{1d7ff}]/gu;

export interface FilteredText {
  readonly text: string;
  readonly linksRemoved: number;
}

// Taking something out can put its two sides together to something new.
const mostRounds = 8;

/** Takes out what may not stay, until nothing more is found; spacing stays as it is. */
function removeUnknown(given: string, isAllowed: (link: string) => boolean): FilteredText {
  let linksRemoved = 0;
  let text = cleanText(given).replace(mathLetters, (letter) => letter.normalize('NFKC'));
  const remove = (): string => {
    linksRemoved += 1;
    return '';
  };
  for (let round = 0; round < mostRounds; round += 1) {
    const before = text;
    text = text
      .replace(images, remove)
      .replace(referenceDefinitions, remove)
      .replace(markdownLinks, (_, label: string, target: string) =>
        isAllowed(target) ? `${label} (${target})` : (remove(), label),
      )
      .replace(htmlTags, '');
    for (const { at, text: address } of addressesIn(text).toReversed()) {
      if (isAllowed(address)) continue;
      linksRemoved += 1;
      text = text.slice(0, at) + text.slice(at + address.length);
    }
    if (text === before) return { text: text.replace(openTags, '< ').replace(openImages, '['), linksRemoved };
  }
  // Built to never come to rest: nothing honest looks like this.
  return { text: '', linksRemoved };
}

/** Plain text for a customer: no images, tags, invisible signs or strange schemes, and only links that were there before. */
export function filterReply(given: string, isAllowed: (link: string) => boolean): FilteredText {
  const { text, linksRemoved } = removeUnknown(given, isAllowed);
  return {
    text: text
      .replace(/[ \t]+\n/g, '\n')
      .replace(/\n{3,}/g, '\n\n')
      .replace(/[ \t]{2,}/g, ' ')
      .replace(/\(\s*\)/g, '')
      .trim(),
    linksRemoved,
  };
}

/** A value with every text in it filtered; names of fields stay. */
export function filterValue<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => filterValue(item, change)) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, filterValue(item as unknown, change)]),
  ) as T;
}

/** Every text in a value. */
export function textsOf(value: unknown): string[] {
  const texts: string[] = [];
  filterValue(value, (text) => (texts.push(text), text));
  return texts;
}

const longestHeld = 2_000;
/** An open image, link or tag at the end, or a word that has not ended. */
const unfinished = /!?\[[^\]]*$|!?\[[^\]]*\](?:\([^)]*)?$|<(?:[/!?a-zA-Z][^<>]*)?$|!$/;
/** After these a word has ended: spaces, and signs of scripts that write none. */
const endsWord = /[\s\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af]/;

/** Passes streamed text on word by word, so that a link or tag is seen whole before any of it is shown. */
export function createStreamFilter(isAllowed: (link: string) => boolean): {
  push(delta: string): string;
  end(): string;
} {
  let held = '';
  let gaveUp = false;
  return {
    push(delta) {
      if (gaveUp) return '';
      held += delta;
      const open = held.search(unfinished);
      let cut = open >= 0 ? open : held.length;
      // Never inside a word: it may still become a link or a code.
      while (cut > 0 && !endsWord.test(held.charAt(cut - 1))) cut -= 1;
      if (cut === 0) {
        // Nothing honest is this long: no more is shown, the checked answer comes at the end.
        gaveUp = held.length > longestHeld;
        return '';
      }
      const ready = held.slice(0, cut);
      held = held.slice(cut);
      return removeUnknown(ready, isAllowed).text;
    },
    end() {
      const rest = held;
      held = '';
      return gaveUp ? '' : removeUnknown(rest, isAllowed).text;
    },
  };
}
