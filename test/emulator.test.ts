// The emulator's handlers without a socket: what they answer, how they refuse, what they count.
// Every answer of an operation is held against the service's OpenAPI document, closed, where it is at hand.

import { describe, expect, test } from 'vitest';
import { createEmulator, type Emulator, REQUEST_BYTES } from '../src/emulator/emulator.ts';
import type { TextModels } from '../src/emulator/models/text-models.ts';
import { keyPhrases } from '../src/udf/operations/key-phrases.ts';
import { language } from '../src/udf/operations/language.ts';
import { sentiment } from '../src/udf/operations/sentiment.ts';
import type { WireRequest, WireResponse } from '../src/udf/wire.ts';
import { fakeTextModels } from './support/fake-text-models.ts';
import { type OpenApi, openApi, sharedMissing } from './support/openapi.ts';

const document: OpenApi | undefined = sharedMissing === undefined ? openApi('text-analytics/v3.1') : undefined;
const BASE = '/text/analytics/v3.1';
const OPERATION_OF: Readonly<Record<string, string>> = {
  sentiment: 'POST /sentiment',
  keyphrases: 'POST /keyPhrases',
  languages: 'POST /languages',
};

function post(path: string, body: unknown, headers: Record<string, string> = {}): WireRequest {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { method: 'POST', path: BASE + path, headers, body: new TextEncoder().encode(text) };
}

function documents(...texts: string[]) {
  return { documents: texts.map((text, index) => ({ id: String(index), text })) };
}

function read(response: WireResponse) {
  return JSON.parse(new TextDecoder().decode(response.body));
}

/** Asks, and checks the answer against the document unless it is the gateway's. */
async function ask(emulator: Emulator, path: string, body: unknown) {
  const response = await emulator.handle(post(path, body));
  const value = read(response);
  const operation = OPERATION_OF[/^\/(\w+)/.exec(path)?.[1]?.toLowerCase() ?? ''];
  if (document !== undefined && operation !== undefined) {
    expect(document.responseProblems(operation, response.status, value)).toEqual([]);
  }
  return { status: response.status, headers: response.headers, value };
}

function emulator(models: TextModels = fakeTextModels()): Emulator {
  return createEmulator({ models });
}

