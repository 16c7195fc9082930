const benches: Readonly<Record<string, () => Promise<unknown>>> = {
  overhead: () => import('./overhead/overhead.ts'),
};

const name = process.argv[2] ?? '';
const bench = benches[name];
if (bench === undefined) {
  process.stderr.write(`Usage: npm run bench -- NAME [--quick]\nNAME: ${Object.keys(benches).join(', ')}\n`);
  process.exitCode = 2;
} else {
  await bench();
}
