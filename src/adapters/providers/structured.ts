import { parseJson, type JsonValue } from '../../kernel/json.ts';
import type { OutputShape } from '../../ports/model-provider.ts';

/** Openings tried in one text before giving up. */
const mostOpenings = 20;

/** Where the JSON value that opens at `start` closes, exclusive; undefined when it never does. */
function closingOf(text: string, start: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

/** The balanced objects and arrays in a text, outermost and first ones first. */
export function* balancedJson(text: string): Generator<JsonValue> {
  let at = 0;
  for (let opening = 0; opening < mostOpenings; opening += 1) {
    const offset = text.slice(at).search(/[[{]/);
    if (offset < 0) return;
    const start = at + offset;
    const end = closingOf(text, start);
    const value = end === undefined ? undefined : parseJson(text.slice(start, end));
    if (value === undefined || end === undefined) at = start + 1;
    else {
      yield value;
      at = end;
    }
  }
}

/** The value a model wrote, when the shape accepts it: the whole text, or the first fitting JSON inside it. */
export function readOutput(text: string, shape: OutputShape): JsonValue | undefined {
  const whole = parseJson(text);
  if (whole !== undefined && shape.accepts(whole)) return whole;
  for (const value of balancedJson(text)) if (shape.accepts(value)) return value;
  return undefined;
}
