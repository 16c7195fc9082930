import { fileTypeFromBuffer } from 'file-type';
import type { TextFormat } from '../../../ports/text-extractor.ts';
import { Refused } from './refused.ts';

const encryptedPackage = Buffer.from('EncryptedPackage', 'utf16le');
const oldOffice = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
const localFile = Buffer.from([0x50, 0x4b, 0x03, 0x04]);
const endOfZip = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
const longestZipComment = 65_535;

// Two letters that ordinary text may begin with: "BMW", "MZ". What really is such a file has bytes that no text has.
const unsureTypes = new Set(['bmp', 'exe']);

/** Refuses a file that is not, or not only, what its name says. */
export async function refusePolyglots(format: TextFormat, bytes: Buffer): Promise<void> {
  if (format === 'docx') refuseUnlessZip(bytes);
  else if (endsAsZip(bytes)) throw new Refused('wrong-format');
  else if (format === 'pdf') refuseUnlessPdf(bytes);
  else await refuseUnlessText(format, bytes);
}

function refuseUnlessPdf(bytes: Buffer): void {
  const beginning = bytes
    .subarray(0, 16)
    .toString('latin1')
    .replace(/^(?:\u00EF\u00BB\u00BF|\s)+/, '');
  if (!beginning.startsWith('%PDF-')) throw new Refused('wrong-format');
}

function refuseUnlessZip(bytes: Buffer): void {
  if (bytes.subarray(0, 8).equals(oldOffice))
    throw new Refused(bytes.includes(encryptedPackage) ? 'encrypted' : 'wrong-format');
  // A PDF may stand anywhere in the first kilobyte.
  if (!bytes.subarray(0, 4).equals(localFile) || bytes.subarray(0, 1_024).includes('%PDF-'))
    throw new Refused('wrong-format');
}

/** True when the bytes end with the directory of a ZIP: any archiver would open the file, whatever it begins with. */
function endsAsZip(bytes: Buffer): boolean {
  const from = Math.max(0, bytes.length - longestZipComment - 22);
  for (
    let at = bytes.lastIndexOf(endOfZip);
    at >= from;
    at = at === 0 ? -1 : bytes.lastIndexOf(endOfZip, at - 1)
  )
    if (at + 22 <= bytes.length && at + 22 + bytes.readUInt16LE(at + 20) === bytes.length) return true;
  return false;
}

async function refuseUnlessText(format: TextFormat, bytes: Buffer): Promise<void> {
  const isWide =
    bytes.subarray(0, 2).equals(Buffer.from([0xff, 0xfe])) ||
    bytes.subarray(0, 2).equals(Buffer.from([0xfe, 0xff]));
  if (isWide) return;
  const type = await fileTypeFromBuffer(bytes.subarray(0, 65_536));
  if (type !== undefined && !unsureTypes.has(type.ext) && !(format === 'html' && type.ext === 'xml'))
    throw new Refused('wrong-format');
  if (bytes.subarray(0, 1_024).includes('%PDF-')) throw new Refused('wrong-format');
}
