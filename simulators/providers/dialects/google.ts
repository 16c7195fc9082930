import { isObject, listAt, objectAt, textAt, type Json, type JsonObject } from '../json.ts';
import {
  dataEvent,
  type Answer,
  type Ask,
  type Dialect,
  type Finish,
  type Usage,
  type Wire,
} from './dialect.ts';

const finishNames: Readonly<Record<Finish, string>> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  filter: 'SAFETY',
};

const usageBody = (usage: Usage): JsonObject => ({
  promptTokenCount: usage.input,
  cachedContentTokenCount: usage.cacheRead,
  // Thoughts are counted beside the candidates, not in them.
  candidatesTokenCount: usage.output - usage.reasoning,
  thoughtsTokenCount: usage.reasoning,
  totalTokenCount: usage.input + usage.output,
});

function createWire(ask: Ask, id: string): Wire {
  const base = { modelVersion: ask.model, responseId: id };
  const whole = (text: string, answer: Answer): JsonObject => ({
    candidates: [
      { content: { role: 'model', parts: [{ text }] }, finishReason: finishNames[answer.finish], index: 0 },
    ],
    ...(answer.usage ? { usageMetadata: usageBody(answer.usage) } : {}),
    ...base,
  });
  const tail = `}],"role":"model"},"index":0}],"modelVersion":${JSON.stringify(ask.model)},"responseId":${JSON.stringify(id)}}\n\n`;
  return {
    body: (answer) => JSON.stringify(whole(answer.text, answer)),
    open: () => '',
    delta: (text) => `data: {"candidates":[{"content":{"parts":[{"text":${JSON.stringify(text)}${tail}`,
    close: (answer) => dataEvent(whole('', answer)),
    failure: () =>
      dataEvent({
        error: {
          code: 503,
          message: 'The model is overloaded. Please try again later.',
          status: 'UNAVAILABLE',
        },
      }),
  };
}

const partsText = (content: Json | undefined): string =>
  listAt(content, 'parts')
    .map((part) => textAt(part, 'text'))
    .join('\n');

/** `POST /google/v1beta/models/{id}:generateContent` and `:streamGenerateContent?alt=sse`. */
export const googleGenerateContent: Dialect = {
  read: (name, path, body) => {
    const [, model = '', verb = ''] = /\/models\/([^:?]+):(\w+)/.exec(path) ?? [];
    const settings = objectAt(body, 'generationConfig');
    const schema = settings['responseJsonSchema'] ?? settings['responseSchema'];
    const wantsJson = textAt(settings, 'responseMimeType') === 'application/json';
    return {
      dialect: name,
      api: 'generate-content',
      model: decodeURIComponent(model),
      stream: verb === 'streamGenerateContent',
      schema: isObject(schema)
        ? schema
        : wantsJson
          ? { type: 'object', properties: { answer: { type: 'string' } } }
          : null,
      system: () => partsText(objectAt(body, 'systemInstruction')),
      user: () => listAt(body, 'contents').map(partsText).join('\n\n'),
    };
  },
  wire: createWire,
};
