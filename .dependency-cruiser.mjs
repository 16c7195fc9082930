/** A floor may import itself and the floors named; everything else in src is a breach. */
const floor = (name, from, allowed) => ({
  name: `floor:${name}`,
  severity: 'error',
  comment: `${name} may import only: ${['itself', ...allowed].join(', ')}`,
  from: { path: from, pathNot: '\\.(test|type-test)\\.tsx?$' },
  to: { path: '^(src|web|simulators|test|bench|scripts)/', pathNot: [from, ...allowed.map((path) => `^${path}`)] },
});
const lower = ['src/kernel/', 'src/contract/', 'src/ports/'];

export default {
  forbidden: [
    floor('kernel', '^src/kernel/', []),
    floor('contract', '^src/contract/', ['src/kernel/']),
    floor('ports', '^src/ports/', ['src/kernel/', 'src/contract/']),
    floor('services', '^src/services/', lower),
    floor('copilot', '^src/copilot/', [...lower, 'src/services/']),
    floor('adapters', '^src/adapters/', lower),
    floor('chat', '^src/chat/', [...lower, 'src/services/', 'src/copilot/']),
    floor('jobs', '^src/jobs/', [...lower, 'src/services/', 'src/copilot/', 'src/chat/']),
    floor('http', '^src/http/', [...lower, 'src/services/', 'src/copilot/', 'src/chat/']),
    floor('web', '^web/', ['src/kernel/', 'src/contract/']),
    floor('simulators', '^simulators/', []),
    {
      name: 'one-adapter-does-not-know-another',
      severity: 'error',
      comment: 'adapters/sql is the shared half of pglite and postgres',
      from: { path: '^src/adapters/([^/]+)/' },
      to: { path: '^src/adapters/', pathNot: ['^src/adapters/$1/', '^src/adapters/sql/'] },
    },
    {
      name: 'reveal-only-at-the-sinks',
      severity: 'error',
      comment: 'content leaves to the provider, to Zendesk, as search words to Confluence, and to the person who asked; inside the machine to the thread that embeds and to the boxes that seal uploads and conversations',
      from: { path: '^(src|web)/', pathNot: ['^src/adapters/(providers|zendesk|confluence|embeddings)/', '^src/adapters/crypto/((content|conversation)-box|kept-transcripts)\\.ts$', '^src/http/reply\\.ts$', '^src/kernel/', '\\.test\\.ts$'] },
      to: { path: '^src/kernel/reveal\\.ts$' },
    },
    {
      name: 'contents-only-inside-kernel',
      severity: 'error',
      from: { path: '^(src|web|simulators|test|bench|scripts)/', pathNot: '^src/kernel/(transient|reveal)\\.ts$' },
      to: { path: '^src/kernel/transient-contents\\.ts$' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
  ],
  options: {
    tsPreCompilationDeps: 'specify',
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.mjs', '.js'] },
  },
};
