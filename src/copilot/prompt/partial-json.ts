import type { JsonValue } from '../../kernel/json.ts';

/** Reads a JSON object that is still arriving: what is complete, and open strings as far as they go. Undefined before its first brace. */
export function parsePartialJson(text: string): JsonValue | undefined {
  const start = text.indexOf('{');
  if (start < 0) return undefined;
  const closers: string[] = [];
  let inString = false;
  let escaped = false;
  // The last place after which everything can be closed without inventing a value.
  let safe = start + 1;
  let safeClosers = '}';
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (escaped) escaped = false;
      else if (character === '\\') escaped = true;
      else if (character === '"') inString = false;
      continue;
    }
    if (character === '"') inString = true;
    else if (character === '{' || character === '[') {
      closers.unshift(character === '{' ? '}' : ']');
      safe = at + 1;
      safeClosers = closers.join('');
    } else if (character === '}' || character === ']') {
      closers.shift();
      safe = at + 1;
      safeClosers = closers.join('');
      if (closers.length === 0) return tryParse(text.slice(start, at + 1));
    } else if (character === ',') {
      safe = at;
      safeClosers = closers.join('');
    }
  }
  if (inString) {
    const open = text.slice(start).replace(/\\(?:u[0-9a-fA-F]{0,3})?$/, '');
    const withString = tryParse(`${open}"${closers.join('')}`);
    if (withString !== undefined) return withString;
  }
  return tryParse(text.slice(start) + closers.join('')) ?? tryParse(text.slice(start, safe) + safeClosers);
}

function tryParse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Follows one string field of an arriving JSON object and gives what is new of it; costs time for what is new only. */
export function createFieldReader(field: string): (delta: string) => string {
  let text = '';
  let state: 'seeking' | 'inside' | 'done' = 'seeking';
  let at = 0;
  const opening = new RegExp(`"${field}"\\s*:\\s*"`);
  return (delta) => {
    if (state === 'done') return '';
    text += delta;
    if (state === 'seeking') {
      const match = opening.exec(text);
      if (match === null) return '';
      at = match.index + match[0].length;
      state = 'inside';
    }
    let end = at;
    while (end < text.length) {
      const character = text[end];
      if (character === '"') {
        state = 'done';
        break;
      }
      if (character === '\\') {
        const length = text[end + 1] === 'u' ? 6 : 2;
        if (end + length > text.length) break;
        end += length;
      } else end += 1;
    }
    const raw = text.slice(at, end);
    at = end;
    if (raw === '') return '';
    const value = tryParse(`"${raw}"`);
    return typeof value === 'string' ? value : '';
  };
}
