// Loaded into the server before anything else: writes down every name it asks for and every address it connects to.
import dns from 'node:dns';
import { appendFileSync } from 'node:fs';
import net from 'node:net';

const file = process.env['CONNECTIONS_FILE'];
if (file !== undefined) {
  const write = (line: string): void => appendFileSync(file, `${line}\n`);
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function recorded(this: net.Socket, ...given: unknown[]) {
    const first = (Array.isArray(given[0]) ? (given[0] as unknown[])[0] : given[0]) as
      | { host?: string; port?: number; path?: string }
      | number
      | string;
    if (typeof first === 'object')
      write(first.path === undefined ? `${first.host ?? 'localhost'}:${first.port}` : `socket ${first.path}`);
    else if (typeof first === 'string' && first.includes('/')) write(`socket ${first}`);
    else write(`${typeof given[1] === 'string' ? given[1] : 'localhost'}:${first}`);
    return (connect as (...all: unknown[]) => net.Socket).apply(this, given);
  } as typeof connect;
  for (const place of [dns, dns.promises] as { lookup: (...all: never[]) => unknown }[]) {
    const { lookup } = place;
    place.lookup = (...all: never[]) => {
      write(`name ${String(all[0])}`);
      return lookup.apply(place, all);
    };
  }
}
