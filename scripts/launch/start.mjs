import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { isAbsolute, join, resolve } from 'node:path';
import { serverFlags } from './node-flags.mjs';
import { demoLead, inviteLead } from './invite-lead.mjs';

const help = `npm start            InDesk with a simulated Zendesk account and an offline demo model
npm start -- --tickets FILE     fill the simulated account from a JSON-lines file instead (docs/guides/import-tickets.md)
npm start -- --no-sandbox       without the simulators: connect a real Zendesk account
             --port N           port of the server (8700)
             --data DIR         folder of the database and the key (.indesk)`;

function parse(args, root, cwd) {
  const options = {
    sandbox: true,
    port: 8700,
    portGiven: false,
    tickets: undefined,
    data: process.env.INDESK_DATA_DIR ?? join(root, '.indesk'),
  };
  for (let at = 0; at < args.length; at += 1) {
    const [name, inline] = args[at].split('=', 2);
    const value = () => inline ?? args[(at += 1)] ?? fail(`${name} needs a value.\n${help}`);
    if (name === '--tickets') options.tickets = absolute(value(), cwd);
    else if (name === '--data') options.data = absolute(value(), cwd);
    else if (name === '--port') Object.assign(options, { port: Number(value()), portGiven: true });
    else if (name === '--no-sandbox') options.sandbox = false;
    else if (name === '--help') fail(help, 0);
    else fail(`Unknown option ${args[at]}.\n${help}`);
  }
  if (!Number.isInteger(options.port) || options.port < 0 || options.port > 65_535)
    fail('--port needs a number from 0 to 65535.');
  return options;
}

const absolute = (path, cwd) => (isAbsolute(path) ? path : resolve(cwd, path));

function fail(message, code = 2) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

const portIsFree = (port) =>
  new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
  });

/** The wanted port, or the next free one of the following twenty. */
async function freePort(wanted, taken) {
  for (let port = wanted; port < wanted + 20; port += 1)
    if (!taken.includes(port) && (await portIsFree(port))) return port;
  return fail(`No free port from ${wanted} to ${wanted + 19}. Choose another with --port.`, 1);
}

/** Starts a program and waits for its message that it is ready. */
function startChild(node, file, args, root, environment) {
  const child = spawn(node, [...serverFlags, join(root, file), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compile'),
      ...environment,
    },
  });
  const ready = new Promise((done, failed) => {
    child.once('message', done);
    child.once('exit', (code) => failed(new Error(`${file} ended with ${code}`)));
  });
  return { child, ready };
}

/** `npm start`: simulators (unless switched off) and server, until one of them or this process ends. */
export async function start({ root, node, args, startedAt }) {
  const options = parse(args, root, process.env.INIT_CWD ?? process.cwd());
  const taken = [];
  const take = async (wanted) => {
    const port = await freePort(wanted, taken);
    taken.push(port);
    return port;
  };
  if (options.portGiven && options.port !== 0 && !(await portIsFree(options.port)))
    fail(`Port ${options.port} is in use. Choose another with --port.`, 1);
  const port = await take(options.port === 0 ? 8700 : options.port);
  const children = [];
  let ending = false;
  const end = (code) => {
    if (ending) return;
    ending = true;
    for (const child of children) child.kill('SIGTERM');
    const force = setTimeout(() => children.forEach((child) => child.kill('SIGKILL')), 30_000);
    const running = children.filter((child) => child.exitCode === null && child.signalCode === null);
    void Promise.all(running.map((child) => new Promise((done) => child.once('exit', done)))).then(() => {
      clearTimeout(force);
      process.exit(code);
    });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(0));
  // A TERM to npm ends npm alone; without this the server would live on and hold the database.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) end(0);
  }, 500).unref();
  const run = async (file, childArgs, environment) => {
    const { child, ready } = startChild(node, file, childArgs, root, environment);
    children.push(child);
    child.once('exit', (code) => end(code ?? 1));
    return ready;
  };
  try {
    const environment = {
      INDESK_LAUNCHED: '1',
      INDESK_PORT: String(port),
      INDESK_DATA_DIR: options.data,
      INDESK_LOG_LEVEL: process.env.INDESK_LOG_LEVEL ?? 'warn',
    };
    let workspace;
    let outbox;
    let shop;
    if (options.sandbox) {
      const simulatorArgs = [
        '--zendesk-port',
        String(await take(8710)),
        '--providers-port',
        String(await take(8720)),
        '--mail-port',
        String(await take(8730)),
        '--shop-port',
        String(await take(8740)),
        '--sidebar-url',
        `http://127.0.0.1:${port}/sidebar`,
        '--data',
        join(options.data, 'simulators'),
      ];
      if (options.tickets !== undefined) simulatorArgs.push('--tickets', options.tickets);
      const sandbox = await run('simulators/main.ts', simulatorArgs, {});
      environment.INDESK_SANDBOX_URL = sandbox.zendeskUrl;
      // A mail server of one's own comes first; without one, mails are read on the outbox page.
      if (!process.env.INDESK_SMTP_URL) {
        environment.INDESK_SMTP_URL = sandbox.smtpUrl;
        outbox = sandbox.outboxUrl;
      }
      environment.INDESK_SIDEBAR_ORIGINS = [process.env.INDESK_SIDEBAR_ORIGINS, sandbox.zendeskUrl]
        .filter(Boolean)
        .join(',');
      workspace = `${sandbox.zendeskUrl}/agent`;
      shop = sandbox.shopUrl;
    }
    const server = await run('src/main.ts', [], environment);
    const invitation =
      outbox === undefined ? undefined : await inviteLead({ root, node, environment, outbox });
    const console = consoleText(server.url, outbox, invitation);
    process.stdout.write(
      readyText(server.url, workspace, shop, console, outbox, ((Date.now() - startedAt) / 1000).toFixed(1)),
    );
  } catch {
    end(1);
  }
}

function consoleText(server, outbox, invitation) {
  if (invitation !== undefined)
    return `${invitation}\n       the console; the link works once: choose a password, then sign in as ${demoLead}`;
  return `${server}/console   the console, as ${demoLead}${outbox === undefined ? '' : ', invited at an earlier start'}`;
}

function readyText(server, workspace, shop, console, outbox, seconds) {
  if (workspace === undefined)
    return `\nInDesk is ready after ${seconds} s at ${server}\nConnect your Zendesk account: npm run indesk -- connect zendesk --help\nStop with Ctrl+C.\n\n`;
  return `\nInDesk is ready after ${seconds} s.\n\n  Open ${workspace}   tickets, with InDesk in the sidebar (${server})\n  Open ${shop}         a shop, with its AI agent in the chat\n  Open ${console}\n\nZendesk, Confluence, the shop and the AI are simulated on this machine;\nthe demo model only quotes and arranges what it reads.${outbox === undefined ? '' : ` Mails arrive at ${outbox}.`} Stop with Ctrl+C.\n\n`;
}
