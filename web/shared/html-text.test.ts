import { expect, test } from 'vitest';
import { htmlOfText, looksLikeHtml, textOfHtml } from './html-text.ts';

test('textOfHtml keeps words and paragraphs and drops markup', () => {
  expect(textOfHtml('<p>Hello <b>Ana</b>,</p><p>3 &lt; 4 &amp; caf&#233;</p>')).toBe(
    'Hello Ana,\n\n3 < 4 & café',
  );
  expect(textOfHtml('a<script>alert(1)</script>b<br>c')).toBe('ab\nc');
});

test('looksLikeHtml tells a tag from a smaller-than sign', () => {
  expect(looksLikeHtml('<p dir="ltr">x</p>')).toBe(true);
  expect(looksLikeHtml('if a < b and c > d')).toBe(false);
});

test('htmlOfText comes back as the same text', () => {
  const text = 'Dear Ana,\nthanks <for> "this" & that.\n\nBest';
  expect(textOfHtml(htmlOfText(text))).toBe(text);
});
