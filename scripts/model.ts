// npm run model: installs, fetches and checks the local embedding model. Runs beside the server, which takes a new model by itself.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readManifest } from '../src/adapters/embeddings/model-manifest.ts';
import { runtimeDirectory, runtimeIsInstalled } from '../src/adapters/embeddings/runtime.ts';
import { UnfitModelError } from '../src/adapters/embeddings/unfit-model.ts';
import { ConfigError, readConfig } from '../src/config.ts';
import { readCatalogue } from './model/catalogue.ts';
import { DownloadError } from './model/download.ts';
import { fetchModel } from './model/fetch.ts';
import { installRuntime } from './model/install-runtime.ts';
import { loadOnce } from './model/load-once.ts';
import { pinModel } from './model/pin.ts';

const usage = `npm run model -- fetch      installs the runtime and downloads the default model
                   --precision int8|fp32   313 MB and faster (int8, the default), or 1.2 GB
                   --from URL              the same files from a mirror of your own
npm run model -- status     says what is there
npm run model -- verify     loads the model once and checks its files and vectors
npm run model -- pin        writes the hashes of a model of your own into its directory
                   --directory DIR         another directory than INDESK_EMBEDDING_MODEL`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const { values, positionals } = parseArgs({
  options: {
    precision: { type: 'string', default: 'int8' },
    from: { type: 'string' },
    directory: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

const noRuntime = 'The runtime is not installed: npm run model -- fetch';

async function status(directory: string): Promise<number> {
  say(runtimeIsInstalled() ? 'Runtime: installed.' : noRuntime);
  if (!existsSync(directory)) {
    say(`Model: none in ${directory}. Knowledge is searched by words only.`);
    return 0;
  }
  const { source, revision, files } = readManifest(directory);
  say(`Model: ${directory}${source === undefined ? '' : `, from ${source} at ${revision}`}.`);
  say(
    files === undefined
      ? 'Its files are not pinned: npm run model -- pin'
      : 'Its files are pinned by SHA-256.',
  );
  return 0;
}

async function verify(directory: string): Promise<number> {
  if (!runtimeIsInstalled()) {
    say(noRuntime);
    return 1;
  }
  const { model } = await loadOnce(directory);
  const { pooling, normalized, maxTokens } = model;
  say(
    `The model works. ${pooling} pooling, ${normalized ? 'length 1' : 'any length'}, ${maxTokens} tokens, ${model.id}`,
  );
  return 0;
}

async function fetchDefault(directory: string): Promise<number> {
  const { precision } = values;
  if (precision !== 'int8' && precision !== 'fp32') {
    say(usage);
    return 2;
  }
  const catalogue = readCatalogue(runtimeDirectory);
  if (!installRuntime()) {
    say('The runtime could not be installed: npm reached no registry. Nothing was changed.');
    return 1;
  }
  say(`${catalogue.name} (${catalogue.licence}) into ${directory}`);
  const id = await fetchModel(catalogue, { directory, precision, from: values.from, say });
  say(`The model is there and works: ${id}. A running server takes it within a minute.`);
  return 0;
}

async function main(): Promise<number> {
  const directory = resolve(values.directory ?? readConfig().embeddingModel);
  const commands: Readonly<Record<string, () => Promise<number>>> = {
    fetch: () => fetchDefault(directory),
    status: () => status(directory),
    verify: () => verify(directory),
    pin: async () => {
      say(`Pinned: ${await pinModel(directory)}`);
      return 0;
    },
  };
  const command = commands[positionals[0] ?? ''];
  if (command !== undefined && !values.help) return command();
  say(usage);
  return values.help ? 0 : 2;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof UnfitModelError) process.stderr.write(`The model cannot be used: ${error.message}.\n`);
  else if (error instanceof DownloadError)
    process.stderr.write(
      `${error.message}\nWithout network to the model's host, copy its files from another machine: docs/guides/embedding-model.md\n`,
    );
  else if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
  else throw error;
  process.exitCode = 1;
}
