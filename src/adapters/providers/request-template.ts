import type { LanguageModelV4 } from '@ai-sdk/provider';
import { reveal } from '../../kernel/reveal.ts';
import { Transient } from '../../kernel/transient.ts';
import type { Generation, Prompt } from '../../ports/model-provider.ts';
import { callOptions } from './call-options.ts';
import { observeRequests, type FastFetch, type FastRequest, type FastResponse } from './fast-fetch.ts';

// Marks stand where the prompt goes; letters and digits only, so that no encoding changes them.
const marks = { system: 'x7SystemTextq9', user: 'x7UserTextq9' };

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

/** A request of the provider package with a place for system and user text; it never holds either. */
export class RequestTemplate {
  private readonly url: string;
  private readonly headers: Record<string, string>;
  private readonly parts: readonly [string, string, string];
  // Rules and instructions are ours and the same for many calls; encoding them again showed in the profile.
  private system = { text: '', encoded: '' };

  constructor(url: string, headers: Record<string, string>, parts: readonly [string, string, string]) {
    this.url = url;
    this.headers = headers;
    this.parts = parts;
  }

  send(fetch: FastFetch, prompt: Transient<Prompt>, signal: AbortSignal): Promise<FastResponse> {
    const { system, user } = reveal(prompt, 'model-provider');
    if (this.system.text !== system) this.system = { text: system, encoded: escaped(system) };
    const [before, between, after] = this.parts;
    const body = before + this.system.encoded + between + escaped(user) + after;
    return fetch(this.url, { method: 'POST', headers: this.headers, body, signal });
  }
}

/** Cuts a captured request at the marks; undefined unless each stands in it exactly once, the system text first. */
function cut(url: string, { method, headers, body }: FastRequest): RequestTemplate | undefined {
  if (method !== 'POST' || headers === undefined || typeof body !== 'string') return undefined;
  const [before = '', rest, ...more] = body.split(marks.system);
  const [between = '', after, ...others] = (rest ?? before).split(marks.user);
  if (after === undefined || more.length > 0 || others.length > 0) return undefined;
  const parts = rest === undefined ? ([between, '', after] as const) : ([before, between, after] as const);
  return new RequestTemplate(url, headers, parts);
}

/** Lets the provider package write its request once, with marks for a prompt, and sends nothing. */
async function capture(
  model: LanguageModelV4,
  generation: Generation,
  streaming: boolean,
  again: boolean,
): Promise<RequestTemplate | undefined> {
  const { signal } = new AbortController();
  let template: RequestTemplate | undefined;
  observeRequests(signal, {
    onConnected: () => undefined,
    openTap: undefined,
    intercept: (url, request) => {
      template = cut(url, request);
      return Promise.reject(new Error('Only the request was wanted'));
    },
  });
  const hasSystem = !isWithoutSystem(generation);
  const prompt = Transient.of({ system: hasSystem ? marks.system : '', user: marks.user });
  const options = callOptions({ ...generation, prompt }, signal, again);
  try {
    await (streaming ? model.doStream(options) : model.doGenerate(options));
  } catch {
    // The refusal above, in the package's words.
  }
  return template;
}

const isWithoutSystem = ({ prompt }: Generation): boolean =>
  prompt.measure(({ system }) => system.length) === 0;

type Known = Map<string, RequestTemplate | null | Promise<RequestTemplate | undefined>>;

/** Templates of requests, kept as long as the connection object of the settings they belong to. */
export class RequestTemplates {
  private readonly known = new WeakMap<object, Known>();
  private readonly shapes = new WeakMap<object, number>();
  private shapeCount = 0;

  /** At once when the same kind of request was made before; undefined when the package must make it itself. */
  get(
    model: LanguageModelV4,
    generation: Generation,
    streaming: boolean,
    again: boolean,
  ): RequestTemplate | undefined | Promise<RequestTemplate | undefined> {
    let known = this.known.get(generation.connection);
    if (known === undefined) {
      known = new Map();
      this.known.set(generation.connection, known);
    }
    const key = this.keyOf(generation, streaming, again);
    const template = known.get(key);
    if (template !== undefined) return template ?? undefined;
    const capturing = capture(model, generation, streaming, again).then((captured) => {
      known.set(key, captured ?? null);
      return captured;
    });
    known.set(key, capturing);
    return capturing;
  }

  /** Everything but the texts that decides what the package writes. */
  private keyOf(generation: Generation, streaming: boolean, again: boolean): string {
    const { maxOutputTokens, temperature, cacheKey, output } = generation;
    let shape = output === undefined ? 0 : this.shapes.get(output);
    if (shape === undefined && output !== undefined) {
      this.shapeCount += 1;
      shape = this.shapeCount;
      this.shapes.set(output, shape);
    }
    return `${streaming} ${again} ${isWithoutSystem(generation)} ${shape} ${maxOutputTokens} ${temperature} ${cacheKey}`;
  }
}