describe('answers', () => {
  test('sentiment', async () => {
    const { status, headers, value } = await ask(emulator(), '/sentiment', documents('Good food. Bad wine.', 'Table'));
    expect(status).toBe(200);
    expect(value).toEqual({
      documents: [
        {
          id: '0',
          sentiment: 'mixed',
          confidenceScores: { positive: 0.9, neutral: 0.09, negative: 0.01 },
          sentences: [
            {
              sentiment: 'positive',
              confidenceScores: { positive: 0.9, neutral: 0.09, negative: 0.01 },
              offset: 0,
              length: 10,
              text: 'Good food.',
            },
            {
              sentiment: 'negative',
              confidenceScores: { positive: 0.02, neutral: 0.08, negative: 0.9 },
              offset: 11,
              length: 9,
              text: 'Bad wine.',
            },
          ],
          warnings: [],
        },
        {
          id: '1',
          sentiment: 'neutral',
          confidenceScores: { positive: 0.1, neutral: 0.8, negative: 0.1 },
          sentences: [
            {
              sentiment: 'neutral',
              confidenceScores: { positive: 0.1, neutral: 0.8, negative: 0.1 },
              offset: 0,
              length: 5,
              text: 'Table',
            },
          ],
          warnings: [],
        },
      ],
      errors: [],
      modelVersion: 'fake-sentiment-1',
    });
    expect(headers).toEqual({
      'content-type': 'application/json; charset=utf-8',
      'csp-billing-usage':
        'CognitiveServices.TextAnalytics.BatchScoring=2,CognitiveServices.TextAnalytics.TextRecords=2',
      'apim-request-id': expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      'x-content-type-options': 'nosniff',
      'x-envoy-upstream-service-time': expect.stringMatching(/^\d+$/),
    });
  });

  test('key phrases and languages, in any case, with a slash at the end', async () => {
    expect((await ask(emulator(), '/KEYPHRASES/', documents('We like Rome and Paris'))).value).toEqual({
      documents: [{ id: '0', keyPhrases: ['We', 'Rome', 'Paris'], warnings: [] }],
      errors: [],
      modelVersion: 'fake-key-phrases-1',
    });
    const body = {
      documents: [
        { id: 'b', text: 'Bonjour', countryHint: 'FR' },
        { id: 'a', text: '?!', countryHint: '' },
      ],
    };
    expect((await ask(emulator(), '/languages', body)).value).toEqual({
      documents: [
        { id: 'b', detectedLanguage: { name: 'French', iso6391Name: 'fr', confidenceScore: 0.99 }, warnings: [] },
        {
          id: 'a',
          detectedLanguage: { name: '(Unknown)', iso6391Name: '(Unknown)', confidenceScore: 0 },
          warnings: [],
        },
      ],
      errors: [],
      modelVersion: 'fake-language-1',
    });
  });

  test.each([
    ['', [0, 4, 5, 8]],
    ['?stringIndexType=TextElement_v8', [0, 4, 5, 8]],
    ['?StringIndexType=unicodecodepoint', [0, 6, 7, 8]],
    ['?stringIndexType=Utf16CodeUnit', [0, 8, 9, 9]],
  ])('offsets in the unit asked for: %s', async (query, [offset1, length1, offset2, length2]) => {
    const text = '👍🏽 é\u0301! Good 😀 x';
    const { value } = await ask(emulator(), `/sentiment${query}`, documents(text));
    const places = value.documents[0].sentences.map(({ offset, length }: { offset: number; length: number }) => [
      offset,
      length,
    ]);
    expect(places).toEqual([
      [offset1, length1],
      [offset2, length2],
    ]);
  });

  test('opinions are empty, and only there when asked for', async () => {
    const { value } = await ask(emulator(), '/sentiment?opinionMining=TRUE', documents('Good.'));
    expect(value.documents[0].sentences[0]).toMatchObject({ targets: [], assessments: [] });
    const plain = await ask(emulator(), '/sentiment?opinionMining=false', documents('Good.'));
    expect(Object.keys(plain.value.documents[0].sentences[0])).toEqual([
      'sentiment',
      'confidenceScores',
      'offset',
      'length',
      'text',
    ]);
  });

  test('showStats counts text elements and records; other parameters are taken or ignored', async () => {
    const query = '?showStats=true&model-version=latest&loggingOptOut=true&unheard-of=1';
    const { headers, value } = await ask(
      emulator(),
      `/keyPhrases${query}`,
      documents('é\u0301'.repeat(1001), '', 'abc'),
    );
    expect(value.documents.map(({ statistics }: { statistics: unknown }) => statistics)).toEqual([
      { charactersCount: 1001, transactionsCount: 2 },
      { charactersCount: 3, transactionsCount: 1 },
    ]);
    expect(value.statistics).toEqual({
      documentsCount: 3,
      validDocumentsCount: 2,
      erroneousDocumentsCount: 1,
      transactionsCount: 3,
    });
    expect(headers['csp-billing-usage']).toBe(
      'CognitiveServices.TextAnalytics.BatchScoring=2,CognitiveServices.TextAnalytics.TextRecords=3',
    );
  });

  test('the model version may be ours', async () => {
    const { status } = await ask(emulator(), '/sentiment?model-version=FAKE-sentiment-1', documents('a'));
    expect(status).toBe(200);
  });

  test('a batch leaves room for others between its documents', async () => {
    const order: string[] = [];
    const busy = emulator(fakeTextModels({ onAnalyze: (text) => order.push(text) }));
    const batch = busy.handle(post('/sentiment', documents('a1', 'a2', 'a3')));
    const other = busy.handle(post('/sentiment', documents('b1')));
    await Promise.all([batch, other]);
    expect(order.indexOf('b1')).toBeLessThan(order.indexOf('a2'));
  });

  test('cancelling stops between documents', async () => {
    const controller = new AbortController();
    const analyzed: string[] = [];
    const stopped = emulator(
      fakeTextModels({
        onAnalyze(text) {
          analyzed.push(text);
          controller.abort(new Error('enough'));
        },
      }),
    );
    await expect(stopped.handle(post('/sentiment', documents('a', 'b')), controller.signal)).rejects.toThrow('enough');
    expect(analyzed).toEqual(['a']);
    expect(stopped.stats()).toMatchObject({ requests: 1, answered: 0, failed: 1, documents: 2, documentsAnswered: 0 });
  });
});

