import { closeSync, openSync, writeSync } from 'node:fs';
import { bytes, flat, float, integer, message, type Part } from './protobuf.ts';

const types = { float32: 1, int8: 3, int64: 7 } as const;
type Attribute = number | readonly number[] | { readonly float: number };

/** Collects nodes and weights of an ONNX graph and writes it (opset 17). Field numbers are those of onnx.proto. */
export class OnnxGraph {
  readonly #nodes: Part[] = [];
  readonly #weights: Part[] = [];
  #count = 0;

  /** Adds a node with one output; answers the output's name. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output = `t${(this.#count += 1)}`,
  ): string {
    this.nodes(operator, inputs, [output], attributes);
    return output;
  }

  nodes(
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): void {
    this.#nodes.push(
      message(
        1,
        inputs.map((name) => bytes(1, name)),
        outputs.map((name) => bytes(2, name)),
        bytes(4, operator),
        Object.entries(attributes).map(([name, value]) => attribute(name, value)),
      ),
    );
  }

  weight(name: string, type: keyof typeof types, dims: readonly number[], raw: ArrayBufferView): string {
    const content = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
    this.#weights.push(
      message(
        5,
        dims.map((dim) => integer(1, dim)),
        integer(2, types[type]),
        bytes(8, name),
        bytes(9, content),
      ),
    );
    return name;
  }

  scalar(name: string, value: number): string {
    return this.weight(name, 'float32', [], Float32Array.of(value));
  }

  integers(name: string, values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.weight(name, 'int64', dims, BigInt64Array.from(values, BigInt));
  }

  /** Writes the model; every input is int64 [batch, sequence], the output float32 [batch, sequence, width]. */
  write(path: string, inputs: readonly string[], output: string, width: number): void {
    const graph = message(
      7,
      this.#nodes,
      bytes(2, 'encoder'),
      this.#weights,
      inputs.map((name) => valueInfo(11, name, types.int64, ['batch', 'sequence'])),
      valueInfo(12, output, types.float32, ['batch', 'sequence', width]),
    );
    const file = openSync(path, 'w');
    for (const part of flat([integer(1, 8), graph, message(8, bytes(1, ''), integer(2, 17))]))
      writeSync(file, part);
    closeSync(file);
  }
}

function attribute(name: string, value: Attribute): Part {
  if (typeof value === 'number') return message(5, bytes(1, name), integer(3, value), integer(20, 2));
  if ('float' in value) return message(5, bytes(1, name), float(2, value.float), integer(20, 1));
  return message(
    5,
    bytes(1, name),
    value.map((one) => integer(8, one)),
    integer(20, 7),
  );
}

const valueInfo = (field: number, name: string, type: number, dims: readonly (string | number)[]): Part =>
  message(
    field,
    bytes(1, name),
    message(
      2,
      message(
        1,
        integer(1, type),
        message(
          2,
          dims.map((dim) => message(1, typeof dim === 'string' ? bytes(2, dim) : integer(1, dim))),
        ),
      ),
    ),
  );
