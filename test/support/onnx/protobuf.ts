/** One piece of a protocol-buffer message; nested so that large weights are never copied together. */
export type Part = Buffer | readonly Part[];

export const flat = (part: Part): Buffer[] => (Buffer.isBuffer(part) ? [part] : part.flatMap(flat));

function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(left & 127n);
    left >>= 7n;
    bytes.push(left > 0n ? low | 128 : low);
  } while (left > 0n);
  return Buffer.from(bytes);
}

const tag = (field: number, wire: number): Buffer => varint((field << 3) | wire);

export const integer = (field: number, value: number): Part => [tag(field, 0), varint(value)];

export const bytes = (field: number, value: Buffer | string): Part => {
  const content = Buffer.isBuffer(value) ? value : Buffer.from(value);
  return [tag(field, 2), varint(content.length), content];
};

export const message = (field: number, ...parts: readonly Part[]): Part => {
  const content = flat(parts);
  return [tag(field, 2), varint(content.reduce((sum, { length }) => sum + length, 0)), content];
};

export const float = (field: number, value: number): Part => {
  const content = Buffer.alloc(4);
  content.writeFloatLE(value);
  return [tag(field, 5), content];
};
