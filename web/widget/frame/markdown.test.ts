import { parseHTML } from 'linkedom';
import { beforeAll, describe, expect, it } from 'vitest';
import { linkTarget, plainText, renderMarkdown } from './markdown.ts';

beforeAll(() => {
  // A page to make elements in; linkedom knows no more of them than these tests need.
  globalThis.document = parseHTML('<html><body></body></html>').document as unknown as Document;
});

function html(text: string): string {
  const place = document.createElement('div');
  place.append(renderMarkdown(text));
  return place.innerHTML;
}

describe('renderMarkdown', () => {
  it('makes paragraphs, bold, italics, code and lists', () => {
    expect(html('One **two** *three* `four`\nfive\n\nsix')).toBe(
      '<p dir="auto">One <strong>two</strong> <em>three</em> <code>four</code><br>five</p><p dir="auto">six</p>',
    );
    expect(html('- a\n- b\n  more')).toContain('<li dir="auto">b<br>more</li>');
    expect(html('3. a\n4. b')).toMatch(/^<ol><li dir="auto">a/);
    expect(html('```js\n<b>\n```')).toContain('&lt;b&gt;');
    expect(html('## Returns')).toBe('<p dir="auto"><strong>Returns</strong></p>');
  });

  it('leaves signs alone that mean something else', () => {
    for (const text of ['2 * 3 * 4', 'snake_case_name', 'a ** b', '5*', '[1', 'x](y)'])
      expect(html(text)).toBe(`<p dir="auto">${text}</p>`);
  });

  it('says where a link leads, and follows none but web and mail', () => {
    const link = html('[Returns](https://help.example/r)');
    for (const part of [
      'href="https://help.example/r"',
      'target="_blank"',
      'rel="noopener noreferrer nofollow"',
    ])
      expect(link).toContain(part);
    expect(link).toContain('>Returns</a><span class="host"> (help.example)</span>');
    expect(html('See https://help.example/r.')).toContain('>https://help.example/r</a>.');
    for (const address of [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      'data:text/html,x',
      'vbscript:x',
      'file:///etc/passwd',
      '//evil.example',
      '/path',
      'https://help.example@evil.example/',
      'blob:https://x/1',
    ])
      expect(html(`[press](${address})`)).not.toContain('<a');
    expect(linkTarget('mailto:help@shop.example')?.host).toBe('help@shop.example');
  });

  it('S113: makes no element but those of the list, whatever it is given', () => {
    const allowed = new Set(['P', 'STRONG', 'EM', 'CODE', 'PRE', 'UL', 'OL', 'LI', 'A', 'SUP', 'BR', 'SPAN']);
    const attacks = [
      '<img src=x onerror=alert(1)>',
      '<script>alert(1)</script>',
      '![x](https://evil.example/p.png)',
      '[![x](https://evil.example/p.png)](https://evil.example)',
      '<svg/onload=alert(1)>',
      '**<b onclick=x>**',
      '`<iframe srcdoc=x>`',
      '[a](javascript:alert(1) "t")',
      '<a href="javascript:x">y</a>',
      '- <style>@import url(https://evil.example)</style>',
      '[ref]: https://evil.example\n[text][ref]',
    ];
    for (const attack of attacks) {
      const place = document.createElement('div');
      place.append(renderMarkdown(attack));
      for (const element of place.querySelectorAll('*')) {
        expect(allowed.has(element.tagName), `${element.tagName} of ${attack}`).toBe(true);
        for (const name of element.getAttributeNames())
          expect(['dir', 'href', 'target', 'rel', 'class', 'aria-hidden', 'start', 'tabindex']).toContain(
            name,
          );
      }
    }
  });

  it('comes to an end on texts made to be slow', () => {
    for (const text of [
      '*'.repeat(8_000),
      '['.repeat(8_000),
      '![['.repeat(3_000),
      '_a'.repeat(4_000),
      '`'.repeat(8_001),
    ])
      expect(renderMarkdown(text).textContent).not.toBe('');
  });
});

it('plainText leaves out marks, numbers of sources and addresses', () => {
  expect(plainText('Parcels **arrive** in [three](https://help.example/a) days [1].\n\n- Really [2]')).toBe(
    'Parcels arrive in three days.Really',
  );
});
