import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256Of } from '../../src/adapters/embeddings/model-files.ts';
import type { WantedFile } from './catalogue.ts';

/** Why a file could not be had; the message is for the person who asked. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
}

/** A server that says nothing for so long is given up; what has arrived is kept. */
const silenceMs = 60_000;

/**
 * Brings one file into the directory unless it is there already, going on where an earlier try stopped.
 * Answers its SHA-256. Throws `DownloadError`, and then leaves nothing under the file's own name.
 */
export async function download(
  from: string,
  directory: string,
  file: string,
  wanted: WantedFile,
): Promise<string> {
  const path = join(directory, file);
  if (existsSync(path)) return verified(path, file, wanted);
  const partial = `${path}.partial`;
  mkdirSync(dirname(path), { recursive: true });
  await fetchInto(`${from}/${file}`, file, partial, wanted);
  const hash = await verified(partial, file, wanted);
  renameSync(partial, path);
  return hash;
}

async function verified(path: string, file: string, { bytes, sha256 }: WantedFile): Promise<string> {
  const hash = await sha256Of(path);
  if ((bytes === undefined || statSync(path).size === bytes) && (sha256 ?? hash) === hash) return hash;
  rmSync(path);
  throw new DownloadError(`${file} is not the file that is pinned; it was thrown away.`);
}

async function fetchInto(url: string, file: string, partial: string, { bytes }: WantedFile): Promise<void> {
  const have = existsSync(partial) ? statSync(partial).size : 0;
  if (bytes !== undefined && have === bytes) return;
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    const response = await fetch(url, {
      signal: silence.signal,
      ...(have > 0 && { headers: { range: `bytes=${have}-` } }),
    });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      // What was kept does not fit what is there now.
      if (response.status === 416) rmSync(partial);
      throw new DownloadError(`${file}: ${new URL(url).host} answered ${response.status}.`);
    }
    // Written piece by piece: a stream that breaks would throw away what it still holds.
    const output = await open(partial, response.status === 206 ? 'a' : 'w');
    try {
      for await (const piece of response.body) {
        timer.refresh();
        await output.writeFile(piece);
      }
    } finally {
      await output.close();
    }
  } catch (error) {
    if (error instanceof DownloadError) throw error;
    throw new DownloadError(
      `${file} could not be downloaded from ${new URL(url).host} (${codeOf(error)}). What has arrived is kept; run it again to go on.`,
    );
  } finally {
    clearTimeout(timer);
  }
}

function codeOf(error: unknown): string {
  const { cause } = error as { readonly cause?: { readonly code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : 'the connection broke';
}
