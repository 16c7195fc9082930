import { LRUCache } from 'lru-cache';
import robotsParser from 'robots-parser';
import { ProblemError } from '../../kernel/problem-error.ts';
import { askSite, userAgent, type WebDependencies, type WebRequest } from './exchange.ts';

/** What a site's robots.txt lets us read, and how fast. */
export interface Robots {
  mayRead(url: string): boolean;
  /** Seconds between two requests; undefined when it does not say. */
  readonly delaySeconds: number | undefined;
  /** It could not be had: nothing may be read now (RFC 9309), and nothing follows for later. */
  readonly isAway: boolean;
}

/** The package exports this function itself; its types say it is a property. */
const readRules = robotsParser as unknown as (url: string, text: string) => Rules;
interface Rules {
  isAllowed(url: string, agent: string): boolean | undefined;
  getCrawlDelay(agent: string): number | undefined;
}

const everything: Robots = { mayRead: () => true, delaySeconds: undefined, isAway: false };
const away: Robots = { mayRead: () => false, delaySeconds: undefined, isAway: true };

/** RFC 9309 asks for at least this much. */
const largestFile = 512 * 1024;
const mostRedirects = 5;
/** For the file with its redirects. */
const patienceMs = 20_000;
const keptMs = 10 * 60_000;
const keptWhileAwayMs = 60_000;

/** The robots.txt of sites, kept in memory for ten minutes. */
export class RobotsReader {
  readonly #dependencies: WebDependencies;
  readonly #kept = new LRUCache<string, Robots>({ max: 2_000 });
  readonly #underway = new Map<string, Promise<Robots>>();

  constructor(dependencies: WebDependencies) {
    this.#dependencies = dependencies;
  }

  /** For the site of the address. A robots.txt that is not there allows everything. */
  async for(url: string, request: Omit<WebRequest, 'url' | 'accept' | 'limit'>): Promise<Robots> {
    const { origin } = new URL(url);
    return this.#kept.get(origin) ?? this.#underway.get(origin) ?? this.#readOnce(origin, request);
  }

  #readOnce(origin: string, request: Omit<WebRequest, 'url' | 'accept' | 'limit'>): Promise<Robots> {
    // Not the caller's signal: others may be waiting for the same file.
    const signal = AbortSignal.timeout(patienceMs);
    const reading = this.#read(origin, { ...request, signal })
      .then(({ robots, ttl }) => {
        this.#kept.set(origin, robots, { ttl });
        return robots;
      })
      .finally(() => this.#underway.delete(origin));
    this.#underway.set(origin, reading);
    return reading;
  }

  async #read(
    origin: string,
    request: Omit<WebRequest, 'url' | 'accept' | 'limit'>,
  ): Promise<{ readonly robots: Robots; readonly ttl: number }> {
    let url = `${origin}/robots.txt`;
    for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
      const answer = await askSite(this.#dependencies, {
        ...request,
        url,
        accept: 'text/plain',
        limit: largestFile,
      }).catch((error: unknown) => {
        if (error instanceof ProblemError && error.type !== 'site-unavailable') throw error;
        return undefined;
      });
      if (answer === undefined || answer.status >= 500 || answer.status === 429)
        return { robots: away, ttl: keptWhileAwayMs };
      const next = answer.headers.get('location');
      if (answer.status >= 300 && answer.status < 400 && next !== null) {
        const target = URL.parse(next, url);
        // The rules of another site are not this site's.
        if (target === null || withoutWww(target.host) !== withoutWww(new URL(url).host)) break;
        url = target.href;
        continue;
      }
      if (answer.status !== 200 || answer.isTooLong) break;
      return { robots: parse(`${origin}/robots.txt`, answer.bytes), ttl: keptMs };
    }
    return { robots: everything, ttl: keptMs };
  }
}

const withoutWww = (host: string): string => host.replace(/^www\./, '');

function parse(url: string, bytes: Uint8Array): Robots {
  const rules = readRules(url, new TextDecoder().decode(bytes));
  const delay = rules.getCrawlDelay(userAgent);
  return {
    mayRead: (page) => rules.isAllowed(page, userAgent) !== false,
    delaySeconds: delay !== undefined && delay >= 0 ? delay : undefined,
    isAway: false,
  };
}
