import { isObject, listAt, objectAt, textAt, type Json, type JsonObject } from './json.ts';

/** Follows `$ref` inside the same schema. */
export function resolveSchema(schema: Json | undefined, root: JsonObject): JsonObject {
  let current = isObject(schema) ? schema : {};
  for (let depth = 0; depth < 8 && typeof current['$ref'] === 'string'; depth += 1) {
    let target: Json | undefined = root;
    for (const step of current['$ref'].replace(/^#\/?/, '').split('/').filter(Boolean))
      target = isObject(target) ? target[step] : undefined;
    current = isObject(target) ? target : {};
  }
  return current;
}

/** The type a value must have, `null` alternatives apart; upper-case names (Google's) count too. */
export function typeOf(schema: JsonObject): string {
  const type = schema['type'];
  const named = Array.isArray(type) ? type.find((one) => one !== 'null') : type;
  if (typeof named === 'string') return named.toLowerCase();
  return schema['properties'] === undefined ? (schema['items'] === undefined ? 'string' : 'array') : 'object';
}

/** Fills a schema with valid values that mean nothing: the first enum member, two list items, "Thank you" for text. */
export function sampleJson(schema: Json | undefined, root?: JsonObject, name = ''): Json {
  const top = root ?? (isObject(schema) ? schema : {});
  const node = resolveSchema(schema, top);
  if (node['const'] !== undefined) return node['const'];
  const choice = listAt(node, 'enum')[0];
  if (choice !== undefined) return choice;
  const alternatives = [...listAt(node, 'anyOf'), ...listAt(node, 'oneOf')];
  if (alternatives.length > 0) {
    const wanted = alternatives.find((one) => typeOf(resolveSchema(one, top)) !== 'null');
    return sampleJson(wanted, top, name);
  }
  switch (typeOf(node)) {
    case 'object':
      return Object.fromEntries(
        Object.entries(objectAt(node, 'properties')).map(([key, value]) => [
          key,
          sampleJson(value, top, key),
        ]),
      );
    case 'array':
      return Array.from({ length: Math.max(Number(node['minItems'] ?? 0), 2) }, (_, index) =>
        sampleItem(node['items'], top, index),
      );
    case 'number':
    case 'integer':
      return typeof node['minimum'] === 'number' ? node['minimum'] : 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return name === 'language' || name === 'locale'
        ? 'en'
        : textAt(node, 'format') === 'date'
          ? '2026-01-15'
          : 'Thank you for your message.';
  }
}

function sampleItem(items: Json | undefined, root: JsonObject, index: number): Json {
  const node = resolveSchema(items, root);
  const members = listAt(node, 'enum');
  return members[index] ?? sampleJson(items, root);
}
