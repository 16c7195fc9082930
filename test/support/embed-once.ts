// Embeds one text with the model of a directory, in a process of its own whose whole output a test reads.
import { createEmbedder } from '../../src/adapters/embeddings/create-embedder.ts';
import { Transient } from '../../src/kernel/transient.ts';
import { toProblem } from '../../src/kernel/problem-error.ts';

const [directory = '', text = ''] = process.argv.slice(2);
const silent = { info: () => {}, warn: () => {}, error: () => {} };
const embedder = createEmbedder({ directory, threads: 1, logger: silent });
const { kind } = await embedder.settled();
const outcome = await embedder.embed(Transient.of([text]), 'query', new AbortController().signal).then(
  (vectors) => vectors.length,
  (error: unknown) => toProblem(error).type,
);
await embedder.close();
process.stdout.write(`${kind} ${outcome}`);
