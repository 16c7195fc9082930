import { isObject, listAt, objectAt, textAt, type Json, type JsonObject } from '../json.ts';
import { contentText } from './chat-completions.ts';
import { namedEvent, type Answer, type Ask, type Dialect, type Usage, type Wire } from './dialect.ts';

const isSystem = (item: Json): boolean => ['system', 'developer'].includes(textAt(item, 'role'));
const textOf = (items: readonly Json[]): string =>
  items.map((item) => contentText(isObject(item) ? item['content'] : undefined)).join('\n\n');

const usageBody = (dialect: string, usage: Usage): JsonObject => ({
  input_tokens: usage.input,
  input_tokens_details: { cached_tokens: usage.cacheRead },
  output_tokens: usage.output,
  output_tokens_details: { reasoning_tokens: usage.reasoning },
  total_tokens: usage.input + usage.output,
  // A tick is a ten-billionth of a dollar.
  ...(dialect === 'xai'
    ? { cost_in_usd_ticks: (usage.input + usage.output * 4) * 10_000, num_sources_used: 0 }
    : {}),
});

const message = (status: string, text: string | null): JsonObject => ({
  type: 'message',
  id: 'msg_1',
  status,
  role: 'assistant',
  content: text === null ? [] : [{ type: 'output_text', text, annotations: [], logprobs: [] }],
});

function createWire(ask: Ask, id: string, body: JsonObject): Wire {
  const base = {
    id,
    object: 'response',
    created_at: 1_790_000_000,
    model: ask.model,
    error: null,
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    temperature: 1,
    top_p: 1,
    metadata: {},
    store: body['store'] !== false,
  };
  const finished = (answer: Answer): JsonObject => ({
    ...base,
    status: answer.finish === 'stop' ? 'completed' : 'incomplete',
    incomplete_details:
      answer.finish === 'stop'
        ? null
        : { reason: answer.finish === 'length' ? 'max_output_tokens' : 'content_filter' },
    output: [message(answer.finish === 'stop' ? 'completed' : 'incomplete', answer.text)],
    usage: answer.usage ? usageBody(ask.dialect, answer.usage) : null,
  });
  let number = 0;
  const event = (value: JsonObject): string => namedEvent({ ...value, sequence_number: number++ });
  const place = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  return {
    body: (answer) => JSON.stringify(finished(answer)),
    open: () => {
      const started = { ...base, status: 'in_progress', incomplete_details: null, output: [], usage: null };
      return (
        event({ type: 'response.created', response: started }) +
        event({ type: 'response.in_progress', response: started }) +
        event({ type: 'response.output_item.added', output_index: 0, item: message('in_progress', null) }) +
        event({
          type: 'response.content_part.added',
          ...place,
          part: { type: 'output_text', text: '', annotations: [], logprobs: [] },
        })
      );
    },
    delta: (text) =>
      'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"logprobs":[],"delta":' +
      `${JSON.stringify(text)},"sequence_number":${number++}}\n\n`,
    close: (answer) => {
      const response = finished(answer);
      return (
        event({ type: 'response.output_text.done', ...place, text: answer.text, logprobs: [] }) +
        event({
          type: 'response.content_part.done',
          ...place,
          part: { type: 'output_text', text: answer.text, annotations: [], logprobs: [] },
        }) +
        event({
          type: 'response.output_item.done',
          output_index: 0,
          item: message('completed', answer.text),
        }) +
        event({ type: answer.finish === 'stop' ? 'response.completed' : 'response.incomplete', response })
      );
    },
    failure: () =>
      event({
        type: 'error',
        code: 'server_error',
        message: 'The server had an error processing your request.',
        param: null,
      }),
  };
}

/** `POST …/responses`: OpenAI's newer interface, and xAI's. */
export const responses: Dialect = {
  read: (name, _path, body) => {
    const format = objectAt(objectAt(body, 'text'), 'format');
    const schema = format['schema'];
    const input = listAt(body, 'input');
    return {
      dialect: name,
      api: 'responses',
      model: textAt(body, 'model'),
      stream: body['stream'] === true,
      schema: isObject(schema)
        ? schema
        : textAt(format, 'type') === 'json_object'
          ? { type: 'object', properties: { answer: { type: 'string' } } }
          : null,
      system: () =>
        [textAt(body, 'instructions'), textOf(input.filter(isSystem))].filter(Boolean).join('\n\n'),
      user: () => textAt(body, 'input') || textOf(input.filter((item) => !isSystem(item))),
    };
  },
  wire: createWire,
};
