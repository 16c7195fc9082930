import { isObject, listAt, objectAt, textAt, type Json, type JsonObject } from '../json.ts';
import { resolveSchema, typeOf } from '../sample-json.ts';
import { detectLanguage } from './language.ts';
import { blocksOf, customerBlocks, ticketLine, type ReadPrompt } from './read-prompt.ts';
import { reply, type DemoReply } from './reply.ts';
import { hardFactsIn, isQuestion, shorten, usefulSentences } from './sentences.ts';
import { summarize, type DemoSummary } from './summarize.ts';
import { overlap, termsOf } from './words.ts';

/** What the material says, read once and asked many times. */
interface Material {
  readonly prompt: ReadPrompt;
  readonly root: JsonObject;
  readonly all: string;
  readonly sentences: readonly string[];
  readonly language: string;
  summary(): DemoSummary;
  reply(): DemoReply;
}

const neutral = new Set([
  'none',
  'none of these',
  'other',
  'neutral',
  'normal',
  'medium',
  'unknown',
  'question',
  'n/a',
  'unclear',
  'low',
]);

const moods: readonly (readonly [RegExp, RegExp])[] = [
  [
    /negative|angry|frustrat|unhappy|upset|bad/i,
    /unacceptable|angry|disappoint|terrible|worst|furious|ridiculous|never again|still (?:no|not|waiting)|enttäusch|ärger|unverschämt|inakzeptabel|frech|inaceptable|decepcion|enfadad|vergüenza|razočaran|ljut|neprihvatljiv|sramota|غاضب|محبط|غير مقبول|مستاء|ひどい|残念|困って|怒/i,
  ],
  [
    /positive|happy|satisf|good/i,
    /thank you so much|great|love|excellent|happy|awesome|super|begeistert|wunderbar|genial|encantad|perfecto|odličn|zadovolj|ممتاز|رائع|سعيد|素晴らし|嬉し|助かりました/i,
  ],
  [
    /urgent|high|critical|immediate/i,
    /urgent|asap|immediately|today|tomorrow|deadline|lawyer|dringend|sofort|eilig|heute|anwalt|urgente|inmediat|hoy mismo|abogado|hitno|odmah|danas|advokat|عاجل|فورًا|اليوم|至急|本日中|急い|迫って/i,
  ],
];

function enumScore(member: string, description: string, material: Material): number {
  const words = termsOf(member.replace(/[_-]/g, ' '));
  let score = words.reduce(
    (sum, word) => sum + (material.sentences.some((sentence) => termsOf(sentence).includes(word)) ? 1 : 0),
    0,
  );
  for (const [name, cue] of moods) if (name.test(member) && cue.test(material.all)) score += 1.5;
  if (material.all.toLowerCase().includes(member.toLowerCase())) score += 0.5;
  return score + overlap(words, description) * 0.01;
}

function chooseEnum(members: readonly Json[], name: string, description: string, material: Material): Json {
  const texts = members.filter((member): member is string => typeof member === 'string');
  if (/lang|locale/i.test(name)) {
    const spoken = texts.find(
      (member) => member === material.language || member.startsWith(`${material.language}-`),
    );
    if (spoken !== undefined) return spoken;
  }
  const scored = texts.map((member) => ({ member, score: enumScore(member, description, material) }));
  const top = scored.toSorted((one, other) => other.score - one.score)[0];
  if (top && top.score > 0) return top.member;
  if (members.includes(null)) return null;
  return texts.find((member) => neutral.has(member.toLowerCase())) ?? members[0] ?? null;
}

/** The sentence that shares most with a property's name and description. */
function bestSentence(name: string, description: string, material: Material): string | undefined {
  const query = termsOf(`${name.replace(/([A-Z])/g, ' $1').replace(/[_-]/g, ' ')} ${description}`);
  const scored = material.sentences.map((sentence) => ({ sentence, score: overlap(query, sentence) }));
  const top = scored.toSorted((one, other) => other.score - one.score)[0];
  return top && top.score > 0.3 ? top.sentence : undefined;
}

const byName: readonly (readonly [RegExp, (material: Material) => string | null | undefined])[] = [
  [/^(?:language|locale|lang)$/i, ({ language }) => language],
  [/^(?:subject|title)$/i, ({ prompt }) => ticketLine(prompt, 'Subject')],
  [/^(?:wants?|intent|request|goal|problem|issue)$/i, (material) => material.summary().wants],
  [/^(?:next|next_?steps?|action)$/i, (material) => material.summary().next],
  [/^(?:answer|reply|draft|response|text|message)$/i, (material) => material.reply().answer],
  [
    /^(?:summary|overview|description)$/i,
    (material) => [material.summary().wants, ...material.summary().happened.slice(0, 1)].join(' '),
  ],
  [/^(?:question|ask|clarif\w*)$/i, (material) => material.summary().open[0] ?? null],
  [
    /^(?:reason|reasons|why|evidence|quote|sentence|trigger|because|explanation|comment|note)$/i,
    (material) => material.summary().wants,
  ],
];

