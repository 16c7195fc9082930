import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadOnce } from './load-once.ts';
import { manifestName, readManifest, type Manifest } from '../../src/adapters/embeddings/model-manifest.ts';

/** Loads the model of a directory once and writes down its hashes and the vectors of the fixed sentences. Throws `UnfitModelError`. */
export async function pinModel(directory: string, more: Manifest = {}): Promise<string> {
  const known = readManifest(directory);
  const { model, hashes, reference } = await loadOnce(directory);
  const manifest: Manifest = { ...known, ...more, files: hashes, reference: [...reference] };
  writeFileSync(join(directory, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return model.id;
}
