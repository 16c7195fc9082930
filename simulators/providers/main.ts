import { startProviderSimulator } from './provider-simulator.ts';

const [portText = '4010', ...flags] = process.argv.slice(2);
const simulator = await startProviderSimulator({ port: Number(portText), demo: flags.includes('--demo'), record: !flags.includes('--no-record') });
process.stdout.write(`provider simulator: ${simulator.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void simulator.close();
  });
}
