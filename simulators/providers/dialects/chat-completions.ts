import { isObject, listAt, objectAt, parseJson, textAt, type Json, type JsonObject } from '../json.ts';
import {
  dataEvent,
  type Answer,
  type Ask,
  type Dialect,
  type DialectName,
  type Finish,
  type Usage,
  type Wire,
} from './dialect.ts';

const created = 1_790_000_000;

/** Text of a message: a string or a list of text parts. */
export function contentText(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map((part: Json) => textAt(part, 'text')).join('\n') : '';
}

const textOfRoles = (messages: readonly Json[], wanted: (role: string) => boolean): string =>
  messages
    .filter((message) => wanted(textAt(message, 'role')))
    .map((message) => contentText(isObject(message) ? message['content'] : undefined))
    .join('\n\n');

const isSystem = (role: string): boolean => role === 'system' || role === 'developer';

/** JSON mode names no schema, so clients write it into a system message. */
function schemaInSystemText(messages: readonly Json[]): JsonObject | null {
  for (const message of messages) {
    if (!isSystem(textAt(message, 'role'))) continue;
    const found = /schema:?\s*(\{[\s\S]*\})/i.exec(
      contentText(isObject(message) ? message['content'] : undefined),
    );
    const schema = parseJson(found?.[1] ?? '');
    if (isObject(schema)) return schema;
  }
  return null;
}

function schemaOf(name: DialectName, body: JsonObject): JsonObject | null {
  const format = objectAt(body, 'response_format');
  const type = textAt(format, 'type');
  if (type === 'json_schema' && name !== 'deepseek') {
    const schema = objectAt(format, 'json_schema')['schema'];
    return isObject(schema) ? schema : { type: 'object', properties: {} };
  }
  if (type !== 'json_object' && type !== 'json_schema') return null;
  return (
    schemaInSystemText(listAt(body, 'messages')) ?? {
      type: 'object',
      properties: { answer: { type: 'string' } },
    }
  );
}

function usageBody(name: DialectName, usage: Usage): JsonObject {
  const counts = {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
  };
  const details = {
    prompt_tokens_details: { cached_tokens: usage.cacheRead },
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
  };
  switch (name) {
    case 'deepseek':
      return {
        ...counts,
        ...details,
        prompt_cache_hit_tokens: usage.cacheRead,
        prompt_cache_miss_tokens: usage.input - usage.cacheRead,
      };
    case 'mistral':
      return {
        ...counts,
        prompt_tokens_details: { cached_tokens: usage.cacheRead },
        num_cached_tokens: usage.cacheRead,
      };
    case 'moonshot':
      return { ...counts, ...details, cached_tokens: usage.cacheRead };
    case 'openrouter':
      // 1 and 4 dollars a million, so that a test can see the price came from the answer.
      return { ...counts, ...details, cost: (usage.input + usage.output * 4) / 1e6, is_byok: false };
    case 'xai':
      // xAI counts reasoning beside the completion here, unlike the others.
      return { ...counts, ...details, completion_tokens: usage.output - usage.reasoning };
    default:
      return { ...counts, ...details };
  }
}

const finishNames: Readonly<Record<Finish, string>> = {
  stop: 'stop',
  length: 'length',
  filter: 'content_filter',
};

const midStreamError: Readonly<Partial<Record<DialectName, unknown>>> = {
  openrouter: {
    id: 'gen-error',
    object: 'chat.completion.chunk',
    created,
    model: 'unknown',
    provider: 'simulator',
    error: { code: 502, message: 'Provider returned error' },
    choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
  },
  mistral: {
    object: 'error',
    message: 'Service unavailable.',
    type: 'service_unavailable',
    param: null,
    code: '3505',
  },
  moonshot: {
    error: {
      message: 'The engine is currently overloaded, please try again later',
      type: 'engine_overloaded_error',
    },
  },
};

function createWire(ask: Ask, id: string, body: JsonObject): Wire {
  const { dialect } = ask;
  const chunk = {
    id,
    object: 'chat.completion.chunk',
    created,
    model: ask.model,
    ...(dialect === 'openrouter' ? { provider: 'simulator' } : {}),
  };
  const head = `data: ${JSON.stringify(chunk).slice(0, -1)},"choices":[{"index":0,"delta":{"content":`;
  const event = (delta: JsonObject, finish: string | null, extra: JsonObject = {}): string =>
    dataEvent({ ...chunk, choices: [{ index: 0, delta, finish_reason: finish }], ...extra });
  // Mistral, DeepSeek and Kimi put the usage beside the finish reason; OpenRouter always sends it, the others when asked.
  const usageInLastChunk = dialect === 'mistral' || dialect === 'deepseek' || dialect === 'moonshot';
  const usageOwnChunk =
    !usageInLastChunk &&
    (dialect === 'openrouter' || objectAt(body, 'stream_options')['include_usage'] === true);
  return {
    body: (answer) =>
      JSON.stringify({
        ...chunk,
        object: 'chat.completion',
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: answer.text, refusal: null },
            logprobs: null,
            finish_reason: finishNames[answer.finish],
          },
        ],
        ...(answer.usage ? { usage: usageBody(dialect, answer.usage) } : {}),
      }),
    open: () =>
      `${dialect === 'openrouter' ? ': OPENROUTER PROCESSING\n\n' : ''}${event({ role: 'assistant', content: '' }, null)}`,
    delta: (text) => `${head}${JSON.stringify(text)}},"finish_reason":null}]}\n\n`,
    close: (answer: Answer) => {
      const usage = answer.usage ? { usage: usageBody(dialect, answer.usage) } : {};
      const last = event(
        dialect === 'mistral' ? { content: '' } : {},
        finishNames[answer.finish],
        usageInLastChunk ? usage : {},
      );
      const own = usageOwnChunk && answer.usage ? dataEvent({ ...chunk, choices: [], ...usage }) : '';
      return `${last}${own}data: [DONE]\n\n`;
    },
    failure: () =>
      dataEvent(
        midStreamError[dialect] ?? {
          error: {
            message: 'The server had an error while processing your request. Sorry about that!',
            type: 'server_error',
            param: null,
            code: 'server_error',
          },
        },
      ),
  };
}

/** `POST …/chat/completions`: OpenAI and everyone who speaks like it. */
export const chatCompletions: Dialect = {
  read: (name, _path, body) => {
    const messages = listAt(body, 'messages');
    return {
      dialect: name,
      api: 'chat',
      model: textAt(body, 'model'),
      stream: body['stream'] === true,
      schema: schemaOf(name, body),
      system: () => textOfRoles(messages, isSystem),
      user: () => textOfRoles(messages, (role) => !isSystem(role)),
    };
  },
  wire: createWire,
};
