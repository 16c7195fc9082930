/** Counts requests by endpoint; keeps neither bodies nor ids. */
export class RequestCounters {
  #byEndpoint = new Map<string, number>();
  #byStatus = new Map<string, number>();
  #total = 0;
  #attachmentDownloads = 0;
  #longestChain = 0;

  /** A request has come; called when it is answered, it lengthens the chain of those that waited for one another. */
  begin(): () => void {
    const link = this.#longestChain + 1;
    return () => {
      this.#longestChain = Math.max(this.#longestChain, link);
    };
  }

  /** Counts one answered request; the endpoint is `METHOD /path/{id}`. */
  count(endpoint: string, status: number): void {
    this.#total += 1;
    this.#byEndpoint.set(endpoint, (this.#byEndpoint.get(endpoint) ?? 0) + 1);
    this.#byStatus.set(String(status), (this.#byStatus.get(String(status)) ?? 0) + 1);
  }

  /** Counts one download of an attachment's content. */
  countAttachment(): void {
    this.#attachmentDownloads += 1;
  }

  /** Starts again from nothing. */
  reset(): void {
    this.#byEndpoint = new Map();
    this.#byStatus = new Map();
    this.#total = 0;
    this.#attachmentDownloads = 0;
    this.#longestChain = 0;
  }

  /** What `GET /_sandbox/requests` shows. */
  show(): {
    total: number;
    attachments: number;
    /** Requests one after the other: each came after the one before was answered. */
    longestChain: number;
    endpoints: Record<string, number>;
    statuses: Record<string, number>;
  } {
    return {
      total: this.#total,
      attachments: this.#attachmentDownloads,
      longestChain: this.#longestChain,
      endpoints: Object.fromEntries(this.#byEndpoint),
      statuses: Object.fromEntries(this.#byStatus),
    };
  }
}
