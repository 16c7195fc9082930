import { expect, test } from 'vitest';
import { changedShare } from './changed-share.ts';

test.each([
  ['Hello Ana,\n\nit is on its way.', 'Hello Ana, it is on its way.', 0],
  ['one two six ten', 'one two six sev', 50],
  ['a b', '', 100],
  ['short', 'short and a very much longer text than before', 100],
])('from %j to %j changes %i %%', (draft, sent, share) => expect(changedShare(draft, sent)).toBe(share));
