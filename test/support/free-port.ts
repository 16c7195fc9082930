import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** A port of the loopback address for a process that is started later. Below the ports that the system hands out by itself: one of those may be taken by any connection until the process listens. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => {
        probe.close(() => resolve(true));
      });
  });
}
