import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const File = z.strictObject({
  bytes: z.number().int().optional(),
  /** Hex. A file without one is pinned by what the first download brings. */
  sha256: z.string().length(64).optional(),
});
export type WantedFile = z.output<typeof File>;

const Catalogue = z.strictObject({
  name: z.string(),
  source: z.url(),
  revision: z.string(),
  licence: z.string(),
  graphs: z.record(z.enum(['int8', 'fp32']), z.record(z.string(), File)),
  files: z.record(z.string(), File),
});
export type Catalogue = z.output<typeof Catalogue>;
export type Precision = keyof Catalogue['graphs'];

/** The documented default model: where it is, and the hashes it must have. */
export const readCatalogue = (embedderDirectory: string): Catalogue =>
  Catalogue.parse(JSON.parse(readFileSync(join(embedderDirectory, 'default-model.json'), 'utf8')));
