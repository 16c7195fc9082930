import { randomBytes } from 'node:crypto';

/** A marked value for each way content comes in; its channel stands in the finding when one is found where it must not be. */
export interface Canary {
  readonly channel: string;
  readonly value: string;
}

export const makeCanary = (channel: string): Canary => ({
  channel,
  value: `CNRY${randomBytes(16).toString('hex')}`,
});

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

/** Base64 of a text as it looks in the middle of a longer one, for each of the three alignments. */
function base64Forms(text: string): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]).toString('base64');
    return encoded.slice(offset === 0 ? 0 : offset + 1, Math.floor(((text.length + offset) * 4) / 3) - 2);
  });
}

/** Every form in which a canary may have been kept: as it is, in other cases, encoded, or cut short. */
export function formsOf({ value }: Canary): Buffer[] {
  const texts = [
    value,
    value.toLowerCase(),
    value.toUpperCase(),
    ...base64Forms(value),
    ...base64Forms(value).map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
    Buffer.from(value).toString('hex'),
    value.slice(0, 16),
  ];
  return [...[...new Set(texts)].map((text) => Buffer.from(text)), utf16(value)];
}

export interface Finding {
  readonly channel: string;
  readonly place: string;
}

/** Looks for canaries in the bytes of a place. */
export function createScanner(canaries: readonly Canary[]): (place: string, bytes: Buffer) => Finding[] {
  const forms = canaries.map((canary) => ({ canary, forms: formsOf(canary) }));
  return (place, bytes) =>
    forms
      .filter(({ forms: wanted }) => wanted.some((form) => bytes.includes(form)))
      .map(({ canary }) => ({ channel: canary.channel, place }));
}
