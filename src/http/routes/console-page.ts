import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { consoleAsset, consolePage } from '../../contract/pages.ts';
import type { HttpContext } from '../context.ts';
import { forEver, sendAsset } from '../send-asset.ts';

// Garden writes its rules into an empty style element: this is the hash of nothing.
const gardenStyleHash = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";
const policy = `default-src 'none'; script-src 'self'; style-src 'self' ${gardenStyleHash}; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'`;

/** The page of support leads; it holds nothing until somebody has signed in, and nobody may frame it. */
export function addConsolePage(app: FastifyInstance, context: HttpContext): void {
  const folder = join(context.webDirectory, 'console');
  app.get(consolePage.path, { config: { endpoint: consolePage } }, async (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-security-policy', policy)
      .send(await readFile(join(folder, 'index.html'), 'utf8')),
  );

  app.get<{ Params: { file: string } }>(
    consoleAsset.path,
    { config: { endpoint: consoleAsset } },
    (request, reply) =>
      sendAsset(reply, join(folder, 'assets'), request.params.file, { 'cache-control': forEver }),
  );
}
