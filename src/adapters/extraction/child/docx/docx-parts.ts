import { promisify } from 'node:util';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { Refused } from '../refused.ts';

const mostEntries = 5_000;
/** Bytes of all parts that are read, unpacked. */
const mostUnpacked = 24 * 1024 * 1024;
/** Bytes of all parts together as the archive declares them, pictures too. */
const mostDeclared = 512 * 1024 * 1024;
/** Elements of one part: a tree of them takes a hundred times the memory of their text. */
const mostElements = 300_000;

const open = promisify<Buffer, object, ZipFile>(fromBuffer);

/** The XML parts of a DOCX by name; never inflates more than is allowed, whatever the archive says about itself. */
export async function docxParts(bytes: Buffer): Promise<ReadonlyMap<string, Buffer>> {
  const zip = await open(bytes, { lazyEntries: true, validateEntrySizes: true, autoClose: false }).catch(
    () => {
      throw new Refused('unreadable');
    },
  );
  if (zip.entryCount > mostEntries) throw new Refused('too-large-inside');
  const entries = await listEntries(zip);
  const parts = new Map<string, Buffer>();
  let left = mostUnpacked;
  for (const entry of entries.filter(({ fileName }) => /\.(?:xml|rels)$/i.test(fileName))) {
    const part = await inflate(zip, entry, left);
    left -= part.length;
    refuseHeavyXml(part);
    parts.set(entry.fileName, part);
  }
  return parts;
}

async function listEntries(zip: ZipFile): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  const names = new Set<string>();
  let [declared, declaredXml, packed] = [0, 0, 0];
  await new Promise<void>((resolve, reject) => {
    zip.on('error', () => reject(new Refused('unreadable')));
    zip.on('end', resolve);
    zip.on('entry', (entry: Entry) => {
      declared += entry.uncompressedSize;
      packed += entry.compressedSize;
      if (/\.(?:xml|rels)$/i.test(entry.fileName)) declaredXml += entry.uncompressedSize;
      if (entry.isEncrypted()) return reject(new Refused('encrypted'));
      // Entries that lie over each other unpack the same bytes again and again.
      const overlaps = packed > zip.fileSize || names.has(entry.fileName);
      if (overlaps || declared > mostDeclared || declaredXml > mostUnpacked || entries.length >= mostEntries)
        return reject(new Refused('too-large-inside'));
      names.add(entry.fileName);
      entries.push(entry);
      zip.readEntry();
    });
    zip.readEntry();
  });
  return entries;
}

async function inflate(zip: ZipFile, entry: Entry, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    const stream = await promisify(zip.openReadStream.bind(zip))(entry);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > most) throw new Refused('too-large-inside');
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Refused) throw error;
    const unpacksToMore = error instanceof Error && error.message.startsWith('too many bytes');
    throw new Refused(unpacksToMore ? 'too-large-inside' : 'unreadable');
  }
  return Buffer.concat(chunks);
}

/** No Office program writes a document type; entities that grow or read files need one. */
function refuseHeavyXml(part: Buffer): void {
  if (part.includes('<!DOCTYPE') || part.includes('<!ENTITY')) throw new Refused('too-large-inside');
  let elements = 0;
  for (let at = part.indexOf('<'); at >= 0; at = part.indexOf('<', at + 1)) {
    if (part[at + 1] !== 0x2f) elements += 1;
    if (elements > mostElements) throw new Refused('too-large-inside');
  }
}
