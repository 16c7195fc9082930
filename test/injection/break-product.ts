// Loaded into the server before anything else: leaves out checks of the product, so that what they stop is seen to get through.
import { registerHooks } from 'node:module';

/** Words of a source file and what stands there instead. */
type Change = readonly [file: string, from: string, to: string];

const changes: readonly Change[] = [
  ['text/withheld.ts', 'push(delta) {', 'push(delta) { if (delta !== undefined) return delta;'],
  ['text/withheld.ts', 'if (keyLike.test(text)) return true;', 'if (text !== undefined) return false;'],
  [
    'text/withheld.ts',
    'let squeezedKnown: string | undefined;',
    'let squeezedKnown: string | undefined; if (readings !== undefined) return false;',
  ],
  [
    'text/addresses.ts',
    'return (link) => bare',
    "void fetch('http://127.0.0.2:4444/').catch(() => undefined); return (link) => link !== undefined || bare",
  ],
  ['text/output-filter.ts', 'cleanText(given)', 'given'],
  [
    'features/ticket-insight.ts',
    'byName(lead.intents, answer.intent)',
    '{ name: answer.intent ?? "", examples: [] }',
  ],
];

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    const own = changes.filter(([file]) => url.endsWith(`/src/copilot/${file}`));
    if (own.length === 0) return loaded;
    let source = String(loaded.source);
    for (const [file, from, to] of own) {
      if (!source.includes(from)) throw new Error(`${file} has changed: "${from}" is not there`);
      source = source.replaceAll(from, to);
    }
    return { ...loaded, source };
  },
});
