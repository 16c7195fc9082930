import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { embeddingDimensions, type Pooling } from '../../ports/embedder.ts';
import { readManifest, type Manifest } from './model-manifest.ts';
import { UnfitModelError } from './unfit-model.ts';

/** A SentenceTransformers directory as its configuration describes it; nothing of the graph is loaded yet. */
export interface ModelLayout {
  readonly directory: string;
  readonly name: string;
  readonly manifest: Manifest;
  /** Relative to the directory. */
  readonly onnxFile: string;
  /** Every file that makes the vectors what they are, sorted. */
  readonly files: readonly string[];
  readonly pooling: Pooling;
  readonly normalized: boolean;
  readonly maxTokens: number;
  readonly lowerCase: boolean;
  readonly queryPrefix: string;
  readonly passagePrefix: string;
}

/** No text may take more tokens, whatever a model allows: time and memory of attention grow with their square. */
export const longestText = 1_024;

const graphs = ['onnx/model.onnx', 'model.onnx', 'onnx/model_quantized.onnx', 'onnx/model_quint8_avx2.onnx'];

const Modules = z.array(z.looseObject({ path: z.string(), type: z.string() }));
const PoolingConfig = z.looseObject({
  word_embedding_dimension: z.number().optional(),
  embedding_dimension: z.number().optional(),
  pooling_mode: z.string().optional(),
  include_prompt: z.boolean().optional(),
});
const Prompts = z.looseObject({ prompts: z.record(z.string(), z.string()).optional() });
const Lengths = z.looseObject({ max_seq_length: z.number().nullish(), do_lower_case: z.boolean().nullish() });
const Positions = z.looseObject({ max_position_embeddings: z.number().nullish() });

/** Reads a model directory. Throws `UnfitModelError`. */
export function readModelDirectory(path: string): ModelLayout {
  const directory = resolve(path);
  const manifest = readManifest(directory);
  const read = <T>(file: string, shape: z.ZodType<T>): T | undefined => {
    if (!existsSync(join(directory, file))) return undefined;
    try {
      return shape.parse(JSON.parse(readFileSync(join(directory, file), 'utf8')));
    } catch {
      throw new UnfitModelError(`${file} cannot be read`);
    }
  };
  const modules = read('modules.json', Modules);
  if (modules === undefined)
    throw new UnfitModelError('modules.json is missing: this is no SentenceTransformers model');
  const kinds = modules.map(({ type }) => type.split('.').at(-1) ?? '');
  const strange = kinds.find((kind) => !['Transformer', 'Pooling', 'Normalize'].includes(kind));
  if (strange !== undefined) throw new UnfitModelError(`its layer ${strange.slice(0, 40)} is not known here`);
  const pool = modules[kinds.indexOf('Pooling')];
  const poolingFile = join(pool?.path ?? '1_Pooling', 'config.json');
  const poolingConfig = read(poolingFile, PoolingConfig);
  if (pool === undefined || poolingConfig === undefined)
    throw new UnfitModelError(`${poolingFile} is missing`);
  const width = poolingConfig.word_embedding_dimension ?? poolingConfig.embedding_dimension;
  if (width !== undefined && width !== embeddingDimensions)
    throw new UnfitModelError(`its vectors have ${width} numbers; ${embeddingDimensions} are needed`);
  const prompts = read('config_sentence_transformers.json', Prompts)?.prompts ?? {};
  const queryPrefix = prompts['query'] ?? manifest.queryPrefix ?? '';
  const passagePrefix =
    prompts['document'] ?? prompts['passage'] ?? prompts['corpus'] ?? manifest.passagePrefix ?? '';
  if (poolingConfig.include_prompt === false && queryPrefix + passagePrefix !== '')
    throw new UnfitModelError('it leaves its prompts out of pooling, which is not known here');
  const lengths = read('sentence_bert_config.json', Lengths);
  const maxTokens = Math.min(
    lengths?.max_seq_length ?? read('config.json', Positions)?.max_position_embeddings ?? 256,
    longestText,
  );
  const onnxFile = graphFile(directory, manifest);
  return {
    directory,
    name: basename(directory),
    manifest,
    onnxFile,
    files: usedFiles(directory, onnxFile, poolingFile),
    pooling: poolingOf(poolingConfig),
    normalized: kinds.includes('Normalize'),
    maxTokens,
    lowerCase: lengths?.do_lower_case ?? false,
    queryPrefix,
    passagePrefix,
  };
}

function graphFile(directory: string, { onnxFile }: Manifest): string {
  const wanted = onnxFile === undefined ? graphs : [onnxFile];
  const found = wanted.find((file) => existsSync(join(directory, file)));
  if (found === undefined) throw new UnfitModelError(`no graph is there: looked for ${wanted.join(', ')}`);
  return found;
}

function usedFiles(directory: string, onnxFile: string, poolingFile: string): string[] {
  if (!existsSync(join(directory, 'tokenizer.json'))) throw new UnfitModelError('tokenizer.json is missing');
  const folder = dirname(onnxFile);
  // Weights above 2 GB, and some below, stand in files of their own beside the graph.
  const weights = readdirSync(join(directory, folder))
    .filter((file) =>
      [`${basename(onnxFile)}_data`, `${basename(onnxFile)}.data`].some((name) => file.startsWith(name)),
    )
    .map((file) => join(folder, file));
  const configuration = [
    'modules.json',
    poolingFile,
    'config_sentence_transformers.json',
    'sentence_bert_config.json',
    'config.json',
    'tokenizer.json',
    'tokenizer_config.json',
  ].filter((file) => existsSync(join(directory, file)));
  return [onnxFile, ...weights, ...configuration].sort();
}

const modes: Readonly<Record<string, Pooling>> = { mean: 'mean', cls: 'cls', lasttoken: 'last' };
const flags: Readonly<Record<string, Pooling>> = {
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_cls_token: 'cls',
  pooling_mode_lasttoken: 'last',
};

/** Older files have a flag for each way, newer ones its name. */
function poolingOf(config: z.output<typeof PoolingConfig>): Pooling {
  const named = config.pooling_mode === undefined ? [] : [modes[config.pooling_mode]];
  const flagged = Object.entries(config)
    .filter(([key, value]) => key.startsWith('pooling_mode_') && value === true)
    .map(([key]) => flags[key]);
  const [way, ...more] = [...named, ...flagged];
  if (way === undefined || more.length > 0) throw new UnfitModelError('its way of pooling is not known here');
  return way;
}
