import { statfs } from 'node:fs/promises';
import { storageFull } from '../sql/errors.ts';

// Four segments of its log: the engine takes them whole, and one it cannot have would end it.
const defaultBytes = 64 * 1024 * 1024;
const freshMs = 500;

/** A check before each change: throws the problem `storage-full` while the disk of the directory has less than `bytes` free. */
export function refuseFullDisk(directory: string, bytes = defaultBytes): () => Promise<void> {
  let checkedAt = Number.NEGATIVE_INFINITY;
  let isFull = false;
  return async () => {
    if (performance.now() - checkedAt > freshMs) {
      const { bavail, bsize } = await statfs(directory);
      isFull = bavail * bsize < bytes;
      checkedAt = performance.now();
    }
    if (isFull) throw storageFull();
  };
}
