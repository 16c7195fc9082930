import { ProblemError } from '../../kernel/problem-error.ts';
import type { SkipReason } from '../../ports/knowledge-base.ts';
import { canonicalAddress, type SourceHosts } from './addresses.ts';
import { askSite, type WebAnswer, type WebDependencies } from './exchange.ts';
import { Politeness } from './politeness.ts';
import { RobotsReader, type Robots } from './robots.ts';

/** For whom and how long sites are visited. */
export interface Visitor {
  readonly subscriptionId: string;
  readonly hosts: SourceHosts;
  readonly signal: AbortSignal;
  readonly onRoundTrip?: (() => void) | undefined;
}

/** An answer where redirects have led. */
export interface Visited extends WebAnswer {
  readonly url: string;
}

const mostRedirects = 3;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const retried: ReadonlySet<number> = new Set([502, 503, 504]);

/** Visits pages as a guest: asks robots.txt, waits for its turn, follows few redirects and only inside of the source's hosts. */
export class Visits {
  readonly #dependencies: WebDependencies;
  readonly #robots: RobotsReader;
  readonly #politeness: Politeness;

  constructor(dependencies: WebDependencies) {
    this.#dependencies = dependencies;
    this.#robots = new RobotsReader(dependencies);
    this.#politeness = new Politeness(dependencies.clock);
  }

  /** Why the page is not read; undefined when it may be, or when robots.txt cannot be had to tell. */
  async reasonToSkip(visitor: Visitor, url: string): Promise<SkipReason | undefined> {
    if (!visitor.hosts.has(url)) return 'other-host';
    const robots = await this.#robotsFor(visitor, url);
    return robots.isAway || robots.mayRead(url) ? undefined : 'robots';
  }

  /** Throws `site-refused`, `site-rate-limited`, `site-unavailable`, `egress-refused`. Other answers than 200, 404 and 410 do not come back. */
  async get(
    visitor: Visitor,
    address: string,
    options: { readonly accept: string; readonly limit: number },
  ): Promise<Visited> {
    let url = address;
    for (let hops = 0; hops <= mostRedirects; hops += 1) {
      // Asked for each hop: a redirect is no way around robots.txt or out of the site.
      if ((await this.reasonToSkip(visitor, url)) !== undefined) throw new ProblemError('site-refused');
      const answer = await this.#ask(visitor, url, options);
      if (!redirects.has(answer.status)) return { ...judged(answer, this.#dependencies), url };
      const next = canonicalAddress(answer.headers.get('location') ?? '', url);
      // From https only to https; elsewhere only a simulator speaks http.
      if (next === undefined || (url.startsWith('https:') && !next.startsWith('https:')))
        throw new ProblemError('site-refused');
      url = next;
    }
    throw new ProblemError('site-refused');
  }

  async #ask(
    visitor: Visitor,
    url: string,
    options: { readonly accept: string; readonly limit: number },
  ): Promise<WebAnswer> {
    const { delaySeconds, isAway } = await this.#robotsFor(visitor, url);
    if (isAway) throw new ProblemError('site-unavailable');
    const { host } = new URL(url);
    const once = (): Promise<WebAnswer> =>
      this.#politeness.take(host, delaySeconds, visitor.signal, () =>
        askSite(this.#dependencies, { ...visitor, url, ...options }),
      );
    const first = await once().catch((error: unknown) => {
      if (error instanceof ProblemError && error.type === 'site-unavailable') return undefined;
      throw error;
    });
    return first === undefined || retried.has(first.status) ? once() : first;
  }

  #robotsFor(visitor: Visitor, url: string): Promise<Robots> {
    const { subscriptionId, signal, onRoundTrip } = visitor;
    signal.throwIfAborted();
    return this.#robots.for(url, { subscriptionId, signal, onRoundTrip });
  }
}

function judged(answer: WebAnswer, { clock }: WebDependencies): WebAnswer {
  const { status, headers } = answer;
  if (status === 200 || status === 404 || status === 410) return answer;
  if (status === 429) throw new ProblemError('site-rate-limited', laterOf(headers, clock.now()));
  throw new ProblemError(status < 500 ? 'site-refused' : 'site-unavailable');
}

function laterOf(headers: WebAnswer['headers'], now: Date): { readonly retryAfterSeconds?: number } {
  const value = headers.get('retry-after')?.trim() ?? '';
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - now.getTime()) / 1000;
  return Number.isFinite(seconds) && seconds > 0
    ? { retryAfterSeconds: Math.min(Math.ceil(seconds), 3_600) }
    : {};
}
