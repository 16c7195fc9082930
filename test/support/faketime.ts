import { globSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');

/** Why no clock can be moved here; undefined when one can. CI must have the library. */
export const whyNoFaketime =
  library === undefined ? 'libfaketime is not installed (.ci/install-services installs it)' : undefined;
if (whyNoFaketime !== undefined && process.env['CI'] === 'true')
  throw new Error(`Moved clocks must be tested here: ${whyNoFaketime}`);

export interface MovableClock {
  /** For the process whose clock is to be moved; its monotonic clock stays right, as on a real machine. */
  readonly environment: Readonly<Record<string, string>>;
  /** Sets the clock this many seconds before or after the true time, from the next look on. */
  moveTo(seconds: number): void;
  remove(): void;
}

export function createMovableClock(seconds = 0): MovableClock {
  const folder = mkdtempSync(join(tmpdir(), 'indesk-clock-'));
  const file = join(folder, 'offset');
  const moveTo = (offset: number): void => {
    // In place of the old file at once: a half-written one would be read as no offset at all.
    writeFileSync(`${file}.next`, `${offset < 0 ? '' : '+'}${offset}\n`);
    renameSync(`${file}.next`, file);
  };
  moveTo(seconds);
  return {
    environment: {
      LD_PRELOAD: library ?? '',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
    },
    moveTo,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
