/** Why no text came out of a file: what the person who uploaded it reads, and the way out. */
export const extractionRefusals = {
  'unsafe-name': {
    title: 'The name of this file cannot be used',
    wayOut: 'Rename it: at most 200 characters, none of them invisible, and upload it again.',
  },
  unsupported: {
    title: 'Files of this kind cannot be read',
    wayOut: 'Upload PDF, Word (.docx), text, Markdown, HTML or CSV.',
  },
  'wrong-format': {
    title: 'What is in this file is not what its name says',
    wayOut: 'Save it again in the format of its name, and upload that.',
  },
  'too-large-file': {
    title: 'This file is too large',
    wayOut: 'A file may have up to 10 MiB. Split it, or leave pictures out.',
  },
  'too-large-inside': {
    title: 'This file holds far more than its size says',
    wayOut: 'Save only the part that is needed as a new file, and upload that.',
  },
  'too-much-text': {
    title: 'There is too much text in this file',
    wayOut: 'A file may have up to 2 MiB of text. Split it, or leave parts out.',
  },
  'too-many-chunks': {
    title: 'There is no room for all of this text',
    wayOut: 'Together, sources may have up to 8,000 chunks of text. Remove what is no longer needed first.',
  },
  'no-text': {
    title: 'No text was found in this file',
    wayOut: 'It may be a scan: run text recognition (OCR) over it first, and upload the result.',
  },
  encrypted: {
    title: 'This file is protected by a password',
    wayOut: 'Save it without a password, and upload that.',
  },
  'unknown-encoding': {
    title: 'The letters in this file cannot be told',
    wayOut: 'Save it as UTF-8, and upload that.',
  },
  unreadable: {
    title: 'This file is damaged or cannot be read',
    wayOut: 'Open it in the program it came from, save it again, and upload that.',
  },
  'timed-out': {
    title: 'Reading this file took too long',
    wayOut: 'Split it into smaller files, and upload those.',
  },
  'out-of-memory': {
    title: 'Reading this file took too much memory',
    wayOut: 'Split it into smaller files, or leave pictures out, and upload those.',
  },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly wayOut: string }>>;

export type ExtractionRefusal = keyof typeof extractionRefusals;
