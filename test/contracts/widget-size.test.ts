import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const mostBytes = 15 * 1000;
const loader = readFileSync(join(import.meta.dirname, '../../dist/web/widget/loader.js'));

it('what a page loads before anybody opens the widget weighs less than 15 kB compressed', () => {
  expect(gzipSync(loader, { level: 9 }).byteLength).toBeLessThan(mostBytes);
});

it('is one script that loads no other, and leaves no name in the page but its own', () => {
  const text = loader.toString();
  expect(text).not.toMatch(
    /\bimport\s*\(|\bimport\s*['"{*]|\beval\(|new Function|document\.cookie|localStorage/,
  );
});
