import type { Route } from './simulation.ts';

/** A route that matched, with the variable parts of its path. */
export type Match = { readonly route: Route; readonly parts: readonly string[] };

type Compiled = { readonly route: Route; readonly pattern: RegExp };

/** Finds the route of a request; fixed segments win over variable ones, whatever the order of the list. */
export class Router {
  readonly #routes: readonly Compiled[];

  constructor(routes: readonly Route[]) {
    this.#routes = routes
      .map((route) => ({ route, pattern: compile(route.path) }))
      .sort((left, right) => variables(left.route.path) - variables(right.route.path));
  }

  /** The matching route; null when no route has this path, `wrong-method` when only the method differs. */
  find(method: string, pathname: string): Match | 'wrong-method' | null {
    const path = pathname.replace(/\.json$/, '').replace(/(.)\/$/, '$1');
    let known = false;
    for (const { route, pattern } of this.#routes) {
      const match = pattern.exec(path);
      if (match === null) continue;
      known = true;
      if (route.method === method) return { route, parts: match.slice(1).map(decode) };
    }
    return known ? 'wrong-method' : null;
  }
}

/** A route's name for counters: `GET /api/v2/tickets/{id}`. */
export function endpointName(route: Route): string {
  return `${route.method} ${route.path.replace(/:(\w+)/g, '{$1}')}`;
}

function variables(path: string): number {
  return path.split(':').length;
}

function compile(path: string): RegExp {
  const source = path
    .split('/')
    .map((segment) =>
      segment === ':id' ? '(\\d+)' : segment === ':name' ? '([^/]+)' : segment.replaceAll('.', '\\.'),
    )
    .join('/');
  return new RegExp(`^${source}$`);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
