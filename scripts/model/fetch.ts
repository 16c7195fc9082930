import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Catalogue, Precision } from './catalogue.ts';
import { download } from './download.ts';
import { manifestName } from '../../src/adapters/embeddings/model-manifest.ts';
import { pinModel } from './pin.ts';

export interface FetchOptions {
  /** Where the model shall be in the end; what is there is replaced only by one that loads. */
  readonly directory: string;
  readonly precision: Precision;
  /** Another place with the same files, such as a mirror of one's own. */
  readonly from: string | undefined;
  readonly say: (line: string) => void;
}

/** Downloads the documented model beside its place, loads it once, and only then moves it there. Throws `DownloadError`, `UnfitModelError`. */
export async function fetchModel(catalogue: Catalogue, options: FetchOptions): Promise<string> {
  const { directory, precision, say } = options;
  const from = (options.from ?? `${catalogue.source}/resolve/${catalogue.revision}`).replace(/\/+$/, '');
  const graph = catalogue.graphs[precision];
  const fresh = `${directory}.fetching-${precision}`;
  mkdirSync(fresh, { recursive: true });
  for (const [file, wanted] of Object.entries({ ...catalogue.files, ...graph })) {
    const size = wanted.bytes === undefined ? '' : ` (${Math.ceil(wanted.bytes / 1e6)} MB)`;
    say(`${file}${size}`);
    const hash = await download(from, fresh, file, wanted);
    if (wanted.sha256 === undefined) say(`  no hash was known beforehand; pinned now as ${hash}`);
  }
  rmSync(join(fresh, manifestName), { force: true });
  const [onnxFile = ''] = Object.keys(graph);
  const { source, revision } = catalogue;
  say('Loading it once…');
  const id = await pinModel(fresh, { source, revision, onnxFile });
  mkdirSync(dirname(directory), { recursive: true });
  const old = `${directory}.old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(directory)) renameSync(directory, old);
  renameSync(fresh, directory);
  rmSync(old, { recursive: true, force: true });
  return id;
}
