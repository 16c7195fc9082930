import { describe, expect, test } from 'vitest';
import { composeInstruction, splitMarkers, stripMarkers, withoutOpenMarker } from './reply-text.ts';

describe('stripMarkers', () => {
  test.each([
    ['Refunds take 5 days [1].', 'Refunds take 5 days.'],
    ['See our policy[1][2], please.', 'See our policy, please.'],
    ['Both say so [1, 2]\n\nBest [3]', 'Both say so\n\nBest'],
    ['مرحبا [1].', 'مرحبا.'],
    [
      'Order [4711] and list[i] stay, so does [1](https://a.test)',
      'Order [4711] and list[i] stay, so does [1](https://a.test)',
    ],
    ['Line one [1]\nLine two', 'Line one\nLine two'],
  ])('turns %j into %j', (draft, clean) => expect(stripMarkers(draft)).toBe(clean));
});

describe('splitMarkers', () => {
  test('gives words and markers in order', () => {
    expect(splitMarkers('Hi [1] there[2, 1].', new Set([1, 2]))).toEqual([
      { kind: 'text', text: 'Hi ' },
      { kind: 'marker', source: 1 },
      { kind: 'text', text: ' there' },
      { kind: 'marker', source: 2 },
      { kind: 'marker', source: 1 },
      { kind: 'text', text: '.' },
    ]);
  });

  test('leaves a number without a source as text', () => {
    expect(splitMarkers('a [7] b', new Set([1]))).toEqual([{ kind: 'text', text: 'a [7] b' }]);
  });
});

test('withoutOpenMarker holds back a marker that has not closed', () => {
  expect(withoutOpenMarker('Hello [1')).toBe('Hello ');
  expect(withoutOpenMarker('Hello [1]')).toBe('Hello [1]');
});

test('composeInstruction joins what was said with the answered questions only', () => {
  const answers = [
    { question: 'When was it sent?', answer: ' Monday ' },
    { question: 'Which size?', answer: ' ' },
  ];
  expect(composeInstruction('refund', answers)).toBe('refund\nWhen was it sent? Monday');
  expect(composeInstruction(' ', [])).toBe('');
});
