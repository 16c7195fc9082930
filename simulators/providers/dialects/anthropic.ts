import { isObject, listAt, objectAt, parseJson, textAt, type Json, type JsonObject } from '../json.ts';
import { contentText } from './chat-completions.ts';
import {
  namedEvent,
  type Answer,
  type Ask,
  type Dialect,
  type Finish,
  type Usage,
  type Wire,
} from './dialect.ts';

const usageBody = (usage: Usage, output: number): JsonObject => ({
  // The three input classes are disjoint here, unlike everywhere else.
  input_tokens: usage.input - usage.cacheRead - usage.cacheWrite,
  cache_creation_input_tokens: usage.cacheWrite,
  cache_read_input_tokens: usage.cacheRead,
  cache_creation: { ephemeral_5m_input_tokens: usage.cacheWrite, ephemeral_1h_input_tokens: 0 },
  output_tokens: output,
  service_tier: 'standard',
});

const noUsage: Usage = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 };
const stopReasons: Readonly<Record<Finish, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  filter: 'refusal',
};

/** Clients that do not know structured output for a model force one tool and take its input as the answer. */
function forcedTool(body: JsonObject): { readonly name: string; readonly schema: JsonObject } | null {
  const choice = textAt(objectAt(body, 'tool_choice'), 'type');
  const tool = listAt(body, 'tools')[0];
  if (tool === undefined || (choice !== 'tool' && choice !== 'any')) return null;
  return { name: textAt(tool, 'name'), schema: objectAt(tool, 'input_schema') };
}

function schemaOf(body: JsonObject): JsonObject | null {
  const schema =
    objectAt(objectAt(body, 'output_config'), 'format')['schema'] ??
    objectAt(body, 'output_format')['schema'];
  return isObject(schema) ? schema : (forcedTool(body)?.schema ?? null);
}

function createWire(ask: Ask, id: string, body: JsonObject): Wire {
  const tool = forcedTool(body);
  const base = { id, type: 'message', role: 'assistant', model: ask.model };
  const stopReason = (answer: Answer): string =>
    tool && answer.finish === 'stop' ? 'tool_use' : stopReasons[answer.finish];
  const block = (answer: Answer): JsonObject =>
    tool
      ? { type: 'tool_use', id: 'toolu_1', name: tool.name, input: (parseJson(answer.text) ?? {}) as Json }
      : { type: 'text', text: answer.text };
  const deltaHead =
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":' +
    (tool ? '"input_json_delta","partial_json":' : '"text_delta","text":');
  return {
    body: (answer) =>
      JSON.stringify({
        ...base,
        content: [block(answer)],
        stop_reason: stopReason(answer),
        stop_sequence: null,
        usage: usageBody(answer.usage ?? noUsage, answer.usage?.output ?? 0),
      }),
    open: (answer) =>
      namedEvent({
        type: 'message_start',
        message: {
          ...base,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: usageBody(answer.usage ?? noUsage, answer.usage ? 1 : 0),
        },
      }) +
      namedEvent({
        type: 'content_block_start',
        index: 0,
        content_block: tool
          ? { type: 'tool_use', id: 'toolu_1', name: tool.name, input: {} }
          : { type: 'text', text: '' },
      }) +
      namedEvent({ type: 'ping' }),
    delta: (text) => `${deltaHead}${JSON.stringify(text)}}}\n\n`,
    close: (answer) =>
      namedEvent({ type: 'content_block_stop', index: 0 }) +
      namedEvent({
        type: 'message_delta',
        delta: { stop_reason: stopReason(answer), stop_sequence: null },
        usage: { output_tokens: answer.usage?.output ?? 0 },
      }) +
      namedEvent({ type: 'message_stop' }),
    failure: () => namedEvent({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
  };
}

const textOf = (messages: readonly Json[]): string =>
  messages.map((message) => contentText(isObject(message) ? message['content'] : undefined)).join('\n\n');

/** `POST /anthropic/v1/messages`. */
export const anthropicMessages: Dialect = {
  read: (name, _path, body) => ({
    dialect: name,
    api: 'messages',
    model: textAt(body, 'model'),
    stream: body['stream'] === true,
    schema: schemaOf(body),
    system: () => contentText(body['system']),
    user: () => textOf(listAt(body, 'messages')),
  }),
  wire: createWire,
};