describe('refuses documents', () => {
  test('empty, too long, of another language, of no country', async () => {
    const longest = '👩‍👩‍👧'.repeat(5120);
    const body = {
      documents: [
        { id: '1', text: '', language: 'english' },
        { id: '2', text: longest },
        { id: '3', text: `${longest}x` },
        { id: '4', text: 'Good', language: 'english' },
        { id: '5', text: 'Good', language: 'FR-ca' },
        { id: '6', text: 'Good', language: '' },
      ],
    };
    const { status, value } = await ask(emulator(), '/sentiment', body);
    expect(status).toBe(200);
    expect(value.documents.map(({ id }: { id: string }) => id)).toEqual(['2', '5', '6']);
    const tooLong =
      'A document within the request was too large to be processed. Limit document size to: 5120 text elements.';
    expect(value.errors).toEqual([
      {
        id: '1',
        error: {
          code: 'InvalidArgument',
          message: 'Invalid document in request.',
          innererror: { code: 'InvalidDocument', message: 'Document text is empty.' },
        },
      },
      {
        id: '3',
        error: {
          code: 'InvalidArgument',
          message: 'Invalid document in request.',
          innererror: { code: 'InvalidDocument', message: tooLong },
        },
      },
      {
        id: '4',
        error: {
          code: 'InvalidArgument',
          message: 'Invalid Language Code.',
          innererror: {
            code: 'UnsupportedLanguageCode',
            message: 'Invalid language code. Supported languages: en,fr',
          },
        },
      },
    ]);
  });

  test('a country hint that is none; no billing when every document failed', async () => {
    const body = { documents: [{ id: '1', text: 'Good', countryHint: 'france' }] };
    const { status, headers, value } = await ask(emulator(), '/languages', body);
    expect([status, value.errors[0].error.innererror.code, 'csp-billing-usage' in headers]).toEqual([
      200,
      'InvalidCountryHint',
      false,
    ]);
  });
});

