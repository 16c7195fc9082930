import type { ChatSource } from '../../../src/contract/chat.ts';
import type { WidgetStrings } from '../strings/en.ts';
import { icon, make } from './dom.ts';
import type { Shown, ShownAnswer } from './kept.ts';
import { linkTarget, renderMarkdown } from './markdown.ts';

interface Acts {
  readonly rate: (answer: ShownAnswer, verdict: 'up' | 'down') => void;
}

/** One thing that was said. */
export function messageView(message: Shown, words: WidgetStrings, name: string, acts: Acts): HTMLLIElement {
  switch (message.kind) {
    case 'visitor':
      return make(
        'li',
        { className: 'message of-visitor' },
        make('span', { className: 'unseen' }, `${words.you}: `),
        make('div', { className: 'bubble', dir: 'auto' }, message.text),
      );
    case 'anew':
      return make('li', { className: 'divider' }, make('p', {}, words.continuesAnew));
    case 'agent':
      return make(
        'li',
        { className: 'message of-agent' },
        make('span', { className: 'unseen' }, `${name}: `),
        make('div', { className: 'bubble', dir: 'auto' }, renderMarkdown(message.text)),
        sourcesView(message.sources, words),
        handOffView(message, words),
        message.demo && make('p', { className: 'small' }, words.demo),
        message.reason === null && verdictView(message, words, acts),
      );
  }
}

function sourcesView(sources: readonly ChatSource[], words: WidgetStrings): HTMLElement | false {
  if (sources.length === 0) return false;
  return make(
    'ul',
    { className: 'sources', aria: { label: words.sources } },
    ...sources.map((source) => make('li', {}, sourceView(source, words))),
  );
}

function sourceView({ number, title, url, quote }: ChatSource, words: WidgetStrings): HTMLElement {
  const target = url === null ? null : linkTarget(url);
  return make(
    'details',
    { className: 'source' },
    make(
      'summary',
      {},
      make('span', { className: 'number' }, String(number)),
      make('span', { className: 'title', dir: 'auto' }, title === '' ? words.sources : title),
      target !== null && make('span', { className: 'host' }, target.host),
    ),
    make('blockquote', { dir: 'auto', aria: { label: words.quoteFrom(title) } }, quote),
    target !== null &&
      make(
        'a',
        { href: target.href, target: '_blank', rel: 'noopener noreferrer nofollow' },
        words.openSource,
        make('span', { className: 'unseen' }, ` (${words.newWindow})`),
      ),
  );
}

function handOffView({ handOff }: ShownAnswer, words: WidgetStrings): HTMLElement | false {
  switch (handOff) {
    case 'done':
      return make('p', { className: 'state done' }, icon('done'), words.handedOver);
    case 'pending':
      return make('p', { className: 'state' }, icon('wait'), words.handOverPending);
    case 'unavailable':
      return make('p', { className: 'state warn' }, icon('warn'), words.handOverUnavailable);
    default:
      return false;
  }
}

function verdictView(answer: ShownAnswer, words: WidgetStrings, { rate }: Acts): HTMLElement {
  const button = (verdict: 'up' | 'down', label: string): HTMLElement =>
    make(
      'button',
      {
        type: 'button',
        className: 'verdict',
        disabled: answer.verdict !== null,
        aria: { label, pressed: String(answer.verdict === verdict) },
        onclick: () => rate(answer, verdict),
      },
      icon(verdict),
    );
  return make(
    'div',
    { className: 'verdicts' },
    button('up', words.helpful),
    button('down', words.notHelpful),
    answer.verdict !== null && make('span', { className: 'small' }, words.thanks),
  );
}
