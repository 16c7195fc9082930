import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { manifestName, readManifest } from '../../src/adapters/embeddings/model-manifest.ts';
import { embeddingsSkipped, writeEmbeddingModel } from '../../test/support/embedding-model.ts';
import type { Catalogue, WantedFile } from './catalogue.ts';
import { download, DownloadError } from './download.ts';
import { fetchModel } from './fetch.ts';

function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), 'indesk-fetch-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A file host that knows ranges; notes what it was asked for. */
async function host(directory: string): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const url = await serve((request, response) => {
    const path = join(directory, request.url ?? '');
    asked.push(`${request.url} ${request.headers.range ?? 'whole'}`);
    if (!existsSync(path)) {
      response.writeHead(404).end();
      return;
    }
    const content = readFileSync(path);
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200).end(content.subarray(from));
  });
  return { url, asked };
}

const small = ['config.json', 'modules.json', '1_Pooling/config.json', 'config_sentence_transformers.json'];

function modelOnHost(): { readonly directory: string; readonly catalogue: Catalogue } {
  const directory = folder();
  writeEmbeddingModel(directory, { words: ['refund'] });
  const wanted = (file: string): WantedFile => {
    const content = readFileSync(join(directory, file));
    return { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
  };
  const graph = { 'onnx/model.onnx': wanted('onnx/model.onnx') };
  const pinned = ['tokenizer.json', 'tokenizer_config.json'].map((file) => [file, wanted(file)] as const);
  const files = Object.fromEntries([
    ...pinned,
    ...[...small, 'sentence_bert_config.json'].map((file) => [file, {}] as const),
  ]);
  const source = 'https://models.example/tiny';
  return {
    directory,
    catalogue: {
      name: 'tiny',
      source,
      revision: 'abc',
      licence: 'Apache-2.0',
      graphs: { int8: graph, fp32: graph },
      files,
    },
  };
}

describe('downloading one file', () => {
  const wanted = (text: string): WantedFile => ({
    bytes: text.length,
    sha256: createHash('sha256').update(text).digest('hex'),
  });

  it('goes on where an earlier try stopped', async () => {
    const [theirs, ours] = [folder(), folder()];
    writeFileSync(join(theirs, 'file'), 'one two three');
    writeFileSync(join(ours, 'file.partial'), 'one two');
    const { url, asked } = await host(theirs);
    await download(url, ours, 'file', wanted('one two three'));
    expect(readFileSync(join(ours, 'file'), 'utf8')).toBe('one two three');
    expect(asked).toEqual(['/file bytes=7-']);
    expect(existsSync(join(ours, 'file.partial'))).toBe(false);
  });

  it('keeps what arrived before the connection broke', async () => {
    const ours = folder();
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '13' });
      response.write('one two');
      setTimeout(() => response.destroy(), 50);
    });
    await expect(download(url, ours, 'file', wanted('one two three'))).rejects.toThrow(
      /is kept; run it again/,
    );
    expect(statSync(join(ours, 'file.partial')).size).toBe(7);
    expect(existsSync(join(ours, 'file'))).toBe(false);
  });

  it('begins anew with a host that knows no ranges', async () => {
    const ours = folder();
    writeFileSync(join(ours, 'file.partial'), 'one two');
    const url = await serve((_request, response) => response.end('one two three'));
    await download(url, ours, 'file', wanted('one two three'));
    expect(readFileSync(join(ours, 'file'), 'utf8')).toBe('one two three');
  });

  it('S149: throws away a file that is not the pinned one', async () => {
    const [theirs, ours] = [folder(), folder()];
    writeFileSync(join(theirs, 'file'), 'one two thief');
    const { url } = await host(theirs);
    await expect(download(url, ours, 'file', wanted('one two three'))).rejects.toThrow(
      /not the file that is pinned/,
    );
    expect(existsSync(join(ours, 'file'))).toBe(false);
    expect(existsSync(join(ours, 'file.partial'))).toBe(false);
  });

  it('says plainly that the host cannot be reached or does not have the file', async () => {
    const { url } = await host(folder());
    await expect(download(url, folder(), 'file', {})).rejects.toThrow(/answered 404/);
    // Nothing listens on the port of discard.
    const closed = download('http://127.0.0.1:9', folder(), 'file', {});
    await expect(closed).rejects.toThrow(DownloadError);
    await expect(closed).rejects.toThrow(/could not be downloaded from 127.0.0.1:9/);
  });
});

describe.skipIf(embeddingsSkipped !== undefined)('fetching the default model', () => {
  it('puts a model there that loads, with every file pinned, also those whose hash was not known', async () => {
    const { directory: theirs, catalogue } = modelOnHost();
    const { url } = await host(theirs);
    const directory = join(folder(), 'model');
    const said: string[] = [];
    const fetch = () =>
      fetchModel(catalogue, { directory, precision: 'int8', from: url, say: (line) => said.push(line) });
    const id = await fetch();
    expect(id).toMatch(/^sha256:/);
    const manifest = readManifest(directory);
    expect(Object.keys(manifest.files ?? {})).toEqual(
      [
        ...small,
        'onnx/model.onnx',
        'sentence_bert_config.json',
        'tokenizer.json',
        'tokenizer_config.json',
      ].sort(),
    );
    expect(manifest).toMatchObject({
      source: catalogue.source,
      revision: 'abc',
      onnxFile: 'onnx/model.onnx',
    });
    expect(said.filter((line) => line.includes('no hash was known beforehand'))).toHaveLength(5);
    expect(await fetch()).toBe(id);
  });

  it('leaves the model that is there when the new one does not load', async () => {
    const { directory: theirs, catalogue } = modelOnHost();
    const directory = join(folder(), 'model');
    mkdirSync(directory);
    writeFileSync(join(directory, manifestName), '{}');
    writeFileSync(join(theirs, 'modules.json'), '[]');
    const { url } = await host(theirs);
    const fetching = fetchModel(catalogue, { directory, precision: 'int8', from: url, say: () => {} });
    await expect(fetching).rejects.toThrow(/1_Pooling/);
    expect(readFileSync(join(directory, manifestName), 'utf8')).toBe('{}');
  });
});

describe('an interrupted download of a model', () => {
  it('does not take a file cut short for the whole one', async () => {
    const { directory: theirs, catalogue } = modelOnHost();
    const { url } = await host(theirs);
    const ours = folder();
    const wanted = catalogue.files['tokenizer.json'] ?? {};
    await download(url, ours, 'tokenizer.json', wanted);
    truncateSync(join(ours, 'tokenizer.json'), 100);
    await expect(download(url, ours, 'tokenizer.json', wanted)).rejects.toThrow(
      /not the file that is pinned/,
    );
    await download(url, ours, 'tokenizer.json', wanted);
    expect(statSync(join(ours, 'tokenizer.json')).size).toBe(wanted.bytes);
  });
});
