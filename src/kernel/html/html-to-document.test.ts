import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlToDocument } from './html-to-document.ts';

const blocksOf = (html: string): unknown => htmlToDocument(html, 'Title').blocks;
const text = (words: string): unknown => ({ kind: 'text', text: words });
const item = (words: string): unknown => ({ kind: 'item', text: words });
const answer = (question: string, words: string): unknown => ({ kind: 'answer', question, text: words });

describe('htmlToDocument', () => {
  it('keeps headings, paragraphs, numbered and nested items, and code as it is written', () => {
    expect(
      blocksOf(
        '<h2>Return\n it</h2><p>Within\n<b>30</b> days.<br>Free.</p><ol start="3"><li>Pack<ul><li>box</li></ul></li><li><p>Send</p><p>Wait</p></li></ol><pre>\na\n  b\n</pre>',
      ),
    ).toEqual([
      { kind: 'heading', level: 2, text: 'Return it' },
      text('Within 30 days.\nFree.'),
      item('3. Pack'),
      item('box'),
      item('4. Send'),
      text('Wait'),
      { kind: 'code', text: 'a\n  b' },
    ]);
  });

  it('keeps tables with the names of their columns and with cells that reach down', () => {
    expect(
      blocksOf(
        '<table><tr><th>Size</th><th>Price</th></tr><tr><td rowspan="2"><p>S</p></td><td>5</td></tr><tr><td>6</td></tr></table>',
      ),
    ).toEqual([{ kind: 'table', header: 'Size | Price', rows: ['S | 5', 'S | 6'] }]);
  });

  it('takes a table that only arranges a page for what is in it', () => {
    expect(blocksOf('<table><tr><td><h2>Hours</h2><p>9–17</p></td><td>Sa closed</td></tr></table>')).toEqual([
      { kind: 'heading', level: 2, text: 'Hours' },
      text('9–17'),
      text('Sa closed'),
    ]);
  });

  it('keeps questions with their answers, wherever a page has them', () => {
    expect(
      blocksOf(
        '<dl><dt>Free?</dt><dd>Yes.</dd><dt>SLA</dt><dd>2 h</dd></dl><details><summary>Why？</summary><p>So.</p></details><table><tr><th>Question</th><th>Answer</th></tr><tr><td>When</td><td>Now</td></tr></table>',
      ),
    ).toEqual([answer('Free?', 'Yes.'), text('SLA: 2 h'), answer('Why？', 'So.'), answer('When', 'Now')]);
  });

  it('drops what a reader of the page does not see, and menus', () => {
    expect(
      blocksOf(
        '<nav>Menu</nav><div role="banner">Logo</div><script>x</script><style>y</style><!-- z --><p style="display:none">a</p><p style="color:#fff">b</p><p hidden>c</p><p>se\u200Ben</p><img alt="d"><footer>e</footer>',
      ),
    ).toEqual([text('seen')]);
  });

  it('reads the storage format of Confluence', () => {
    expect(
      blocksOf(
        '<p>See <ac:link><ri:page ri:content-title="P"/><ac:plain-text-link-body><![CDATA[this <page>]]></ac:plain-text-link-body></ac:link>.</p><ac:structured-macro ac:name="code"><ac:parameter ac:name="language">js</ac:parameter><ac:plain-text-body><![CDATA[if (a < b) {\n  go();\n}]]></ac:plain-text-body></ac:structured-macro><ac:structured-macro ac:name="expand"><ac:parameter ac:name="title">How long?</ac:parameter><ac:rich-text-body><p>3 days.</p></ac:rich-text-body></ac:structured-macro><ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body>Do it</ac:task-body></ac:task></ac:task-list><ac:structured-macro ac:name="toc"/>',
      ),
    ).toEqual([
      text('See this <page>.'),
      { kind: 'code', text: 'if (a < b) {\n  go();\n}' },
      answer('How long?', '3 days.'),
      item('Do it'),
    ]);
  });

  it('never throws, and gives no empty block and no markup', () => {
    const tags = fc.constantFrom(
      'p',
      'li',
      'ul',
      'ol',
      'table',
      'tr',
      'td',
      'th',
      'h1',
      'dl',
      'dt',
      'dd',
      'details',
      'summary',
      'pre',
      'br',
      'ac:task',
    );
    const parts = fc.oneof(
      tags.map((tag) => `<${tag}>`),
      tags.map((tag) => `</${tag}>`),
      fc.constantFrom('words ', '\n', 'Why? ', '<b>bold</b>'),
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 60 }), (html) => {
        for (const block of htmlToDocument(html.join(''), 'T').blocks) {
          expect(JSON.stringify(block)).not.toMatch(/<\/?\w|:""/);
          if (block.kind === 'table') expect(block.rows.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('loses no word, however its tags are closed', () => {
    const tags = fc.constantFrom(
      'p',
      'div',
      'li',
      'ul',
      'table',
      'tr',
      'td',
      'h2',
      'dl',
      'dt',
      'dd',
      'details',
      'summary',
      'b',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(tags, fc.boolean()), { maxLength: 40 }), (opened) => {
        const html = opened
          .map(([tag, closed], at) => `<${tag}>w${at}x${closed ? `</${tag}>` : ''}`)
          .join('');
        const found = JSON.stringify(htmlToDocument(html, 'T').blocks);
        opened.forEach((_, at) => expect(found).toContain(`w${at}x`));
      }),
      { numRuns: 300 },
    );
  });
});
