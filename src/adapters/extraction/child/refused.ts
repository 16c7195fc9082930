import type { ExtractionRefusal } from '../../../kernel/extraction-refusals.ts';

/** Thrown where a file turns out not to be read; it carries no text of the file. */
export class Refused extends Error {
  readonly reason: ExtractionRefusal;

  constructor(reason: ExtractionRefusal) {
    super(reason);
    this.reason = reason;
  }
}
