import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeEmbeddingModel } from '../../../test/support/embedding-model.ts';
import { longestText, readModelDirectory } from './model-directory.ts';
import { manifestName } from './model-manifest.ts';
import { UnfitModelError } from './unfit-model.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'indesk-model-'));
  writeEmbeddingModel(directory);
});
afterEach(() => rmSync(directory, { recursive: true }));

const put = (file: string, content: unknown): void =>
  writeFileSync(join(directory, file), JSON.stringify(content));
const refused = (reason: string): void => {
  const read = (): unknown => readModelDirectory(directory);
  expect(read).toThrow(UnfitModelError);
  expect(read).toThrow(reason);
};

describe('a model directory', () => {
  it('says how its vectors are made', () => {
    put('config_sentence_transformers.json', { prompts: { query: 'query: ', document: 'passage: ' } });
    expect(readModelDirectory(directory)).toMatchObject({
      onnxFile: 'onnx/model.onnx',
      pooling: 'mean',
      normalized: true,
      maxTokens: 64,
      queryPrefix: 'query: ',
      passagePrefix: 'passage: ',
    });
  });

  it.each([
    [{ pooling_mode_cls_token: true }, 'cls'],
    [{ pooling_mode_lasttoken: true, pooling_mode_mean_tokens: false }, 'last'],
    [{ pooling_mode: 'cls' }, 'cls'],
  ])('reads the way of pooling from %j', (config, pooling) => {
    put('1_Pooling/config.json', { word_embedding_dimension: 768, ...config });
    expect(readModelDirectory(directory).pooling).toBe(pooling);
  });

  it('never takes more tokens than the program allows', () => {
    put('sentence_bert_config.json', { max_seq_length: 32_768 });
    expect(readModelDirectory(directory).maxTokens).toBe(longestText);
  });

  it('takes prefixes and the graph from the manifest where its own files leave them open', () => {
    writeFileSync(join(directory, 'onnx/other.onnx'), '');
    put(manifestName, { onnxFile: 'onnx/other.onnx', queryPrefix: 'query: ' });
    expect(readModelDirectory(directory)).toMatchObject({
      onnxFile: 'onnx/other.onnx',
      queryPrefix: 'query: ',
      passagePrefix: '',
    });
  });

  it('counts weights beside the graph among its files', () => {
    writeFileSync(join(directory, 'onnx/model.onnx_data'), '');
    writeFileSync(join(directory, 'onnx/model_fp16.onnx'), '');
    const { files } = readModelDirectory(directory);
    expect(files).toContain('onnx/model.onnx_data');
    expect(files).not.toContain('onnx/model_fp16.onnx');
  });

  it('is refused with another number of dimensions', () => {
    put('1_Pooling/config.json', { word_embedding_dimension: 384, pooling_mode_mean_tokens: true });
    refused('its vectors have 384 numbers; 768 are needed');
  });

  it('is refused with a layer that is not known here', () => {
    put('modules.json', [{ path: '2_Dense', type: 'sentence_transformers.models.Dense' }]);
    refused('its layer Dense is not known here');
  });

  it('is refused when two ways of pooling are joined, or one is not known', () => {
    put('1_Pooling/config.json', { pooling_mode_mean_tokens: true, pooling_mode_cls_token: true });
    refused('pooling');
    put('1_Pooling/config.json', { pooling_mode_max_tokens: true });
    refused('pooling');
  });

  it('is refused when a file is missing or cannot be read', () => {
    writeFileSync(join(directory, 'modules.json'), '{');
    refused('modules.json cannot be read');
    rmSync(join(directory, 'modules.json'));
    refused('modules.json is missing');
    writeEmbeddingModel(directory);
    rmSync(join(directory, 'tokenizer.json'));
    refused('tokenizer.json is missing');
    rmSync(join(directory, 'onnx'), { recursive: true });
    refused('no graph is there');
  });
});
