import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const longestSocketPath = 100;

/** Where the control socket of a data folder is; a folder with too long a path gets one in the temporary folder. */
export function controlSocketPath(dataDirectory: string): string {
  const path = join(dataDirectory, 'control.sock');
  if (Buffer.byteLength(path) <= longestSocketPath) return path;
  return join(
    tmpdir(),
    `indesk-${createHash('sha256').update(dataDirectory).digest('hex').slice(0, 16)}`,
    'control.sock',
  );
}
