import { linksIn } from './clean-text.ts';

/** Markdown images, HTML tags that fetch or run, and links with other schemes never leave the house. */
const images = /!\[[^\]]{0,500}\](?:\([^)]{0,2000}\)|\[[^\]]{0,200}\])/g;
const referenceDefinitions = /^\s{0,3}\[[^\]]{1,200}\]:\s*\S.*$/gm;
const markdownLinks = /\[([^\]]{1,500})\]\(([^)\s]{1,2000})[^)]{0,200}\)/g;
const htmlTags = /<\/?[a-zA-Z][^<>]{0,2000}>/g;
const dangerousSchemes = /\b(?:javascript|data|vbscript|file|blob):[^\s<>"']*/gi;
const keyLike = /\b(?:sk-[A-Za-z0-9_-]{16,}|AIza[0-9A-Za-z_-]{30,}|xai-[A-Za-z0-9]{16,})/;

/** What a link is compared by: scheme, host and path without a trailing slash. */
function linkIdentity(link: string): string {
  return link
    .toLowerCase()
    .replace(/^www\./, 'https://www.')
    .replace(/^http:/, 'https:')
    .replace(/\/+$/, '');
}

/** A test for links that occur in the ticket or its sources. */
export function allowedLinks(texts: readonly string[]): (link: string) => boolean {
  const known = new Set(texts.flatMap(linksIn).map(linkIdentity));
  return (link) => known.has(linkIdentity(link));
}

export interface FilteredText {
  readonly text: string;
  readonly linksRemoved: number;
}

/** Plain text for a customer: no images, tags or strange schemes, and only links that were there before. */
export function filterReply(text: string, isAllowed: (link: string) => boolean): FilteredText {
  let linksRemoved = 0;
  const remove = (): string => {
    linksRemoved += 1;
    return '';
  };
  let filtered = text
    .replace(images, remove)
    .replace(referenceDefinitions, remove)
    .replace(markdownLinks, (_, label: string, target: string) =>
      isAllowed(target) ? `${label} (${target})` : (remove(), label),
    )
    .replace(htmlTags, '')
    .replace(dangerousSchemes, remove);
  for (const link of new Set(linksIn(filtered))) {
    if (!isAllowed(link)) {
      linksRemoved += 1;
      filtered = filtered.replaceAll(link, '');
    }
  }
  return {
    text: filtered
      .replace(/[ \t]+\n/g, '\n')
      .replace(/\n{3,}/g, '\n\n')
      .replace(/[ \t]{2,}/g, ' ')
      .replace(/\(\s*\)/g, '')
      .trim(),
    linksRemoved,
  };
}

/** True when text holds something no answer may hold: a key, or the marks we put around data. */
export function holdsSecret(text: string, marks: string): boolean {
  return keyLike.test(text) || text.includes(marks);
}

const suspicious = /[[\]<!:.(]/;

/** Passes streamed text on word by word, so that a link or tag is seen whole before any of it is shown. */
export function createStreamFilter(isAllowed: (link: string) => boolean): {
  push(delta: string): string;
  end(): string;
} {
  let held = '';
  const clean = (text: string): string =>
    text
      .replace(images, '')
      .replace(markdownLinks, (_, label: string, target: string) =>
        isAllowed(target) ? `${label} (${target})` : label,
      )
      .replace(htmlTags, '')
      .replace(dangerousSchemes, '')
      .replace(/\b(?:https?:\/\/|www\.)[^\s<>"'`\])}]+/giu, (link) =>
        isAllowed(link.replace(/[.,;:!?،。、؟]+$/u, '')) ? link : '',
      );
  return {
    push(delta) {
      held += delta;
      // Links, images and tags all need one of these; words without any pass at once.
      if (!suspicious.test(held)) {
        const end = Math.max(held.lastIndexOf(' '), held.lastIndexOf('\n')) + 1;
        if (end > 0) {
          const ready = held.slice(0, end);
          held = held.slice(end);
          return ready;
        }
      }
      // An open bracket or tag may still become a link or image: hold from there, but not for ever.
      const open = held.search(/!?\[[^\]]*$|!?\[[^\]]*\]\([^)]*$|\]$|<[^>]*$/);
      const lastSpace = Math.max(held.lastIndexOf(' '), held.lastIndexOf('\n'));
      let cut = lastSpace + 1;
      if (cut === 0 && held.length > 24 && !/(?:https?:|www\.)/i.test(held)) cut = held.length - 8;
      if (open >= 0 && open < cut && held.length - open < 2_000) cut = open;
      if (cut <= 0) return '';
      const ready = held.slice(0, cut);
      held = held.slice(cut);
      return clean(ready);
    },
    end() {
      const rest = clean(held);
      held = '';
      return rest;
    },
  };
}
