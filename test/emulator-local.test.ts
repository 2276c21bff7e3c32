// The surface over the real local models: what they say passes the service's closed schema and our own decoding.

import { describe, expect, test } from 'vitest';
import { createEmulator } from '../src/emulator/emulator.ts';
import { localTextModels } from '../src/emulator/models/local-text-models.ts';
import { inProcessTransport } from '../src/udf/in-process-transport.ts';
import { keyPhrases } from '../src/udf/operations/key-phrases.ts';
import { language } from '../src/udf/operations/language.ts';
import { sentiment } from '../src/udf/operations/sentiment.ts';
import { openApi, sharedMissing } from './support/openapi.ts';

const OPERATIONS = [
  { operation: sentiment, api: 'POST /sentiment', refused: ['', 'klingon'] },
  { operation: keyPhrases, api: 'POST /keyPhrases', refused: ['', 'klingon'] },
  { operation: language, api: 'POST /languages', refused: [''] },
];

const TEXTS = [
  'The food 🍕 was great. The waiter was rude!',
  '   ',
  '!!! 123',
  '这是一个测试',
  'e\u0301\r\n👩‍👩‍👧',
  '',
];

describe('local models', () => {
  const emulator = createEmulator({ models: localTextModels() });
  const transport = inProcessTransport(emulator.handle);

  test.each(OPERATIONS)('$operation.id', async ({ operation, api, refused }) => {
    const inputs = [...TEXTS.map((text) => [text]), ['Good', 'klingon']];
    const { headers = {}, ...request } = operation.encode(inputs);
    const response = await transport.send(
      { ...request, headers },
      { signal: new AbortController().signal, timeoutMs: 60_000 },
    );
    const decoded = operation.decode(response, inputs);
    if (decoded.kind !== 'answered') throw new Error(JSON.stringify(decoded));
    const failed = inputs.filter((_, index) => decoded.outcomes[index]?.ok === false);
    expect(failed.map(([text, tag]) => tag ?? text)).toEqual(refused);
    expect(decoded.model).toMatch(/^sqlc-/);
    if (sharedMissing === undefined) {
      const body: unknown = JSON.parse(new TextDecoder().decode(response.body));
      expect(openApi('text-analytics/v3.1').responseProblems(api, response.status, body)).toEqual([]);
    }
  });
});
