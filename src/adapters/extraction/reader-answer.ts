import { z } from 'zod';
import { textBytesOf, type KnowledgeDocument } from '../../kernel/document-blocks.ts';
import { extractionRefusals, type ExtractionRefusal } from '../../kernel/extraction-refusals.ts';
import { largestText } from '../../ports/text-extractor.ts';

const page = z.int().min(1).optional();
const text = z.string().min(1);

/** What the reader answers; it has read a stranger's file, and so its word is checked. */
const answer = z.union([
  z.strictObject({ refused: z.enum(Object.keys(extractionRefusals) as [ExtractionRefusal]) }),
  z.strictObject({
    title: z.string().min(1).max(500),
    blocks: z
      .array(
        z.discriminatedUnion('kind', [
          z.strictObject({ kind: z.literal('heading'), level: z.int().min(1).max(6), text, page }),
          z.strictObject({ kind: z.enum(['text', 'item', 'code']), text, page }),
          z.strictObject({
            kind: z.literal('table'),
            header: text.optional(),
            rows: z.array(text).min(1),
            page,
          }),
          z.strictObject({ kind: z.literal('answer'), question: text, text, page }),
        ]),
      )
      .min(1),
  }),
]);

export type ReaderAnswer =
  | { readonly kind: 'read'; readonly document: KnowledgeDocument; readonly textBytes: number }
  | { readonly kind: 'refused'; readonly reason: ExtractionRefusal };

/** Checks a reader's answer. */
export function parseAnswer(json: string): ReaderAnswer {
  const parsed = answer.safeParse(parseJson(json));
  if (!parsed.success) return { kind: 'refused', reason: 'unreadable' };
  if ('refused' in parsed.data) return { kind: 'refused', reason: parsed.data.refused };
  const document = parsed.data as KnowledgeDocument;
  const textBytes = textBytesOf(document.blocks);
  return textBytes > largestText
    ? { kind: 'refused', reason: 'too-much-text' }
    : { kind: 'read', document, textBytes };
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
