import { describe, expect, it } from 'vitest';
import { readStorageFormat } from './storage-format.ts';

const blocks = (storage: string) => readStorageFormat('A page', storage).blocks;
const macro = (name: string, body: string, parameters = ''): string =>
  `<ac:structured-macro ac:name="${name}">${parameters}<ac:rich-text-body>${body}</ac:rich-text-body></ac:structured-macro>`;
const parameter = (name: string, value: string): string =>
  `<ac:parameter ac:name="${name}">${value}</ac:parameter>`;

describe('storage format', () => {
  it('keeps headings, paragraphs, entities and line breaks', () => {
    expect(
      blocks(
        '<h2>Größe &amp; Maße</h2>\n<p>Up to\n 20&nbsp;% &ndash; or<br/>less</p><blockquote><p>Said</p></blockquote>',
      ),
    ).toEqual([
      { kind: 'heading', level: 2, text: 'Größe & Maße' },
      { kind: 'text', text: 'Up to 20 % – or\nless' },
      { kind: 'text', text: 'Said' },
    ]);
  });

  it('keeps lists with their numbers, also inside of each other', () => {
    expect(
      blocks(
        '<ol><li><p>Ask</p><ul><li>name</li></ul></li><li>Check</li></ol><ol start="4"><li>Send</li></ol>',
      ),
    ).toEqual([
      { kind: 'item', text: '1. Ask' },
      { kind: 'item', text: 'name' },
      { kind: 'item', text: '2. Check' },
      { kind: 'item', text: '4. Send' },
    ]);
  });

  it('names the columns of a table, and follows cells over rows and columns', () => {
    expect(
      blocks(
        '<table><tbody><tr><th>Country</th><th>Time</th><th>Cost</th></tr><tr><td rowspan="2">US</td><td>3-5</td><td>$5</td></tr><tr><td colspan="2"><p>express</p><ul><li>1 day</li></ul></td></tr></tbody></table>',
      ),
    ).toEqual([
      {
        kind: 'table',
        rows: ['Country: US | Time: 3-5 | Cost: $5', 'Country: US | Time: express; 1 day'],
      },
    ]);
    expect(
      blocks('<table><tr><th>Fault</th><td>flickers</td></tr><tr><th>Remedy</th><td>board</td></tr></table>'),
    ).toEqual([{ kind: 'table', rows: ['Fault: flickers', 'Remedy: board'] }]);
  });

  it('keeps code as it is, and the text and title of panels and of what folds open', () => {
    expect(
      blocks(
        `<ac:structured-macro ac:name="code">${parameter('language', 'bash')}<ac:plain-text-body><![CDATA[if a < b\n  run "x"]]></ac:plain-text-body></ac:structured-macro>` +
          macro('expand', '<p>Inside</p>', parameter('title', 'More')) +
          macro('info', '<p>Note</p>', parameter('icon', 'false')),
      ),
    ).toEqual([
      { kind: 'code', text: 'if a < b\n  run "x"' },
      { kind: 'text', text: 'More' },
      { kind: 'text', text: 'Inside' },
      { kind: 'text', text: 'Note' },
    ]);
  });

  it('names linked pages, people without their id, tasks, states, dates and addresses', () => {
    expect(
      blocks(
        '<p>See <ac:link><ri:page ri:content-title="Identity check" /></ac:link>, <ac:link><ri:page ri:content-title="X" /><ac:plain-text-link-body><![CDATA[the list]]></ac:plain-text-link-body></ac:link>, <ac:link><ri:user ri:account-id="5b10a284" /></ac:link> until <time datetime="2027-01-31" /> at <a href="https://shop.example/a">the shop</a> <ac:structured-macro ac:name="status"><ac:parameter ac:name="title">LIVE</ac:parameter></ac:structured-macro></p>' +
          '<ac:task-list><ac:task><ac:task-id>7</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body><p>Post</p></ac:task-body></ac:task></ac:task-list>',
      ),
    ).toEqual([
      {
        kind: 'text',
        text: 'See Identity check, the list, @user until 2027-01-31 at the shop (https://shop.example/a) LIVE',
      },
      { kind: 'item', text: '[x] Post' },
    ]);
  });

  it('drops what a reader does not see or what stands elsewhere', () => {
    expect(
      blocks(
        macro('toc', '<p>a</p>') +
          macro('excerpt', '<p>b</p>', parameter('hidden', 'true')) +
          macro('include', '<p>c</p>') +
          '<ac:image><ri:attachment ri:filename="d.png" /></ac:image><ac:placeholder>e</ac:placeholder>' +
          '<p style="display: none">f</p><p><span style="font-size:0px">g</span>h</p><script>i</script>' +
          macro('excerpt', '<p>j</p>'),
      ),
    ).toEqual([
      { kind: 'text', text: 'h' },
      { kind: 'text', text: 'j' },
    ]);
  });

  it('never fetches or expands an entity of its own, and survives broken markup', () => {
    expect(
      blocks(
        '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "boom">]><p>&x;&y; left</p><table><tr><td>open',
      ),
    ).toEqual([
      { kind: 'text', text: ']>' },
      { kind: 'text', text: '&x;&y; left' },
      { kind: 'table', rows: ['open'] },
    ]);
    expect(blocks('<ac:parameter><div>a'.repeat(150_000))).toEqual([]);
    expect(blocks(`<p>before</p>${'<div>a'.repeat(300_000)}`)[0]).toEqual({ kind: 'text', text: 'before' });
    expect(blocks(`<p>${'<a href="/x">a</a>'.repeat(150_000)}</p>`)).toHaveLength(1);
  });
});
