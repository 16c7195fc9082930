import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ModelLayout } from './model-directory.ts';
import { UnfitModelError } from './unfit-model.ts';

/** SHA-256 of a file in hex, without holding it in memory. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/** SHA-256 of every used file. */
export async function hashFiles({
  directory,
  files,
}: ModelLayout): Promise<Readonly<Record<string, string>>> {
  const hashes: Record<string, string> = {};
  for (const file of files) hashes[file] = await sha256Of(join(directory, file));
  return hashes;
}

/** Throws `UnfitModelError` when a file is not the one that was pinned, or is used without being pinned. */
export function refuseOtherFiles({ manifest }: ModelLayout, hashes: Readonly<Record<string, string>>): void {
  if (manifest.files === undefined) return;
  for (const [file, hash] of Object.entries(hashes)) {
    if (manifest.files[file] === undefined)
      throw new UnfitModelError(`${file} is not among the pinned files`);
    if (manifest.files[file] !== hash) throw new UnfitModelError(`${file} is not the file that was pinned`);
  }
}

/** The identity of the vectors: files, and what is decided beside them. */
export function modelId(layout: ModelLayout, hashes: Readonly<Record<string, string>>): string {
  const hash = createHash('sha256');
  for (const file of Object.keys(hashes).sort()) hash.update(`${file}\0${hashes[file]}\n`);
  const { pooling, normalized, maxTokens, queryPrefix, passagePrefix } = layout;
  hash.update(JSON.stringify([pooling, normalized, maxTokens, queryPrefix, passagePrefix]));
  return `sha256:${hash.digest('hex')}`;
}

/** Changes when a used file is replaced; cheap enough to be asked every few seconds. */
export const fingerprint = (layout: ModelLayout): string =>
  layout.files
    .map((file) => {
      const { size, mtimeMs, ino } = statSync(join(layout.directory, file));
      return `${file}:${size}:${mtimeMs}:${ino}`;
    })
    .join('|');
