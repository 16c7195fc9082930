import type { MultipartFile } from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { extractionRefusals } from '../kernel/extraction-refusals.ts';
import { ProblemError } from '../kernel/problem-error.ts';

/** The one file of a multipart request: its name at once, its bytes when they are asked for. Throws `invalid-request`. */
export async function receiveFile(
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  mostBytes: number,
): Promise<{ readonly name: string; readonly bytes: () => Promise<Uint8Array> }> {
  if (!request.isMultipart()) throw notOneFile();
  const part = await firstPart(request, mostBytes);
  // What nobody has read when the answer is there must not hold up the connection.
  reply.raw.once('close', () => part.file.resume());
  return {
    name: part.filename,
    bytes: async () => {
      try {
        return await part.toBuffer();
      } catch (error) {
        throw codeOf(error) === 'FST_REQ_FILE_TOO_LARGE' ? tooLarge() : notOneFile();
      }
    },
  };
}

async function firstPart(request: FastifyRequest, mostBytes: number): Promise<MultipartFile> {
  let part: MultipartFile | undefined;
  try {
    part = await request.file({
      limits: { files: 1, fields: 0, parts: 1, headerPairs: 20, fieldNameSize: 100, fileSize: mostBytes },
    });
  } catch {
    throw notOneFile();
  }
  if (part === undefined || part.fieldname !== 'file' || !part.filename) {
    part?.file.resume();
    throw notOneFile();
  }
  return part;
}

const notOneFile = (): ProblemError =>
  new ProblemError('invalid-request', { detail: 'Send one file as multipart/form-data in the part "file".' });

const tooLarge = (): ProblemError => {
  const { title, wayOut } = extractionRefusals['too-large-file'];
  return new ProblemError('file-refused', { detail: `${title}. ${wayOut}` });
};

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
