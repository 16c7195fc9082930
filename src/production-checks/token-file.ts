import { readFileSync } from 'node:fs';
import { ConfigError } from '../config.ts';

/** The metrics token in a file, without the line break at its end; undefined without a file. Throws `ConfigError`. */
export function readTokenFile(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    const token = readFileSync(path, 'utf8').trim();
    if (token !== '') return token;
  } catch {
    // The sentence below says it without the path's text.
  }
  throw new ConfigError(['INDESK_METRICS_TOKEN_FILE names no readable file with a token in it.']);
}
