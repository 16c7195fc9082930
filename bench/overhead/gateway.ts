import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const folder = join(root, '.cache', 'gateway');

// Without these two versions the gateway answers every stream with an error (its own lockfile has them).
const manifest = {
  private: true,
  dependencies: { '@portkey-ai/gateway': '1.15.2' },
  overrides: { hono: '4.9.7', '@hono/node-server': '1.13.5' },
};

// The gateway listens on every address; this keeps it on the loopback one.
const loopback = `const net = require('node:net');
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (first, ...rest) {
  const callback = rest.find((one) => typeof one === 'function');
  const port = typeof first === 'object' && first !== null ? first.port : first;
  return listen.call(this, { port, host: '127.0.0.1' }, callback);
};
`;

/** Installs the gateway into a folder of its own, once. */
function install(): void {
  const script = join(folder, 'node_modules/@portkey-ai/gateway/build/start-server.js');
  if (existsSync(script)) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'loopback.cjs'), loopback);
  process.stderr.write('Installing the gateway to compare with…\n');
  const result = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0 || !existsSync(script))
    throw new Error('The gateway could not be installed: there is nothing to compare with.');
}

/** Starts the gateway on a port of the loopback address, pinned to a CPU. */
export async function startGateway(port: number, cpu: string): Promise<{ stop(): void }> {
  install();
  const child: ChildProcess = spawn(
    'taskset',
    [
      '-c',
      cpu,
      process.execPath,
      '--require',
      join(folder, 'loopback.cjs'),
      join(folder, 'node_modules/@portkey-ai/gateway/build/start-server.js'),
      `--port=${port}`,
      '--headless',
    ],
    { cwd: folder, stdio: 'ignore', env: { ...process.env, NODE_ENV: 'production' } },
  );
  for (let tries = 0; tries < 100; tries += 1) {
    const answers = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
    if (answers) return { stop: () => void child.kill('SIGKILL') };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill('SIGKILL');
  throw new Error('The gateway did not start: there is nothing to compare with.');
}