describe('refuses requests', () => {
  const eleven = documents(...Array.from({ length: 11 }, (_, index) => `t${index}`));
  const format =
    'Request body format is wrong. Make sure the json request is serialized correctly and there are no null members.';

  test.each([
    [
      'too many documents',
      '/sentiment',
      eleven,
      400,
      'InvalidDocumentBatch',
      'Batch request contains too many records. Max 10 records are permitted.',
    ],
    [
      'ids twice',
      '/sentiment',
      {
        documents: [
          { id: '1', text: 'a' },
          { id: '1', text: 'b' },
        ],
      },
      400,
      'InvalidDocument',
      'Request contains duplicated Ids. Make sure each document has a unique Id.',
    ],
    ['no text', '/sentiment', { documents: [{ id: '1' }] }, 400, 'InvalidDocument', 'Document text is missing.'],
    ['no id', '/sentiment', { documents: [{ text: 'a' }] }, 400, 'InvalidDocument', 'Document Id is missing or empty.'],
    [
      'a text that is null',
      '/sentiment',
      { documents: [{ id: '1', text: null }] },
      400,
      'InvalidRequestBodyFormat',
      format,
    ],
    ['a document that is none', '/sentiment', { documents: ['a'] }, 400, 'InvalidRequestBodyFormat', format],
    [
      'a language that is none',
      '/sentiment',
      { documents: [{ id: '1', text: 'a', language: 1 }] },
      400,
      'InvalidRequestBodyFormat',
      format,
    ],
    ['cut JSON', '/keyPhrases', '{"documents":[', 400, 'InvalidRequestBodyFormat', format],
    ['a list', '/keyPhrases', [], 400, 'InvalidRequestBodyFormat', format],
    ['documents that are no list', '/keyPhrases', { documents: {} }, 400, 'InvalidRequestBodyFormat', format],
    ['no body', '/keyPhrases', '', 400, 'EmptyRequest', 'Request body must be present.'],
    ['no documents', '/languages', {}, 400, 'MissingInputRecords', 'Missing input records.'],
    ['an empty batch', '/languages', documents(), 400, 'MissingInputRecords', 'Missing input records.'],
    [
      'another model version',
      '/sentiment?model-version=2019-10-01',
      documents('a'),
      400,
      'ModelVersionIncorrect',
      'Invalid model version. Possible values are: latest,fake-sentiment-1',
    ],
    [
      'an unknown unit',
      '/sentiment?stringIndexType=Bytes',
      documents('a'),
      400,
      'InvalidParameterValue',
      'Invalid parameter value for stringIndexType. Possible values are: TextElement_v8,UnicodeCodePoint,Utf16CodeUnit',
    ],
    [
      'an unknown flag',
      '/sentiment?opinionMining=1',
      documents('a'),
      400,
      'InvalidParameterValue',
      'Invalid parameter value for opinionMining. Possible values are: false,true',
    ],
    [
      'a body over 1 MB',
      '/languages',
      documents('a'.repeat(REQUEST_BYTES)),
      413,
      'InvalidDocumentBatch',
      'Request Payload sent is too large to be processed. Limit request size to: 1048576',
    ],
  ])('%s', async (_, path, body, status, innerCode, message) => {
    const found = await ask(emulator(), path, body);
    expect(found.status).toBe(status);
    expect(found.value).toEqual({
      error: {
        code: 'InvalidRequest',
        message: expect.stringMatching(/^Invalid (Request|document in request)\.$/),
        innererror: { code: innerCode, message },
      },
    });
  });

  test('bytes that are not UTF-8', async () => {
    const response = await emulator().handle({ ...post('/sentiment', ''), body: Uint8Array.of(0x7b, 0xff, 0x7d) });
    expect([response.status, read(response).error.innererror.code]).toEqual([400, 'InvalidRequestBodyFormat']);
  });

  test('a model that breaks is the service failing', async () => {
    const broken = emulator({
      ...fakeTextModels(),
      keyPhrases: () => Promise.reject(new Error('no weights')),
    });
    const { status, value } = await ask(broken, '/keyPhrases', documents('a'));
    expect([status, value]).toEqual([500, { error: { code: 'InternalServerError', message: 'no weights' } }]);
    expect(broken.stats()).toMatchObject({ requests: 1, answered: 0, failed: 1, documents: 1 });
    const ready = await broken.handle({ method: 'GET', path: '/ready', headers: {}, body: new Uint8Array() });
    expect(ready.status).toBe(503);
  });

  test.each([
    ['POST', '/text/analytics/v3.0/sentiment'],
    ['POST', '/text/analytics/v3.1/entities/linking'],
    ['GET', '/text/analytics/v3.1/sentiment'],
    ['GET', '/'],
    ['GET', '//'],
    ['POST', '/emulator/other'],
  ] as const)('nothing at %s %s', async (method, path) => {
    const response = await emulator().handle({ method, path, headers: {}, body: new Uint8Array() });
    expect([response.status, read(response)]).toEqual([404, { error: { code: '404', message: 'Resource not found' } }]);
  });

  test('without the key', async () => {
    const locked = createEmulator({ models: fakeTextModels(), key: 'secret' });
    const refused = await locked.handle(post('/sentiment', documents('a'), { 'ocp-apim-subscription-key': 'other' }));
    expect([refused.status, read(refused).error.code, 'content-type' in refused.headers]).toEqual([401, '401', false]);
    expect(locked.stats()).toMatchObject({ requests: 1, throttled: 1, failed: 0, answered: 0, documents: 0 });
    const taken = await locked.handle(post('/sentiment', documents('a'), { 'ocp-apim-subscription-key': 'secret' }));
    expect(taken.status).toBe(200);
    const open = await locked.handle({ method: 'GET', path: '/status', headers: {}, body: new Uint8Array() });
    expect(open.status).toBe(200);
  });
});

