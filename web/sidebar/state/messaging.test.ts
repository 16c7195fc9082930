import { expect, test } from 'vitest';
import { isMessagingChannel } from './messaging.ts';

test.each([
  [{ channel: 'native_messaging' }, true],
  [{ channel: 'whatsapp' }, true],
  [{ channel: 'email' }, false],
  [{ channel: 7 }, false],
  [null, false],
  ['whatsapp', false],
])('%j is a conversation of messages: %s', (via, is) => expect(isMessagingChannel(via)).toBe(is));
