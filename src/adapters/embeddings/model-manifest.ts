import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UnfitModelError } from './unfit-model.ts';

export const manifestName = 'indesk-model.json';

/** What stands beside a model that was fetched or pinned, or written by hand for what its own files leave open. */
const Manifest = z.strictObject({
  /** Where it came from, for people. */
  source: z.string().optional(),
  revision: z.string().optional(),
  /** Which graph of several, relative to the directory. */
  onnxFile: z.string().optional(),
  /** Put before a text where config_sentence_transformers.json names no prompts. */
  queryPrefix: z.string().optional(),
  passagePrefix: z.string().optional(),
  /** SHA-256 in hex by path; a used file that is not here or has another one makes the model unfit. */
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)).optional(),
  /** Vectors of the fixed sentences where it was set up: float32, little-endian, base64. */
  reference: z.array(z.string()).optional(),
});
export type Manifest = z.output<typeof Manifest>;

/** Empty when there is none. Throws `UnfitModelError`. */
export function readManifest(directory: string): Manifest {
  const path = join(directory, manifestName);
  if (!existsSync(path)) return {};
  try {
    return Manifest.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    throw new UnfitModelError(`${manifestName} cannot be read`);
  }
}
