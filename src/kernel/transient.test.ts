import { inspect } from 'node:util';
import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { reveal } from './reveal.ts';
import { Transient, TransientLeakError } from './transient.ts';

const content = Transient.of('order 4711 of Ana');

describe('Transient', () => {
  it('refuses every way of becoming a string', () => {
    const ways: (() => unknown)[] = [
      () => `${content as unknown as string}`,
      () => String(content),
      () => 'x' + (content as unknown as string),
      () => JSON.stringify({ a: [content] }),
      () => [content].join(),
      () => Number(content),
      () => content.valueOf(),
      () => encodeURIComponent(content as unknown as string),
      () => content.toPostgres(),
    ];
    for (const way of ways) expect(way).toThrow(TransientLeakError);
  });

  it('shows nothing of itself when inspected, cloned, spread or serialised', () => {
    expect(inspect(content)).toBe('Transient(…)');
    expect(inspect({ nested: { content } }, { depth: 9, showHidden: true })).not.toContain('4711');
    expect(JSON.stringify({ ...content })).toBe('{}');
    expect(JSON.stringify(structuredClone({ ...content }))).toBe('{}');
    expect(serialize({ ...content }).toString()).not.toContain('4711');
    expect(Object.getOwnPropertyNames(content)).toEqual([]);
  });

  it('keeps what is made of it transient, and lets facts out', () => {
    const upper = content.map((text) => text.toUpperCase());
    expect(reveal(upper, 'reply')).toBe('ORDER 4711 OF ANA');
    expect(content.measure((text) => text.length)).toBe(17);
    expect(() => content.measure(((text: string) => text) as never)).toThrow(TransientLeakError);
    expect(reveal(Transient.all([content, Transient.of(2)]), 'reply')).toEqual(['order 4711 of Ana', 2]);
  });
});
