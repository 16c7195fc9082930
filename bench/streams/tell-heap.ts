// Loaded into the measured server beside the program: collects garbage and tells what is left, when asked.
process.on('message', (asked) => {
  if (asked !== 'heap') return;
  // The page size of the young generation stays, so that memory resident afterwards is comparable.
  (globalThis.gc as (options: object) => void)({ type: 'major', execution: 'sync', flavor: 'regular' });
  process.send?.({ heapUsed: process.memoryUsage().heapUsed });
});
