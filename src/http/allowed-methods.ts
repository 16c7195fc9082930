import type { FastifyInstance } from 'fastify';

/** Tells for an address, its query left out, which methods there are; sorted, and none where nothing is. */
export type AllowedMethods = (url: string) => readonly string[];

/** Listens to the routes that are added from now on. Addresses are compared by pattern; the router itself can only say that there is no such pair. */
export function collectAllowedMethods(app: FastifyInstance): AllowedMethods {
  const methodsOf = new Map<string, Set<string>>();
  const patterns = new Map<string, RegExp>();
  app.addHook('onRoute', ({ url, method }) => {
    const methods = methodsOf.get(url) ?? new Set<string>();
    for (const one of [method].flat()) methods.add(one);
    methodsOf.set(url, methods);
    patterns.set(url, patternOf(url));
  });
  return (url) => {
    const [path = ''] = url.split('?', 1);
    const found = [...patterns].filter(([, pattern]) => pattern.test(path)).map(([address]) => address);
    return [...new Set(found.flatMap((address) => [...(methodsOf.get(address) ?? [])]))].sort();
  };
}

/** `/v1/links/:token` as a pattern of whole paths. */
function patternOf(url: string): RegExp {
  const parts = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : RegExp.escape(part).replaceAll('\\*', '.*')));
  return new RegExp(`^${parts.join('/')}$`);
}
