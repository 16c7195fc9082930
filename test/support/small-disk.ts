import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A disk of its own in memory that a test may fill. */
export interface SmallDisk {
  readonly directory: string;
  /** Takes all room but so many bytes. */
  fillUpTo(freeBytes: number): Promise<void>;
  empty(): Promise<void>;
  remove(): Promise<void>;
}

/** Why this machine cannot mount one; undefined when it can. */
export async function whyNoSmallDisk(): Promise<string | undefined> {
  try {
    await (await mountSmallDisk(1)).remove();
    return undefined;
  } catch {
    return 'mounting a disk of limited size needs root with the right to mount';
  }
}

export async function mountSmallDisk(mebibytes: number): Promise<SmallDisk> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'indesk-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', directory]);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  await chmod(directory, 0o777);
  const filler = path.join(directory, 'filler');
  return {
    directory,
    async fillUpTo(freeBytes) {
      const { bavail, bsize } = await statfs(directory);
      await writeFile(filler, Buffer.alloc(Math.max(0, bavail * bsize - freeBytes)));
    },
    empty: () => rm(filler, { force: true }),
    async remove() {
      await run('umount', ['-l', directory]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
