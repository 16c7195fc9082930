import { sanitizeToString } from './sanitize.ts';

/** Escapes text for use inside HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Plain text as HTML: blank lines part paragraphs, single line ends become breaks. */
export function textToHtml(text: string): string {
  if (!text.includes('\n')) return escapeHtml(text);
  return text
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${escapeHtml(paragraph).replaceAll('\n', '<br>')}</p>`)
    .join('');
}

/** What an app hands over as a comment: HTML is cleaned, anything without a tag counts as plain text. */
export function draftToHtml(value: string): string {
  return /<\/?[a-z][^>]*>/i.test(value) ? sanitizeToString(value) : textToHtml(value);
}

/** Markdown's everyday part (paragraphs, lists, headings, bold, italic, code, links) as cleaned HTML. */
export function markdownToHtml(markdown: string): string {
  const blocks = markdown
    .replaceAll('\r\n', '\n')
    .trim()
    .split(/\n{2,}/);
  return sanitizeToString(blocks.map((block) => renderBlock(block)).join(''));
}

function renderBlock(block: string): string {
  const lines = block.split('\n');
  const heading = /^(#{1,6})\s+(.*)$/.exec(block);
  if (heading !== null && lines.length === 1)
    return `<p><strong>${renderInline(heading[2] ?? '')}</strong></p>`;
  if (lines.every((line) => /^\s*[-*+]\s+/.test(line))) return renderList('ul', lines, /^\s*[-*+]\s+/);
  if (lines.every((line) => /^\s*\d+[.)]\s+/.test(line))) return renderList('ol', lines, /^\s*\d+[.)]\s+/);
  if (lines.every((line) => line.startsWith('>'))) {
    return `<blockquote>${lines.map((line) => renderInline(line.replace(/^>\s?/, ''))).join('<br>')}</blockquote>`;
  }
  return `<p>${lines.map((line) => renderInline(line)).join('<br>')}</p>`;
}

function renderList(tag: string, lines: readonly string[], marker: RegExp): string {
  return `<${tag}>${lines.map((line) => `<li>${renderInline(line.replace(marker, ''))}</li>`).join('')}</${tag}>`;
}

function renderInline(text: string): string {
  return escapeHtml(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, '<a href="$2">$1</a>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/(^|[^*])\*([^*\s][^*]*)\*/g, '$1<em>$2</em>');
}

/** True when HTML shows nothing: no letters at all. */
export function isBlankHtml(html: string): boolean {
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  return (parsed.body.textContent ?? '').trim() === '';
}
