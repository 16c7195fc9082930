// What a server would do that unpacked files itself: takes a packed part in, unpacks it, and says so.
import { inflateRawSync } from 'node:zlib';

process.once('message', (packed: string) => {
  const { length } = inflateRawSync(Buffer.from(packed, 'base64'));
  process.send?.({ length });
  process.disconnect();
});
process.send?.({ ready: 'yes' });
