import { createReadStream } from 'node:fs';
import { extname, join } from 'node:path';
import type { FastifyReply } from 'fastify';

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
  '.json': 'application/json',
};

/** For files whose name changes with what is in them. */
export const forEver = 'public, max-age=31536000, immutable';

/** Answers with a built file of a folder; 404 for a name with anything but letters, digits, `_`, `.` and `-`, for other kinds and for what is not there. */
export function sendAsset(
  reply: FastifyReply,
  folder: string,
  file: string,
  headers: Readonly<Record<string, string>>,
): Promise<FastifyReply> | FastifyReply {
  const type = types[extname(file)];
  if (!/^[\w.-]+$/.test(file) || type === undefined) return notFound(reply);
  const stream = createReadStream(join(folder, file));
  return new Promise((resolve) => {
    stream.once('error', () => resolve(notFound(reply)));
    stream.once('open', () =>
      resolve(
        reply
          .type(type)
          .headers({ ...headers })
          .send(stream),
      ),
    );
  });
}

function notFound(reply: FastifyReply): FastifyReply {
  reply.callNotFound();
  return reply;
}