const listsByName: readonly (readonly [RegExp, (material: Material) => string[]])[] = [
  [/^facts?$|entities/i, (material) => material.summary().facts],
  [/^happened$|history|steps|timeline/i, (material) => material.summary().happened],
  [/^open$|questions/i, (material) => material.summary().open],
  [/^changed$/i, (material) => material.summary().changed],
  [/^missing$/i, (material) => material.reply().missing],
  [/reason|evidence|quotes?|signals?|why/i, (material) => [material.summary().wants]],
  [
    /^(?:numbers|amounts|dates)$/i,
    (material) =>
      hardFactsIn(material.all)
        .map(({ fact }) => fact)
        .slice(0, 5),
  ],
];

function fillText(name: string, description: string, canBeNull: boolean, material: Material): Json {
  const known = byName.find(([pattern]) => pattern.test(name));
  const value = known ? known[1](material) : bestSentence(name, description, material);
  if (value !== null && value !== undefined && value !== '')
    return /^(?:answer|reply|draft|response|text|message)$/i.test(name) ? value : shorten(value, 240);
  if (canBeNull) return null;
  return known ? '' : shorten(material.summary().wants, 240);
}

function fillArray(name: string, node: JsonObject, description: string, material: Material): Json {
  const item = resolveSchema(node['items'], material.root);
  if (/citation/i.test(name) && objectAt(item, 'properties')['quote'] !== undefined)
    return material.reply().citations.map((citation) => ({ ...citation }));
  const members = listAt(item, 'enum');
  if (members.length > 0) {
    return members
      .filter((member) => typeof member === 'string' && enumScore(member, description, material) >= 1)
      .slice(0, 5);
  }
  const known = listsByName.find(([pattern]) => pattern.test(name));
  if (typeOf(item) === 'string') return known ? known[1](material) : [];
  if (typeOf(item) !== 'object') return [];
  const texts = (known ? known[1](material) : []).slice(0, 3);
  return texts.map((text) => fillObject(item, { ...material, all: text, sentences: [text] }));
}

function fillObject(node: JsonObject, material: Material): Json {
  const required = new Set(listAt(node, 'required'));
  return Object.fromEntries(
    Object.entries(objectAt(node, 'properties')).map(([name, child]) => [
      name,
      fillValue(name, child, material, !required.has(name) && required.size > 0),
    ]),
  );
}

function fillNumber(name: string, node: JsonObject, canBeNull: boolean, material: Material): Json {
  const [low, high] = [node['minimum'], node['maximum']].map((limit) =>
    typeof limit === 'number' ? limit : undefined,
  );
  if (/^(?:n|source|number|index|rank)$/i.test(name)) return Math.max(1, low ?? 1);
  if (/count|total/i.test(name)) return customerBlocks(material.prompt).length;
  if (canBeNull) return null;
  const middle = ((low ?? 0) + (high ?? (/score|percent|points/i.test(name) ? 100 : 1))) / 2;
  return typeOf(node) === 'integer' ? Math.round(middle) : middle;
}

function fillValue(name: string, schema: Json | undefined, material: Material, optional: boolean): Json {
  const outer = resolveSchema(schema, material.root);
  if (outer['const'] !== undefined) return outer['const'];
  const alternatives = [...listAt(outer, 'anyOf'), ...listAt(outer, 'oneOf')].map((one) =>
    resolveSchema(one, material.root),
  );
  const types = outer['type'];
  const canBeNull =
    optional ||
    (Array.isArray(types) && types.includes('null')) ||
    alternatives.some((one) => typeOf(one) === 'null');
  const node = alternatives.find((one) => typeOf(one) !== 'null') ?? outer;
  const description = textAt(outer, 'description') || textAt(node, 'description');
  const members = listAt(node, 'enum');
  if (members.length > 0)
    return chooseEnum(
      canBeNull && !members.includes(null) ? [...members, null] : members,
      name,
      description,
      material,
    );
  switch (typeOf(node)) {
    case 'object':
      return fillObject(node, material);
    case 'array':
      return fillArray(name, node, description, material);
    case 'number':
    case 'integer':
      return fillNumber(name, node, canBeNull, material);
    case 'boolean':
      return canBeNull ? null : false;
    case 'null':
      return null;
    default:
      return fillText(name, description, canBeNull, material);
  }
}

/** Fills any JSON schema from the prompt's material: sentences by name and description, enum members by shared words, null for the unknown. */
export function fillSchema(schema: JsonObject, prompt: ReadPrompt): Json {
  const texts = prompt.blocks.filter(({ kind }) => kind !== 'source').map(({ text }) => text);
  const material = texts.length > 0 ? texts : blocksOf(prompt, 'source').map(({ text }) => text);
  const all = (material.length > 0 ? material : [prompt.taskText]).join('\n');
  const written = customerBlocks(prompt)
    .map(({ text }) => text)
    .join('\n');
  let summary: DemoSummary | undefined;
  let drafted: DemoReply | undefined;
  const filled = fillValue(
    '',
    schema,
    {
      prompt,
      root: schema,
      all,
      sentences: usefulSentences(all).toSorted(
        (one, other) => Number(isQuestion(one)) - Number(isQuestion(other)),
      ),
      language: detectLanguage(written || all),
      summary: () => (summary ??= summarize(prompt)),
      reply: () => (drafted ??= reply(prompt)),
    },
    false,
  );
  return isObject(filled) || Array.isArray(filled) ? filled : { answer: filled };
}
