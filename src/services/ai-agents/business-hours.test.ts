import { expect, it } from 'vitest';
import { readableOn } from '../../kernel/contrast.ts';
import { isOpenAt } from './business-hours.ts';

const hours = {
  timeZone: 'Europe/Berlin',
  week: [
    [
      { from: '09:00', to: '12:00' },
      { from: '13:00', to: '24:00' },
    ],
    [],
    [],
    [],
    [],
    [],
    [],
  ],
  holidays: ['2026-12-28'],
};

it.each([
  ['2026-11-23T08:00:00Z', true],
  ['2026-11-23T07:59:59Z', false],
  ['2026-11-23T11:00:00Z', false],
  ['2026-11-23T22:59:00Z', true],
  // Tuesday there, Monday here.
  ['2026-11-23T23:00:00Z', false],
  ['2026-07-20T07:00:00Z', true],
  ['2026-12-28T10:00:00Z', false],
])('people are there at %s: %s', (at, open) => expect(isOpenAt(hours, new Date(at))).toBe(open));

it('text can be read on every colour', () => {
  expect([
    readableOn('#000000'),
    readableOn('#ffffff'),
    readableOn('#1f73b7'),
    readableOn('#ffee00'),
  ]).toEqual(['#ffffff', '#000000', '#ffffff', '#000000']);
});
