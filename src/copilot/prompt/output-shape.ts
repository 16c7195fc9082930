import { z } from 'zod';
import type { JsonObject } from '../../kernel/json.ts';
import type { OutputShape } from '../../ports/model-provider.ts';

/** The JSON schema every vendor takes: all fields required, nothing extra, no limits; limits are checked here afterwards. */
export function outputShape(name: string, schema: z.ZodType): OutputShape {
  const wire = z.toJSONSchema(schema, { io: 'output', target: 'draft-7' });
  return { name, schema: strip(wire) as JsonObject, accepts: (value) => schema.safeParse(value).success };
}

const unsupported = new Set([
  '$schema',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'pattern',
  'format',
  'default',
]);

function strip(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(strip);
  if (node === null || typeof node !== 'object') return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => !unsupported.has(key))
      .map(([key, value]) => [key, strip(value)]),
  );
}
