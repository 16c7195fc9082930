import { OnnxGraph } from './onnx-graph.ts';

/** Shape of an encoder with weights of chance; without layers it only looks up a vector for each token. */
export interface BertShape {
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly feedForward: number;
  readonly vocabulary: number;
  readonly positions: number;
  /** Weights of 8 bits, quantised while it runs, as exports for processors have them. */
  readonly int8: boolean;
  /** Tokens below this id get no vector of their own. */
  readonly silentIds: number;
}

export const bertBase: BertShape = {
  layers: 12,
  hidden: 768,
  heads: 12,
  feedForward: 3_072,
  vocabulary: 30_522,
  positions: 512,
  int8: false,
  silentIds: 0,
};

/** Writes `last_hidden_state` of a BERT encoder of that shape; the same shape gives the same file. */
export function writeBert(path: string, shape: BertShape): void {
  const { layers, hidden, heads, feedForward, vocabulary, positions } = shape;
  const graph = new OnnxGraph();
  const random = randomNumbers(12_345);
  const noise = (count: number, scale: number): Float32Array =>
    Float32Array.from({ length: count }, () => (random() - 0.5) * 3.46 * scale);
  const words = noise(vocabulary * hidden, 0.02);
  words.fill(0, 0, shape.silentIds * hidden);
  let x = graph.node('Gather', [graph.weight('words', 'float32', [vocabulary, hidden], words), 'input_ids']);
  if (layers > 0) {
    graph.scalar('one', 1);
    graph.scalar('half', 0.5);
    graph.scalar('root', Math.SQRT2);
    graph.scalar('scale', 1 / Math.sqrt(hidden / heads));
    graph.scalar('far', -10_000);
    graph.integers('inner', [1, 2]);
    graph.integers('split', [0, 0, heads, hidden / heads]);
    graph.integers('join', [0, 0, hidden]);
    const first = graph.integers('first', [0], []);
    const step = graph.integers('step', [1], []);
    const length = graph.node('Gather', [graph.node('Shape', ['input_ids']), step]);
    const places = graph.node('Range', [first, length, step]);
    const place = graph.weight('places', 'float32', [positions, hidden], noise(positions * hidden, 0.02));
    const kind = graph.weight('kinds', 'float32', [2, hidden], noise(2 * hidden, 0.02));
    x = graph.node('Add', [x, graph.node('Gather', [place, places])]);
    x = graph.node('Add', [x, graph.node('Gather', [kind, 'token_type_ids'])]);
    x = layerNorm(graph, x, 'norm', hidden);
  }
  const mask = layers > 0 ? maskOf(graph) : '';
  const linear = linearOf(graph, shape.int8, noise, random);
  for (let layer = 0; layer < layers; layer += 1) {
    const name = `layer${layer}`;
    const head = (part: string, order: readonly number[]): string =>
      graph.node(
        'Transpose',
        [graph.node('Reshape', [linear(x, `${name}.${part}`, hidden, hidden), 'split'])],
        {
          perm: order,
        },
      );
    const scores = graph.node('MatMul', [head('query', [0, 2, 1, 3]), head('key', [0, 2, 3, 1])]);
    const masked = graph.node('Add', [graph.node('Mul', [scores, 'scale']), mask]);
    const weights = graph.node('Softmax', [masked], { axis: -1 });
    const context = graph.node('MatMul', [weights, head('value', [0, 2, 1, 3])]);
    const joined = graph.node('Reshape', [
      graph.node('Transpose', [context], { perm: [0, 2, 1, 3] }),
      'join',
    ]);
    const attended = graph.node('Add', [linear(joined, `${name}.out`, hidden, hidden), x]);
    const middle = layerNorm(graph, attended, `${name}.norm1`, hidden);
    const wide = linear(middle, `${name}.up`, hidden, feedForward);
    const gate = graph.node('Add', [graph.node('Erf', [graph.node('Div', [wide, 'root'])]), 'one']);
    const bent = graph.node('Mul', [graph.node('Mul', [wide, gate]), 'half']);
    const narrow = graph.node('Add', [linear(bent, `${name}.down`, feedForward, hidden), middle]);
    x = layerNorm(graph, narrow, `${name}.norm2`, hidden);
  }
  graph.node('Identity', [x], {}, 'last_hidden_state');
  const inputs = ['input_ids', 'attention_mask', 'token_type_ids'];
  graph.write(path, inputs, 'last_hidden_state', hidden);
}

function layerNorm(graph: OnnxGraph, x: string, name: string, hidden: number): string {
  const gain = graph.weight(`${name}.gain`, 'float32', [hidden], new Float32Array(hidden).fill(1));
  const bias = graph.weight(`${name}.bias`, 'float32', [hidden], new Float32Array(hidden));
  return graph.node('LayerNormalization', [x, gain, bias], { axis: -1, epsilon: { float: 1e-12 } });
}

function maskOf(graph: OnnxGraph): string {
  const seen = graph.node('Unsqueeze', [graph.node('Cast', ['attention_mask'], { to: 1 }), 'inner']);
  return graph.node('Mul', [graph.node('Sub', ['one', seen]), 'far']);
}

function linearOf(
  graph: OnnxGraph,
  int8: boolean,
  noise: (count: number, scale: number) => Float32Array,
  random: () => number,
): (x: string, name: string, from: number, to: number) => string {
  const quantised = new Map<string, readonly [string, string, string]>();
  return (x, name, from, to) => {
    const scale = 1 / Math.sqrt(from);
    const bias = graph.weight(`${name}.bias`, 'float32', [to], new Float32Array(to));
    if (!int8) {
      const weight = graph.weight(`${name}.weight`, 'float32', [from, to], noise(from * to, scale));
      return graph.node('Add', [graph.node('MatMul', [x, weight]), bias]);
    }
    const weights = Int8Array.from({ length: from * to }, () => Math.floor(random() * 256) - 128);
    const weight = graph.weight(`${name}.weight`, 'int8', [from, to], weights);
    const zero = graph.weight(`${name}.zero`, 'int8', [], Int8Array.of(0));
    const parts = quantised.get(x) ?? [`${x}.q`, `${x}.scale`, `${x}.zero`];
    if (!quantised.has(x)) graph.nodes('DynamicQuantizeLinear', [x], parts);
    quantised.set(x, parts);
    const sum = graph.node('MatMulInteger', [parts[0], weight, parts[2], zero]);
    const factor = graph.node('Mul', [parts[1], graph.scalar(`${name}.scale`, scale / 74)]);
    return graph.node('Add', [graph.node('Mul', [graph.node('Cast', [sum], { to: 1 }), factor]), bias]);
  };
}

/** Numbers from 0 to 1 that are the same in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 4_294_967_296;
  };
}
