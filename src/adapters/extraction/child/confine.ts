// Loaded before anything else into the process that reads files: takes the network and other processes out of its reach.
// Node's permission model (24) has no word for the network, so that the modules that open connections are not given out.
import Module, { isBuiltin, registerHooks } from 'node:module';

const needed = new Set([
  'assert',
  'async_hooks',
  'buffer',
  'events',
  'fs',
  'fs/promises',
  'os',
  'path',
  'process',
  'stream',
  'stream/promises',
  'stream/web',
  'string_decoder',
  'timers',
  'timers/promises',
  'tty',
  'url',
  'util',
  'zlib',
]);

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (isBuiltin(specifier) && !needed.has(specifier.replace(/^node:/, '')))
      throw new Error('This module is not available here.');
    return nextResolve(specifier, context);
  },
});

// What would undo the above.
for (const name of ['registerHooks', 'register', 'createRequire'])
  Object.defineProperty(Module, name, { value: undefined, writable: false, configurable: false });
for (const name of ['fetch', 'WebSocket', 'EventSource', 'WebAssembly', 'BroadcastChannel'])
  Reflect.deleteProperty(globalThis, name);
for (const name of [
  'getBuiltinModule',
  'binding',
  '_linkedBinding',
  'dlopen',
  'kill',
  '_kill',
  '_debugProcess',
])
  Object.defineProperty(process, name, { value: undefined, writable: false, configurable: false });
