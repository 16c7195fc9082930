/** Collects text of a server-sent event stream and hands back the data of each finished frame. */
export class EventStreamParser {
  #rest = '';
  #data: string[] = [];

  /** Data of the frames that ended within this piece; comments and other fields are skipped. */
  feed(piece: string): string[] {
    const finished: string[] = [];
    this.#rest += piece;
    // A lone CR at the end may be half of a CRLF that the next piece completes.
    const usable = this.#rest.endsWith('\r') ? this.#rest.length - 1 : this.#rest.length;
    const lines = this.#rest.slice(0, usable).split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? '') + this.#rest.slice(usable);
    for (const line of lines) {
      if (line === '') {
        if (this.#data.length > 0) finished.push(this.#data.join('\n'));
        this.#data = [];
      } else if (line.startsWith('data:')) {
        this.#data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
      }
    }
    return finished;
  }
}
