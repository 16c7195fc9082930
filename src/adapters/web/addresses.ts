const longestAddress = 2_000;
/** Say where a visitor came from and not what the page is. */
const tracking = /^(?:utm_[a-z]+|gclid|fbclid|msclkid|mc_[ce]id)$/i;

/** One spelling for an address of a page: no fragment, no words of advertising; undefined for what is no web address. */
export function canonicalAddress(text: string, base?: string): string | undefined {
  const url = text.length > longestAddress ? null : URL.parse(text.trim(), base);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined;
  if (url.username !== '' || url.password !== '') return undefined;
  url.hash = '';
  for (const name of new Set(url.searchParams.keys())) if (tracking.test(name)) url.searchParams.delete(name);
  return url.href;
}

/** The hosts of a source: those it names, with and without `www.`. */
export class SourceHosts {
  readonly #hosts: ReadonlySet<string>;

  constructor(addresses: readonly string[]) {
    this.#hosts = new Set(addresses.flatMap((address) => plainHost(address) ?? []));
  }

  has(address: string): boolean {
    const host = plainHost(address);
    return host !== undefined && this.#hosts.has(host);
  }
}

const plainHost = (address: string): string | undefined => URL.parse(address)?.host.replace(/^www\./, '');
