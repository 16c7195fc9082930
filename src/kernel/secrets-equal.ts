import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

/** Whether two secrets are the same, in a time that tells nothing about where they differ or how long they are. */
export function secretsEqual(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}
