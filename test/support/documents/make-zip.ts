import { constants, crc32, deflateRawSync } from 'node:zlib';

export interface ZipPart {
  readonly name: string;
  readonly data: Uint8Array | string;
  /** Already deflated data of this many bytes; `data` is written as it is. */
  readonly unpacked?: number;
  /** What the archive says the size is, when that is a lie. */
  readonly declared?: number;
  /** Bit 0: encrypted. */
  readonly flags?: number;
  /** Lies where this earlier part lies. */
  readonly overlaps?: string;
}

/** A ZIP archive, honest or not. */
export function makeZip(parts: readonly ZipPart[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  const offsets = new Map<string, number>();
  let at = 0;
  for (const part of parts) {
    const raw = Buffer.from(part.data as Uint8Array);
    const packed = part.unpacked === undefined ? deflateRawSync(raw) : raw;
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(part.unpacked === undefined ? crc32(raw) : 0, 0);
    sizes.writeUInt32LE(packed.length, 4);
    sizes.writeUInt32LE(part.declared ?? part.unpacked ?? raw.length, 8);
    const name = Buffer.from(part.name);
    const common = Buffer.concat([u16(20, part.flags ?? 0, 8, 0, 0x21), sizes, u16(name.length, 0)]);
    const offset = offsets.get(part.overlaps ?? '') ?? at;
    offsets.set(part.name, offset);
    if (part.overlaps === undefined) {
      const file = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, packed]);
      files.push(file);
      at += file.length;
    }
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02'), u16(20), common, u16(0, 0, 0), u32(0, offset), name]),
    );
  }
  const central = Buffer.concat(directory);
  const count = Math.min(parts.length, 0xffff);
  const end = Buffer.concat([
    Buffer.from('PK\x05\x06'),
    u16(0, 0, count, count),
    u32(central.length, at),
    u16(0),
  ]);
  return Buffer.concat([...files, central, end]);
}

/** Raw deflate data that unpacks to `mebibytes` of one byte, made without unpacking it. */
export function deflatedMebibytes(mebibytes: number, byte: number): Buffer {
  const whole = Buffer.alloc(1024 * 1024, byte);
  // A full flush ends on a byte and refers to nothing before it, so that its result can be repeated.
  const piece = deflateRawSync(whole, { finishFlush: constants.Z_FULL_FLUSH, level: 9 });
  return Buffer.concat([...Array.from({ length: mebibytes }, () => piece), deflateRawSync(Buffer.alloc(0))]);
}

function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16LE(value, index * 2));
  return bytes;
}

function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4));
  return bytes;
}
