import { z } from 'zod';

/** One thing that goes wrong: which requests it hits, how, and how often (unlimited without `times`). */
export type Fault = {
  /** Regular expression tested against `METHOD /path?query`, for example `^PUT /api/v2/tickets`. */
  readonly match: string;
  readonly kind: 'status' | 'delay' | 'cut' | 'malformed';
  readonly status?: number | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly delayMs?: number | undefined;
  readonly times?: number | undefined;
};

/** Body of `POST /_sandbox/faults`: one fault, or the name of a ready-made one. */
export const faultSchema = z.union([
  z.strictObject({
    preset: z.enum(['slow', 'rate-limited', 'zendesk-down', 'provider-slow', 'provider-down']),
  }),
  z.strictObject({
    match: z.string().min(1).refine(isRegularExpression, 'has to be a regular expression'),
    kind: z.enum(['status', 'delay', 'cut', 'malformed']),
    status: z.number().int().min(400).max(599).optional(),
    retryAfterSeconds: z.number().int().min(0).optional(),
    delayMs: z.number().int().min(0).max(600_000).optional(),
    times: z.number().int().min(1).optional(),
  }),
]);

const EVERYTHING = ' /(api/v2|oauth)/';
const PRESETS: Readonly<Record<string, Fault>> = {
  slow: { match: EVERYTHING, kind: 'delay', delayMs: 3_000 },
  'rate-limited': { match: EVERYTHING, kind: 'status', status: 429, retryAfterSeconds: 5 },
  'zendesk-down': { match: EVERYTHING, kind: 'status', status: 503 },
};

/** The faults that are switched on; each matching request uses up one of `times`. */
export class FaultSwitch {
  #active: { readonly fault: Fault; readonly pattern: RegExp; left: number }[] = [];
  #preset = 'off';

  /** Switches one more fault on. */
  add(fault: Fault): void {
    this.#active.push({
      fault,
      pattern: new RegExp(fault.match),
      left: fault.times ?? Number.POSITIVE_INFINITY,
    });
  }

  /** Replaces all faults by a ready-made one; provider presets only show here, their simulator acts on them. */
  usePreset(preset: string): void {
    this.clear();
    this.#preset = preset;
    const fault = PRESETS[preset];
    if (fault !== undefined) this.add(fault);
  }

  /** Switches everything off. */
  clear(): void {
    this.#active = [];
    this.#preset = 'off';
  }

  /** Name of the ready-made fault that is on, or `off`. */
  get preset(): string {
    return this.#preset;
  }

  /** The faults that still have hits left. */
  list(): Fault[] {
    return this.#active.map((entry) => entry.fault);
  }

  /** Takes the faults that hit this request, in the order they were switched on. */
  take(method: string, pathAndQuery: string): Fault[] {
    if (this.#active.length === 0) return [];
    const line = `${method} ${pathAndQuery}`;
    const hits = this.#active.filter((entry) => entry.pattern.test(line) || entry.pattern.test(pathAndQuery));
    for (const hit of hits) hit.left -= 1;
    this.#active = this.#active.filter((entry) => entry.left > 0);
    return hits.map((hit) => hit.fault);
  }
}

function isRegularExpression(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
}
