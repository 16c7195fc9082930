import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runtimeIsInstalled } from '../../src/adapters/embeddings/runtime.ts';
import { bertBase, writeBert, type BertShape } from './onnx/bert-graph.ts';

/** Why tests of the real path cannot run here; undefined when they can. */
export const embeddingsSkipped = runtimeIsInstalled()
  ? undefined
  : 'the embedding runtime is not installed: npm ci in embedder/, or npm run model -- fetch';

export interface ModelFixture {
  readonly shape?: Partial<BertShape>;
  /** Words that are one token each; other words are spelt. */
  readonly words?: readonly string[];
  readonly pooling?: 'mean' | 'cls' | 'lasttoken';
  readonly normalize?: boolean;
  readonly maxTokens?: number;
  readonly prompts?: Readonly<Record<string, string>>;
}

const marks = ['[PAD]', '[CLS]', '[SEP]', '[UNK]', '[MASK]'];
const signs = [..."abcdefghijklmnopqrstuvwxyzäöüß0123456789.,?!-'@#:;/()"];

/** A small SentenceTransformers directory of 768 dimensions: two texts are near when they share words. */
export function writeEmbeddingModel(directory: string, fixture: ModelFixture = {}): void {
  const { words = [], pooling = 'mean', normalize = true, maxTokens = 64, prompts } = fixture;
  const known = [...new Set([...marks, ...signs, ...signs.map((sign) => `##${sign}`), ...words])];
  const shape = {
    ...bertBase,
    layers: 0,
    vocabulary: known.length,
    silentIds: marks.indexOf('[UNK]'),
    ...fixture.shape,
  };
  const vocabulary = [
    ...known,
    ...Array.from({ length: shape.vocabulary - known.length }, (_, at) => `[unused${at}]`),
  ];
  const put = (file: string, content: unknown): void => {
    mkdirSync(join(directory, file, '..'), { recursive: true });
    writeFileSync(join(directory, file), JSON.stringify(content));
  };
  const part = (idx: number, path: string, kind: string) => ({
    idx,
    name: String(idx),
    path,
    type: `sentence_transformers.models.${kind}`,
  });
  put('modules.json', [
    part(0, '', 'Transformer'),
    part(1, '1_Pooling', 'Pooling'),
    ...(normalize ? [part(2, '2_Normalize', 'Normalize')] : []),
  ]);
  put('1_Pooling/config.json', {
    word_embedding_dimension: shape.hidden,
    pooling_mode_cls_token: pooling === 'cls',
    pooling_mode_mean_tokens: pooling === 'mean',
    pooling_mode_max_tokens: false,
    pooling_mode_lasttoken: pooling === 'lasttoken',
  });
  put('config.json', {
    model_type: 'bert',
    hidden_size: shape.hidden,
    max_position_embeddings: shape.positions,
  });
  put('sentence_bert_config.json', { max_seq_length: maxTokens, do_lower_case: false });
  put('config_sentence_transformers.json', { ...(prompts !== undefined && { prompts }) });
  put('tokenizer_config.json', { tokenizer_class: 'BertTokenizer', pad_token: '[PAD]' });
  put('tokenizer.json', tokenizerOf(vocabulary));
  mkdirSync(join(directory, 'onnx'), { recursive: true });
  writeBert(join(directory, 'onnx', 'model.onnx'), shape);
}

function tokenizerOf(vocabulary: readonly string[]): object {
  const vocab = Object.fromEntries(vocabulary.map((token, id) => [token, id]));
  const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const named = (token: string) => [token, { id: token, ids: [vocab[token]], tokens: [token] }];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: marks.map((content) => ({
      id: vocab[content],
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: false,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [special('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, special('[SEP]')],
      pair: [],
      special_tokens: Object.fromEntries([named('[CLS]'), named('[SEP]')]),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab,
    },
  };
}