describe('counts', () => {
  const control = (method: 'GET' | 'POST', path: string, body = '') => ({
    method,
    path,
    headers: {},
    body: new TextEncoder().encode(body),
  });

  test('requests, documents, distinct and duplicate ones, by operation', async () => {
    const counted = emulator();
    const first = post('/sentiment', documents('a', 'a', 'b'));
    const answers = [
      await counted.handle(first),
      await counted.handle(post('/sentiment', documents('b', 'c'))),
      await counted.handle(post('/sentiment?opinionMining=true', documents('b'))),
      await counted.handle(post('/sentiment', { documents: [{ id: '7', text: 'b', language: 'fr' }] })),
      await counted.handle(post('/keyPhrases', documents('b', ''))),
      await counted.handle(post('/keyPhrases', documents(...Array.from({ length: 11 }, () => 'x')))),
      await counted.handle(post('/nothing', {})),
    ];
    await counted.handle(control('GET', '/ready'));
    const bytes = (which: readonly WireResponse[]) => which.reduce((sum, { body }) => sum + body.byteLength, 0);
    const response = await counted.handle(control('GET', '/emulator/stats'));
    expect(read(response)).toEqual({
      requests: 7,
      answered: 5,
      documents: 3 + 2 + 1 + 1 + 2 + 11,
      documentsAnswered: 9,
      distinctDocuments: 2 + 1 + 1 + 1 + 2,
      duplicateDocuments: 1,
      throttled: 0,
      failed: 2,
      bytesIn: expect.any(Number),
      bytesOut: bytes(answers),
      peakConcurrency: 1,
      operations: {
        'language/sentiment': {
          requests: 4,
          answered: 4,
          documents: 7,
          documentsAnswered: 7,
          distinctDocuments: 5,
          duplicateDocuments: 1,
          throttled: 0,
          failed: 0,
          bytesIn: expect.any(Number),
          bytesOut: bytes(answers.slice(0, 4)),
          peakConcurrency: 1,
        },
        'language/key-phrases': {
          requests: 2,
          answered: 1,
          documents: 13,
          documentsAnswered: 2,
          distinctDocuments: 2,
          duplicateDocuments: 0,
          throttled: 0,
          failed: 1,
          bytesIn: expect.any(Number),
          bytesOut: bytes(answers.slice(4, 6)),
          peakConcurrency: 1,
        },
      },
    });
    expect(counted.stats()).toEqual(read(response));
  });

  test('an answer that was not delivered is a failure, and asking again no duplicate', async () => {
    const counted = emulator();
    const lost = await counted.exchange(post('/sentiment', documents('a')), new AbortController().signal);
    lost.delivered(false);
    lost.delivered(true);
    await counted.handle(post('/sentiment', documents('a')));
    expect(counted.stats()).toMatchObject({
      requests: 2,
      answered: 1,
      failed: 1,
      documents: 2,
      documentsAnswered: 1,
      distinctDocuments: 1,
      duplicateDocuments: 0,
    });
  });

  test('concurrency', async () => {
    const counted = emulator();
    await Promise.all([1, 2, 3].map(() => counted.handle(post('/sentiment', documents('a', 'b')))));
    await counted.handle(post('/languages', documents('a')));
    const { peakConcurrency, operations } = counted.stats();
    expect([peakConcurrency, operations['language/language']?.peakConcurrency]).toEqual([3, 1]);
  });

  test('reset forgets', async () => {
    const counted = emulator();
    await counted.handle(post('/sentiment', documents('a')));
    expect((await counted.handle(control('POST', '/emulator/reset', '['))).status).toBe(400);
    expect(counted.stats().requests).toBe(1);
    const { exchange } = counted;
    const underWay = await exchange(post('/sentiment', documents('b')), new AbortController().signal);
    expect((await counted.handle(control('POST', '/emulator/reset', ' {} '))).status).toBe(200);
    underWay.delivered(true);
    expect(counted.stats()).toMatchObject({ requests: 0, answered: 0, documents: 0, operations: {} });
    await counted.handle(post('/sentiment', documents('a')));
    expect(counted.stats()).toMatchObject({ distinctDocuments: 1, duplicateDocuments: 0 });
  });
});

describe('our own operations against it', () => {
  test.each([sentiment, keyPhrases, language])('$id', async (operation) => {
    const local = emulator();
    const inputs = [['Good 😀 Rome.'], [''], ['Bonjour']];
    const response = await local.handle({ headers: {}, ...operation.encode(inputs) });
    const decoded = operation.decode(response, inputs);
    expect(decoded.kind === 'answered' && decoded.outcomes.map((outcome) => outcome.ok)).toEqual([true, false, true]);
    expect(Object.keys(local.stats().operations)).toEqual([operation.id]);
  });
});

test.skipIf(document === undefined)(`the schema check refuses what it should ${sharedMissing ?? ''}`, () => {
  const good = { documents: [{ id: '0', keyPhrases: [], warnings: [] }], errors: [], modelVersion: 'm' };
  const check = (value: unknown) => document?.responseProblems('POST /keyPhrases', 200, value);
  expect(check(good)).toEqual([]);
  expect(check({ ...good, model: 'm' })).toEqual([
    'must NOT have unevaluated properties {"unevaluatedProperty":"model"}',
  ]);
  expect(check({ ...good, documents: [{ id: '0', keyPhrases: [], warnings: [], x: 1 }] })).toHaveLength(1);
  expect(check({ ...good, modelVersion: undefined })).toHaveLength(1);
  expect(document?.responseProblems('POST /keyPhrases', 400, { error: { code: 'Other', message: 'm' } })).toHaveLength(
    1,
  );
});
