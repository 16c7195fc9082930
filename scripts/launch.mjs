// The one way in: any Node from 20 installs what is missing, builds the pages and goes on under Node 24.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureWebBuilt } from './launch/build-web.mjs';
import { ensureInstalled, nodeBinary } from './launch/install.mjs';
import { start } from './launch/start.mjs';

const startedAt = Date.now();
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [command, ...args] = process.argv.slice(2);

ensureInstalled(root);
const node = nodeBinary(root);

function run(file, fileArgs, environment = {}) {
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', join(root, file), ...fileArgs], {
    stdio: 'inherit',
    // Programs are called from where the user stands, so that relative paths mean what they say.
    cwd: process.env.INIT_CWD ?? process.cwd(),
    env: {
      ...process.env,
      INDESK_DATA_DIR: process.env.INDESK_DATA_DIR ?? join(root, '.indesk'),
      PATH: `${dirname(node)}:${join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
      ...environment,
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 0 : 1)));
}

if (command === 'start') {
  ensureWebBuilt(root, node);
  await start({ root, node, args, startedAt });
} else if (command === 'build') {
  ensureWebBuilt(root, node);
  process.stdout.write('The pages for the browser are in dist/web.\n');
} else if (command === 'test') {
  ensureWebBuilt(root, node);
  run('scripts/test.ts', args);
} else if (command === 'run' && args[0] !== undefined) {
  if (!args[0].startsWith('src/') && !/verify|model/.test(args[0])) ensureWebBuilt(root, node);
  run(args[0], args.slice(1));
} else {
  process.stderr.write('Usage: node scripts/launch.mjs start | build | test | run FILE\n');
  process.exit(2);
}
