const benches: Readonly<Record<string, () => Promise<unknown>>> = {
  overhead: () => import('./overhead/overhead.ts'),
  embed: () => import('./embed/embed.ts'),
  retrieval: () => import('./retrieval/retrieval.ts'),
  streams: () => import('./streams/streams.ts'),
  extract: () => import('./extract/extract.ts'),
};

const name = process.argv[2] ?? '';
const bench = benches[name];
if (bench === undefined) {
  process.stderr.write(`Usage: npm run bench -- NAME [--quick]\nNAME: ${Object.keys(benches).join(', ')}\n`);
  process.exitCode = 2;
} else {
  await bench();
}
