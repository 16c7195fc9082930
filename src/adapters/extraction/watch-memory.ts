import { readFile } from 'node:fs/promises';

const every = 40;

/** Looks at a process's resident memory until stopped, and calls once when there is too much; where the system has no `/proc`, never. */
export function watchMemory(
  pid: number,
  mostMiB: number,
  whenTooMuch: () => void,
): { readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const look = async (): Promise<void> => {
    const resident = await residentMiB(pid);
    if (stopped || resident === undefined) return;
    if (resident > mostMiB) whenTooMuch();
    else timer = setTimeout(() => void look(), every);
  };
  void look();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Resident memory of a process; undefined when it is gone or the system does not tell. */
export async function residentMiB(pid: number | 'self'): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1_024;
}
