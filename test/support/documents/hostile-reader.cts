// Takes the place of the program that reads files and does what a file that has taken it over might do: the first
// line of the file says what.
(() => {
  const fs = require('node:fs') as {
    writeSync(descriptor: number, text: string): number;
    readFileSync(path: string): unknown;
    writeFileSync(path: string, text: string): void;
  };

  const answer = (text: string): void => {
    fs.writeSync(3, JSON.stringify({ title: 'Hostile', blocks: [{ kind: 'text', text }] }));
  };
  const outcome = async (work: () => unknown): Promise<string> => {
    try {
      await work();
      return 'done';
    } catch {
      return 'refused';
    }
  };
  const held: unknown[] = [];

  const acts: Readonly<Record<string, (argument: string) => unknown>> = {
    hang: () => {
      for (;;) held.length = 0;
    },
    wait: () => setInterval(() => undefined, 1_000),
    'take buffers': () => {
      for (;;) held.push(Buffer.alloc(16 * 1024 * 1024, 1));
    },
    'fill the heap': () => {
      for (;;) held.push({ text: `${held.length}`.repeat(20) });
    },
    'nest without end': () => {
      const nest = (depth: number): number => nest(depth + 1) + 1;
      nest(0);
    },
    talk: (text) => {
      process.stdout.write(text);
      process.stderr.write(text);
      throw new Error(text);
    },
    'answer nonsense': () =>
      fs.writeSync(3, '{"title":"x","blocks":[{"kind":"text","text":"x","more":true}]}'),
    'answer without end': () => {
      for (;;) fs.writeSync(3, 'x'.repeat(65_536));
    },
    'tell its environment': () => answer(JSON.stringify(process.env)),
    reach: async (argument) => {
      const { port, secretFile, outputFile } = JSON.parse(argument) as Record<string, string>;
      const url = `http://127.0.0.1:${port}/`;
      const moduleClass = module.constructor as unknown as Record<string, (name: string) => never>;
      const asked = process as unknown as Record<string, (name: string) => never>;
      const network = [
        'net',
        'http',
        'https',
        'http2',
        'tls',
        'dgram',
        'dns',
        'inspector',
        'child_process',
        'worker_threads',
        'cluster',
        'vm',
        'module',
      ];
      const attempts: Readonly<Record<string, () => unknown>> = {
        ...Object.fromEntries(network.map((name) => [`require ${name}`, () => require(name) as unknown])),
        ...Object.fromEntries(network.map((name) => [`import node:${name}`, () => import(`node:${name}`)])),
        'Module._load': () => moduleClass['_load']?.('net'),
        'Module.registerHooks': () => {
          if (moduleClass['registerHooks'] === undefined) throw new Error('gone');
        },
        'Module.createRequire': () => {
          if (moduleClass['createRequire'] === undefined) throw new Error('gone');
        },
        getBuiltinModule: () =>
          asked['getBuiltinModule']?.('net') ??
          (() => {
            throw new Error('gone');
          })(),
        binding: () =>
          asked['binding']?.('tcp_wrap') ??
          (() => {
            throw new Error('gone');
          })(),
        fetch: () => fetch(url),
        WebSocket: () => new WebSocket(url.replace('http', 'ws')),
        EventSource: () => new EventSource(url),
        'read a secret': () => fs.readFileSync(secretFile ?? ''),
        'read its memory': () => fs.readFileSync('/proc/self/maps'),
        'read the environment of the server': () => fs.readFileSync(`/proc/${process.ppid}/environ`),
        'read the configuration': () => fs.readFileSync(`${process.cwd()}/../../../config.ts`),
        'write a file': () => fs.writeFileSync(outputFile ?? '', 'x'),
        // oxlint-disable-next-line typescript/no-implied-eval -- what must not work is what is tried
        'make code': () => new Function('return 1')() as unknown,
        'signal the server': () => process.kill(process.ppid, 0),
      };
      const outcomes: Record<string, string> = {};
      for (const [name, attempt] of Object.entries(attempts)) outcomes[name] = await outcome(attempt);
      answer(JSON.stringify(outcomes));
    },
  };

  const parts: Buffer[] = [];
  process.stdin.on('data', (part: Buffer) => parts.push(part));
  process.stdin.on('end', () => {
    const input = Buffer.concat(parts);
    const [act = '', ...rest] = input.toString('utf8', 4 + input.readUInt32BE(0)).split('\n');
    void Promise.resolve(acts[act]?.(rest.join('\n')));
  });
})();
