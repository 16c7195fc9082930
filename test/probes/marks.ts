import { formsOf, makeCanary, type Canary } from '../privacy/canaries.ts';

/** A marked text of a subscription. */
export interface Mark extends Canary {
  /** What operators are meant to see of every subscription. */
  readonly forOperators: boolean;
}

/** Makes marks and keeps them. */
export function collectMarks(): {
  readonly marks: Mark[];
  readonly mark: (channel: string, forOperators?: boolean) => string;
} {
  const marks: Mark[] = [];
  return {
    marks,
    mark: (channel, forOperators = false) => {
      const made = { ...makeCanary(channel), forOperators };
      marks.push(made);
      return made.value;
    },
  };
}

const forms = new Map<string, readonly Buffer[]>();

/** The marks that stand in a text, in any form they may be written in. */
export function marksIn(text: string, marks: readonly Mark[]): readonly Mark[] {
  const bytes = Buffer.from(text);
  return marks.filter((mark) => {
    const known = forms.get(mark.value) ?? formsOf(mark);
    forms.set(mark.value, known);
    return known.some((form) => bytes.includes(form));
  });
}
