import { mkdtempSync, existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { reveal } from '../../kernel/reveal.ts';
import type { Extraction } from '../../ports/text-extractor.ts';
import { createTextExtractor } from './create-text-extractor.ts';
import { readerLimits } from './limits.ts';
import { residentMiB } from './watch-memory.ts';

const program = join(import.meta.dirname, '../../../test/support/documents/hostile-reader.cts');
const limits = { ...readerLimits, wallSeconds: 60, heapMiB: 96, residentMiB: 256 };
const extractor = createTextExtractor({ program, limits });
const onLinux = process.platform === 'linux';

const act = (what: string, signal = new AbortController().signal): Promise<Extraction> =>
  extractor.extract({ name: 'file.txt', bytes: Buffer.from(what) }, signal);

async function told(what: string): Promise<string> {
  const extraction = await act(what);
  if (extraction.kind === 'refused') throw new Error(`refused: ${extraction.reason}`);
  return reveal(extraction.document, 'reply')
    .blocks.map((block) => ('text' in block ? block.text : ''))
    .join('\n');
}

afterAll(() => extractor.close());

describe('a reader that a file has taken over', { timeout: 60_000 }, () => {
  it('S106: reaches no network, no other process, no file but its own code', async () => {
    const requests: unknown[] = [];
    const server = createServer((request, reply) => {
      requests.push(request.url);
      reply.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const folder = mkdtempSync(join(tmpdir(), 'indesk-reader-'));
    const [secretFile, outputFile] = [join(folder, 'secret'), join(folder, 'output')];
    writeFileSync(secretFile, 'a secret');
    const { port } = server.address() as AddressInfo;
    const outcomes = JSON.parse(
      await told(`reach\n${JSON.stringify({ port: String(port), secretFile, outputFile })}`),
    ) as Record<string, string>;
    server.close();
    expect(Object.entries(outcomes).filter(([, outcome]) => outcome !== 'refused')).toEqual([]);
    expect(Object.keys(outcomes).length).toBeGreaterThan(35);
    expect(requests).toEqual([]);
    expect(existsSync(outputFile)).toBe(false);
  });

  it('S106: has no secrets of the server in its environment', async () => {
    vi.stubEnv('INDESK_CANARY_SECRET', 'canary-5151');
    const names = Object.keys(JSON.parse(await told('tell its environment')) as object);
    vi.unstubAllEnvs();
    // The shell that sets the limits adds where it stands, and nothing else.
    expect(names.filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name))).toEqual([]);
  });

  it('S106: is ended when it never ends, and the next file is read', async () => {
    const strict = createTextExtractor({ program, limits: { ...limits, cpuSeconds: 1 } });
    const bytes = Buffer.from('hang');
    expect(await strict.extract({ name: 'a.txt', bytes }, new AbortController().signal)).toEqual({
      kind: 'refused',
      reason: 'timed-out',
    });
    await strict.close();
    expect(await told('tell its environment')).toContain('{');
  });

  it('S106: is ended when it waits for ever', async () => {
    const impatient = createTextExtractor({ program, limits: { ...limits, wallSeconds: 1.5 } });
    const bytes = Buffer.from('wait');
    expect(await impatient.extract({ name: 'a.txt', bytes }, new AbortController().signal)).toEqual({
      kind: 'refused',
      reason: 'timed-out',
    });
    await impatient.close();
  });

  it.runIf(onLinux)('S106: is ended when it takes memory outside of its heap', async () => {
    const before = (await residentMiB('self')) ?? 0;
    expect(await act('take buffers')).toEqual({ kind: 'refused', reason: 'out-of-memory' });
    expect(((await residentMiB('self')) ?? 0) - before).toBeLessThan(200);
  });

  it('S106: is ended when it fills its heap', async () => {
    expect(await act('fill the heap')).toEqual({ kind: 'refused', reason: 'out-of-memory' });
  });

  it('S106: cannot fill the memory of the server with its answer', async () => {
    const before = (await residentMiB('self')) ?? 0;
    expect(await act('answer without end')).toEqual({ kind: 'refused', reason: 'too-large-inside' });
    expect(((await residentMiB('self')) ?? 0) - before).toBeLessThan(200);
  });

  it('is not believed when its answer has another shape', async () => {
    expect(await act('answer nonsense')).toEqual({ kind: 'refused', reason: 'unreadable' });
  });

  it('S105, S106: says nothing of the file through the server, not in errors either', async () => {
    const canary = 'canary-7373-content';
    const written: string[] = [];
    const spies = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation((text) => written.push(String(text)) > 0),
    );
    const extraction = await act(`talk\n${canary}`);
    const nested = await act(`nest without end\n${canary}`);
    for (const spy of spies) spy.mockRestore();
    expect(extraction).toEqual({ kind: 'refused', reason: 'unreadable' });
    expect(nested.kind).toBe('refused');
    expect(written.join('')).not.toContain(canary);
  });

  it('is ended when nobody wants its answer any more', async () => {
    const aborting = new AbortController();
    const extraction = act('wait', aborting.signal);
    setTimeout(() => aborting.abort(new Error('left')), 300);
    await expect(extraction).rejects.toThrow('left');
    expect(await told('tell its environment')).toContain('{');
  });

  it('lets so many read at a time, and a file that waits can be taken back', async () => {
    const one = createTextExtractor({ program, limits, readersAtOnce: 1 });
    const aborting = new AbortController();
    const bytes = Buffer.from('wait');
    const first = one.extract({ name: 'a.txt', bytes }, new AbortController().signal);
    const second = one.extract({ name: 'b.txt', bytes }, aborting.signal);
    aborting.abort(new Error('left'));
    await expect(second).rejects.toThrow('left');
    await one.close();
    expect(await first).toEqual({ kind: 'refused', reason: 'unreadable' });
  });
});
