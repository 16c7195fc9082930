import { cleanText } from '../text/clean-text.ts';

/** A piece of untrusted text with a label; the model is told that it is data and never instructions. */
export interface DataBlock {
  readonly kind:
    | 'ticket'
    | 'comment'
    | 'source'
    | 'instruction'
    | 'draft'
    | 'notes'
    | 'question'
    | 'choices'
    | 'scorecard'
    | 'style';
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly text: string;
  /** Comments may be left out or shortened to fit the model's window; other blocks stay. */
  readonly keep?: 'always';
}

const attributeText = (value: string | number | boolean): string =>
  cleanText(String(value))
    .replace(/[<>"\n]/g, ' ')
    .slice(0, 200)
    .trim();

/** Writes a block between marks that the text cannot know beforehand; look-alikes inside are broken up. */
export function renderBlock(block: DataBlock, marks: string): string {
  const attributes = Object.entries(block.attributes)
    .map(([name, value]) => ` ${name}="${attributeText(value)}"`)
    .join('');
  const text = cleanText(block.text)
    .replace(/<(\/?)(data-|comment-|system|assistant|instructions)/gi, '< $1$2')
    .replaceAll(marks, '');
  return `<data-${marks} kind="${block.kind}"${attributes}>\n${text}\n</data-${marks}>`;
}
