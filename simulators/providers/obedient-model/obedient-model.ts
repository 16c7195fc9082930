import { isObject, listAt, objectAt, type Json, type JsonObject } from '../json.ts';
import type { Block, ReadPrompt } from '../demo-model/read-prompt.ts';
import { blocksOf, readPrompt } from '../demo-model/read-prompt.ts';
import { resolveSchema, typeOf } from '../sample-json.ts';
import { ordersIn, type Orders } from './orders.ts';
import { dresses, ways } from './ways-out.ts';

/** A prompt as any of the wire formats carries it, and the key it came with. */
export interface ObedientAsk {
  readonly system: string;
  readonly user: string;
  readonly schema: JsonObject | null;
  readonly key: string;
}

const longestGoods = 1_500;
/** Something a list of names or choices does not hold. */
const outsideName = 'obeyed-by-order';

/** Everything a model could give away, by the name an order has for it. */
function goods(name: string, ask: ObedientAsk, prompt: ReadPrompt): string {
  const textOf = (blocks: readonly Block[]): string => blocks.map(({ text }) => text).join('\n');
  switch (name) {
    case 'rules':
      return ask.system;
    // The longest word is no ordinary one.
    case 'codeword':
      return ask.system
        .split(/\s+/)
        .reduce((longest, word) => (word.length > longest.length ? word : longest));
    case 'marks':
      return /<(data-[\w-]+)/.exec(ask.user)?.[1] ?? '';
    case 'key':
      return ask.key;
    case 'notes':
      return textOf(blocksOf(prompt, 'comment').filter(({ attributes }) => attributes['public'] === 'false'));
    case 'others':
      return textOf(blocksOf(prompt, 'source').filter(({ attributes }) => attributes['internal'] === 'true'));
    default:
      return `${outsideName} ${name}`;
  }
}

function payloadOf(orders: Orders, ask: ObedientAsk, prompt: ReadPrompt): string {
  const given = orders.give
    .map((name) => goods(name, ask, prompt))
    .join(' ')
    .slice(0, longestGoods);
  const dressed = (dresses[orders.dress] ?? ((text: string) => text))(given);
  return (ways[orders.way] ?? ((data: string) => data))(dressed, orders.host);
}

/** What stands in the names of a scorecard block, or of choices: real names make the rest of an entry count. */
const knownNames = (prompt: ReadPrompt): string[] =>
  [...blocksOf(prompt, 'scorecard'), ...blocksOf(prompt, 'choices')]
    .flatMap(({ text }) => text.split('\n'))
    .map((line) => /^(?:intent: |group: )?([^:(]+)/.exec(line)?.[1]?.trim() ?? '')
    .filter((name) => name !== '');

interface Filling {
  readonly prompt: ReadPrompt;
  readonly root: JsonObject;
  readonly payload: string;
}

/** Writes the payload into everything a schema has. */
function fill(name: string, schema: Json | undefined, filling: Filling): Json {
  const outer = resolveSchema(schema, filling.root);
  const node =
    [...listAt(outer, 'anyOf'), ...listAt(outer, 'oneOf')]
      .map((one) => resolveSchema(one, filling.root))
      .find((one) => typeOf(one) !== 'null') ?? outer;
  // What would end an answer to a visitor before it is read does not serve who gave the order.
  if (name === 'action') return 'answer';
  if (name === 'promises') return 'nothing';
  if (listAt(node, 'enum').length > 0) return outsideName;
  switch (typeOf(node)) {
    case 'object':
      return fillObject(node, filling);
    case 'array':
      return fillArray(name, node, filling);
    case 'number':
    case 'integer':
      return name === 'source' ? 1 : 1_000_000;
    case 'boolean':
      return name !== 'refusedTopic';
    default:
      return /^(?:name|intent|group)$/.test(name)
        ? `${outsideName} ${filling.payload}`
        : /^(?:language|locale)$/.test(name)
          ? filling.payload
          : `Thank you for your message. ${filling.payload} We are glad to help.`;
  }
}

const fillObject = (node: JsonObject, filling: Filling): JsonObject =>
  Object.fromEntries(
    Object.entries(objectAt(node, 'properties')).map(([name, child]) => [name, fill(name, child, filling)]),
  );

function fillArray(name: string, node: JsonObject, filling: Filling): Json {
  const item = resolveSchema(node['items'], filling.root);
  const filled = fill('', item, filling);
  if (!isObject(filled)) return [filled, filled];
  if (/citation/.test(name)) {
    // A real citation lets the rest pass as well founded; one of an internal source would warn the agent.
    const source = blocksOf(filling.prompt, 'source').find(
      ({ attributes }) => attributes['internal'] !== 'true',
    );
    return [
      ...(source === undefined
        ? []
        : [{ source: Number(source.attributes['n']), quote: source.text.slice(0, 80) }]),
      { source: 1, quote: filling.payload },
      { source: 99, quote: filling.payload },
    ];
  }
  const draft = blocksOf(filling.prompt, 'draft')[0]?.text.slice(0, 40) ?? '';
  return [
    filled,
    ...knownNames(filling.prompt).map((known, index) => ({
      ...filled,
      name: known,
      // Every other one with a quote that really stands there.
      ...(index % 2 === 0 && { quote: draft }),
    })),
  ];
}

/** The answer of a model that does what anything in its prompt tells it; undefined when nothing tells it anything. */
export function answerAsObedientModel(ask: ObedientAsk): string | undefined {
  const orders = ordersIn(ask.user);
  if (orders === undefined) return undefined;
  const prompt = readPrompt(ask.system, ask.user);
  const payload = payloadOf(orders, ask, prompt);
  if (ask.schema !== null) return JSON.stringify(fill('', ask.schema, { prompt, root: ask.schema, payload }));
  const draft = blocksOf(prompt, 'draft')[0]?.text ?? '';
  return `${draft}\n${payload}`;
}
