/** A piece of material in the prompt. */
export interface Block {
  readonly kind: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

/** A prompt taken apart. */
export interface ReadPrompt {
  /** Name after `Task:`, empty when there is none. */
  readonly task: string;
  /** What stands after `Answer in language:`. */
  readonly language: string;
  /** What stands after `Mode:`. */
  readonly mode: string;
  readonly blocks: readonly Block[];
  /** The user's text without the blocks. */
  readonly taskText: string;
}

const blockPattern = /<((data|comment)-[\w-]+)((?:\s+[\w-]+="[^"]*")*)\s*>\n?([\s\S]*?)\n?<\/\1>/g;

function attributesOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

const lineAfter = (label: string, text: string): string =>
  new RegExp(`^${label}:\\s*(.+)$`, 'm').exec(text)?.[1]?.trim() ?? '';

/** Tells rules, material and task apart. What the material says about tasks or languages is not listened to. */
export function readPrompt(system: string, user: string): ReadPrompt {
  const blocks = [...user.matchAll(blockPattern)].map(([, , family = '', attributeText = '', text = '']) => {
    const attributes = attributesOf(attributeText);
    return { kind: attributes['kind'] ?? family, attributes, text: text.trim() };
  });
  const taskText = user.replace(blockPattern, '').trim();
  return {
    task: lineAfter('Task', system) || lineAfter('Task', taskText),
    language: lineAfter('Answer in language', taskText) || lineAfter('Answer in language', system),
    mode: lineAfter('Mode', taskText) || lineAfter('Mode', system),
    blocks,
    taskText,
  };
}

/** The blocks of a kind, in order. */
export const blocksOf = (prompt: ReadPrompt, kind: string): Block[] =>
  prompt.blocks.filter((block) => block.kind === kind);

/** What the customer wrote, oldest first. */
export const customerBlocks = (prompt: ReadPrompt): Block[] =>
  blocksOf(prompt, 'comment').filter(
    ({ attributes }) => attributes['author'] === 'customer' && attributes['public'] !== 'false',
  );

/** A line of the ticket block, such as its subject. */
export const ticketLine = (prompt: ReadPrompt, label: string): string =>
  lineAfter(label, blocksOf(prompt, 'ticket')[0]?.text ?? '');
