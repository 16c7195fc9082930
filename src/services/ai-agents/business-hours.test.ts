import { expect, it } from 'vitest';
import { readableOn } from '../../kernel/contrast.ts';
import { isOpenAt, nextOpening } from './business-hours.ts';

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

it.each([
  // Monday noon: the lunch break. Tuesday: not before next Monday. A holiday: the Monday after.
  ['2026-11-23T11:00:00Z', '2026-11-23T12:00:00.000Z'],
  ['2026-11-24T10:00:00Z', '2026-11-30T08:00:00.000Z'],
  ['2026-12-22T10:00:00Z', '2027-01-04T08:00:00.000Z'],
])('after %s people are back at %s', (after, back) =>
  expect(nextOpening(hours, new Date(after))?.toISOString()).toBe(back),
);

it('people who are never there never come back, and odd minutes are met', () => {
  expect(nextOpening({ ...hours, week: hours.week.map(() => []) }, new Date())).toBeUndefined();
  const odd = { ...hours, week: hours.week.map(() => [{ from: '09:07', to: '09:52' }]) };
  expect(nextOpening(odd, new Date('2026-11-24T10:00:00Z'))?.toISOString()).toBe('2026-11-25T08:07:00.000Z');
});

it('text can be read on every colour', () => {
  expect([
    readableOn('#000000'),
    readableOn('#ffffff'),
    readableOn('#1f73b7'),
    readableOn('#ffee00'),
  ]).toEqual(['#ffffff', '#000000', '#ffffff', '#000000']);
});
