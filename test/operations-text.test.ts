// The three text operations: requests as they leave, answers as they come, held against the service's own documents.

import { describe, expect, test } from 'vitest';
import { typeName } from '../src/arrow/sql-type.ts';
import type { Decoded, Input, WireOperation } from '../src/udf/operation.ts';
import { keyPhrases } from '../src/udf/operations/key-phrases.ts';
import { language } from '../src/udf/operations/language.ts';
import { sentiment } from '../src/udf/operations/sentiment.ts';
import type { WireResponse } from '../src/udf/wire.ts';
import { openApi, readShared, sharedMissing } from './support/openapi.ts';

const OPERATIONS = [
  { operation: sentiment, api: 'POST /sentiment', example: 'SuccessfulSentimentRequest' },
  { operation: keyPhrases, api: 'POST /keyPhrases', example: 'SuccessfulKeyPhrasesRequest' },
  { operation: language, api: 'POST /languages', example: 'SuccessfulLanguagesRequest' },
];

function answer(body: unknown, status = 200): WireResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers: { 'content-type': 'application/json' }, body: new TextEncoder().encode(text) };
}

function decode(operation: WireOperation, texts: readonly string[], body: unknown, status = 200): Decoded {
  return operation.decode(
    answer(body, status),
    texts.map((text) => [text]),
  );
}

function bodyOf(operation: WireOperation, inputs: readonly Input[]): unknown {
  return JSON.parse(new TextDecoder().decode(operation.encode(inputs).body));
}

function phrases(id: string, ...keyPhrases: string[]) {
  return { id, keyPhrases, warnings: [] };
}

describe('encode', () => {
  const inputs: readonly Input[] = [['Good "food" 🍕', null], ['Bon', 'fr'], ['Ok']];

  test('sentiment', () => {
    const { body, ...rest } = sentiment.encode(inputs);
    expect(rest).toEqual({
      method: 'POST',
      path: '/text/analytics/v3.1/sentiment?opinionMining=true&stringIndexType=Utf16CodeUnit',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
    });
    expect(new TextDecoder().decode(body)).toBe(
      '{"documents":[{"id":"0","text":"Good \\"food\\" 🍕"},{"id":"1","text":"Bon","language":"fr"},{"id":"2","text":"Ok"}]}',
    );
  });

  test('key phrases', () => {
    expect(keyPhrases.encode(inputs).path).toBe('/text/analytics/v3.1/keyPhrases');
    expect(bodyOf(keyPhrases, inputs)).toEqual(bodyOf(sentiment, inputs));
  });

  test('language sends the text alone', () => {
    expect(language.encode([['Bon', 'fr']]).path).toBe('/text/analytics/v3.1/languages');
    expect(bodyOf(language, [['Bon', 'fr']])).toEqual({ documents: [{ id: '0', text: 'Bon' }] });
  });

  test('limits and types', () => {
    expect(OPERATIONS.map(({ operation: { id, limits, answer: type } }) => [id, limits, typeName(type)])).toEqual([
      [
        'language/sentiment',
        { documents: 10, documentElements: 5120, requestBytes: 524288 },
        'struct<sentiment nvarchar(max), positive float, neutral float, negative float, ' +
          'sentences list<struct<text nvarchar(max), sentiment nvarchar(max), positive float, neutral float, ' +
          'negative float, offset int, length int>>, opinions list<struct<target nvarchar(max), ' +
          'sentiment nvarchar(max), assessments list<struct<text nvarchar(max), sentiment nvarchar(max)>>>>>',
      ],
      [
        'language/key-phrases',
        { documents: 10, documentElements: 5120, requestBytes: 524288 },
        'struct<phrases list<nvarchar(max)>>',
      ],
      [
        'language/language',
        { documents: 1000, documentElements: 5120, requestBytes: 524288 },
        'struct<name nvarchar(max), iso nvarchar(max), confidence float, script nvarchar(max)>',
      ],
    ]);
  });
});

describe.skipIf(sharedMissing !== undefined)(`the service's own documents ${sharedMissing ?? ''}`, () => {
  interface Example {
    parameters: { input: { documents: { id: string; text: string; language?: string }[] } };
    responses: { '200': { body: { documents: { id: string }[] } } };
  }

  /** An example whose ids are ours: positions from 0 where Microsoft counts from 1. */
  function readExample(name: string): { inputs: Input[]; request: unknown; response: unknown } {
    const example: Example = JSON.parse(readShared(`azure-examples/text-analytics/v3.1/${name}.json`));
    const renumber = <T extends { id: string }>(all: T[]) =>
      all.map((each) => ({ ...each, id: `${Number(each.id) - 1}` }));
    const { documents } = example.parameters.input;
    const body = example.responses['200'].body;
    return {
      inputs: documents.map((each) => (each.language === undefined ? [each.text] : [each.text, each.language])),
      request: { documents: renumber(documents) },
      response: { ...body, documents: renumber(body.documents) },
    };
  }

  test.each(OPERATIONS)('$operation.id: requests conform, closed', ({ operation, api }) => {
    const document = openApi('text-analytics/v3.1');
    const request = operation.encode([['a', 'en'], ['b']]);
    expect(document.requestProblems(api, JSON.parse(new TextDecoder().decode(request.body)))).toEqual([]);
    expect(document.queryProblems(api, new URL(request.path, 'http://x').searchParams)).toEqual([]);
  });

  test.each(OPERATIONS)('$operation.id: the example request is what we send', ({ operation, example }) => {
    const { inputs, request } = readExample(example);
    expect(bodyOf(operation, inputs)).toEqual(request);
  });

  test('the example of sentiment', () => {
    const { inputs, response } = readExample('SuccessfulSentimentRequest');
    expect(sentiment.decode(answer(response), inputs)).toEqual({
      kind: 'answered',
      model: '2020-04-01',
      outcomes: [
        {
          ok: true,
          value: {
            sentiment: 'positive',
            positive: 1,
            neutral: 0,
            negative: 0,
            sentences: [
              {
                text: 'Great atmosphere.',
                sentiment: 'positive',
                positive: 1,
                neutral: 0,
                negative: 0,
                offset: 0,
                length: 17,
              },
              {
                text: 'Close to plenty of restaurants, hotels, and transit!',
                sentiment: 'neutral',
                positive: 0.13,
                neutral: 0.86,
                negative: 0.01,
                offset: 18,
                length: 52,
              },
            ],
            opinions: [
              {
                target: 'atmosphere',
                sentiment: 'positive',
                assessments: [{ text: 'great', sentiment: 'positive' }],
              },
              {
                target: 'restaurants',
                sentiment: 'positive',
                assessments: [{ text: 'Close to plenty', sentiment: 'positive' }],
              },
              {
                target: 'hotels',
                sentiment: 'positive',
                assessments: [{ text: 'Close to plenty', sentiment: 'positive' }],
              },
            ],
          },
        },
      ],
    });
  });

  test('the example of key phrases', () => {
    const { inputs, response } = readExample('SuccessfulKeyPhrasesRequest');
    expect(keyPhrases.decode(answer(response), inputs)).toEqual({
      kind: 'answered',
      model: '2019-10-01',
      outcomes: [
        { ok: true, value: { phrases: ['Bill Gates', 'Paul Allen', 'Microsoft'] } },
        { ok: true, value: { phrases: ['Azure Cognitive Services', 'Text Analytics'] } },
        { ok: true, value: { phrases: ['cat', 'veterinarian'] } },
      ],
    });
  });

  test('the example of language', () => {
    const { inputs, response } = readExample('SuccessfulLanguagesRequest');
    expect(language.decode(answer(response), inputs)).toEqual({
      kind: 'answered',
      model: '2020-04-01',
      outcomes: [
        { ok: true, value: { name: 'English', iso: 'en', confidence: 1, script: null } },
        { ok: true, value: { name: 'French', iso: 'fr', confidence: 1, script: null } },
        { ok: true, value: { name: 'Spanish', iso: 'es', confidence: 1, script: null } },
      ],
    });
  });
});

describe('decode matches by id', () => {
  test('documents come reordered, failed ones apart, one not at all', () => {
    const body = {
      documents: [phrases('3', 'd'), phrases('0', 'a')],
      errors: [
        {
          id: '1',
          error: {
            code: 'InvalidArgument',
            message: 'Invalid Language Code.',
            innererror: { code: 'UnsupportedLanguageCode', message: 'Supported languages: en' },
          },
        },
      ],
      modelVersion: 'm1',
    };
    expect(decode(keyPhrases, ['a', 'b', 'c', 'd'], body)).toEqual({
      kind: 'answered',
      model: 'm1',
      outcomes: [
        { ok: true, value: { phrases: ['a'] } },
        {
          ok: false,
          error: { code: 'UnsupportedLanguageCode', message: 'Supported languages: en', retriable: false },
        },
        {
          ok: false,
          error: {
            code: 'MissingDocument',
            message: 'the service answered without this document',
            retriable: true,
          },
        },
        { ok: true, value: { phrases: ['d'] } },
      ],
    });
  });

  test('a document error may be transient, flat, or nameless', () => {
    const body = {
      documents: [],
      errors: [
        { id: '0', error: { code: 'InternalServerError', message: 'try again' } },
        { id: '1', message: 'flat,\n as in v2.1\u001b[31m' },
        { id: '2', error: {} },
      ],
    };
    const decoded = decode(keyPhrases, ['a', 'b', 'c'], body);
    expect(decoded.kind === 'answered' && decoded.outcomes).toEqual([
      { ok: false, error: { code: 'InternalServerError', message: 'try again', retriable: true } },
      { ok: false, error: { code: 'InvalidDocument', message: 'flat, as in v2.1 [31m', retriable: false } },
      { ok: false, error: { code: 'InvalidDocument', message: '', retriable: false } },
    ]);
  });

  test.each([
    ['twice', { documents: [phrases('0'), phrases('1'), phrases('0')], errors: [] }],
    ['thrice', { documents: [phrases('0'), phrases('0'), phrases('1'), phrases('0')], errors: [] }],
    ['and refused', { documents: [phrases('0'), phrases('1')], errors: [{ id: '0', error: {} }] }],
  ])('a document answered %s is an error of its own, to be asked again', (_, body) => {
    const decoded = decode(keyPhrases, ['a', 'b'], body);
    expect(decoded.kind === 'answered' && decoded.outcomes).toEqual([
      {
        ok: false,
        error: { code: 'DuplicateDocument', message: 'the service answered this document twice', retriable: true },
      },
      expect.objectContaining({ ok: true }),
    ]);
  });

  test.each([
    ['an id nobody asked for', { documents: [phrases('2')] }, 'document "2" was not asked for'],
    ['a spelling nobody asked for', { documents: [phrases('00')] }, 'document "00" was not asked for'],
    ['a number as id', { documents: [{ id: 0 }] }, '"id" of element 0 of "documents" is not a string'],
    ['no documents', { errors: [] }, '"documents" of the answer is not an array'],
    ['a list', [], 'the answer is not an object'],
    ['null', null, 'the answer is not an object'],
    ['a document that is null', { documents: [null] }, 'element 0 of "documents" is not an object'],
    ['errors that are no list', { documents: [], errors: {} }, '"errors" of the answer is not an array'],
    ['no phrases', { documents: [{ id: '0' }] }, '"keyPhrases" of document "0" is not an array'],
    [
      'a phrase of another type',
      { documents: [{ id: '0', keyPhrases: [1] }] },
      'a phrase of document "0" is not a string',
    ],
    ['HTML', '\n<html>gateway</html>', 'the body is a page of HTML or XML'],
    ['cut JSON', '{"documents":[', 'the body is not JSON'],
    ['nothing', '', 'the body is empty'],
  ])('protocol: %s', (_, body, detail) => {
    expect(decode(keyPhrases, ['a', 'b'], body)).toEqual({ kind: 'protocol', detail });
  });

  test('protocol: bytes that are not UTF-8', () => {
    const response = { status: 200, headers: {}, body: Uint8Array.of(0x7b, 0xff, 0x7d) };
    expect(keyPhrases.decode(response, [['a']])).toEqual({ kind: 'protocol', detail: 'the body is not UTF-8' });
  });
});

describe('sentiment', () => {
  const scores = { positive: 0.9, neutral: 0.1, negative: 0 };
  const opinion = { confidenceScores: { positive: 1, negative: 0 }, offset: 0, length: 1 };

  function sentence(text: string, offset: number, length: number, more = {}) {
    return { text, sentiment: 'positive', confidenceScores: scores, offset, length, ...more };
  }

  function document(id: string, ...sentences: unknown[]) {
    return { id, sentiment: 'Mixed', confidenceScores: scores, sentences, warnings: [] };
  }

  test('offsets become code points', () => {
    const text = '👍🏽 é! 😀 ok';
    const body = { documents: [document('0', sentence('👍🏽 é!', 0, 7), sentence('😀 ok', 8, 5))], errors: [] };
    const decoded = decode(sentiment, [text], body);
    expect(decoded).toEqual({
      kind: 'answered',
      model: '',
      outcomes: [
        {
          ok: true,
          value: {
            sentiment: 'mixed',
            ...scores,
            sentences: [
              { text: '👍🏽 é!', sentiment: 'positive', ...scores, offset: 0, length: 5 },
              { text: '😀 ok', sentiment: 'positive', ...scores, offset: 6, length: 4 },
            ],
            opinions: [],
          },
        },
      ],
    });
    expect([...text].slice(6, 10).join('')).toBe('😀 ok');
  });

  test('opinions follow pointers of this answer, whatever the order; those that lead astray are dropped', () => {
    const target = (ref: string) => ({
      ...opinion,
      text: 'T',
      sentiment: 'positive',
      relations: [{ relationType: 'assessment', ref }],
    });
    const assessment = (text: string) => ({ ...opinion, text, sentiment: 'negative', isNegated: false });
    const body = {
      documents: [
        document(
          '1',
          sentence('b', 0, 1, {
            targets: [target('#/documents/0/sentences/0/assessments/0')],
            assessments: [assessment('of b')],
          }),
        ),
        document(
          '0',
          sentence('a', 0, 1, {
            targets: [
              target('#/documents/1/sentences/0/assessments/1'),
              target('#/documents/0/sentences/0/assessments/0'),
              target('#/documents/1/sentences/7/assessments/0'),
              target('#/documents/1/sentences/0/assessments/7'),
              target('somewhere'),
            ],
            assessments: [assessment('first'), assessment('of a')],
          }),
        ),
      ],
      errors: [],
    };
    const decoded = decode(sentiment, ['a', 'b'], body);
    const opinions =
      decoded.kind === 'answered' &&
      decoded.outcomes.map(
        (outcome) => outcome.ok && Object.entries(outcome.value ?? {}).find(([name]) => name === 'opinions')?.[1],
      );
    const dropped = { target: 'T', sentiment: 'positive', assessments: [] };
    expect(opinions).toEqual([
      [
        { target: 'T', sentiment: 'positive', assessments: [{ text: 'of a', sentiment: 'negative' }] },
        dropped,
        dropped,
        dropped,
        dropped,
      ],
      [{ target: 'T', sentiment: 'positive', assessments: [{ text: 'of b', sentiment: 'negative' }] }],
    ]);
  });

  test.each([
    [
      'an unknown label',
      { ...document('0'), sentiment: 'happy' },
      '"sentiment" of document "0" is none of positive, neutral, negative, mixed',
    ],
    ['no scores', { ...document('0'), confidenceScores: {} }, '"positive" of document "0" is not a number'],
    ['a negative offset', document('0', sentence('a', -1, 1)), '"offset" of a sentence of document "0" is not a count'],
    ['a sentence that is none', document('0', 'a'), 'a sentence of document "0" is not an object'],
  ])('protocol: %s', (_, found, detail) => {
    expect(decode(sentiment, ['a'], { documents: [found] })).toEqual({ kind: 'protocol', detail });
  });
});

test('an unknown language is NULL, with its confidence', () => {
  const detectedLanguage = { name: '(Unknown)', iso6391Name: '(Unknown)', confidenceScore: 0 };
  expect(decode(language, [':)'], { documents: [{ id: '0', detectedLanguage, warnings: [] }], errors: [] })).toEqual({
    kind: 'answered',
    model: '',
    outcomes: [{ ok: true, value: { name: null, iso: null, confidence: 0, script: null } }],
  });
});

describe('refusals of every shape', () => {
  const reason = 'the answer gives no reason';
  test.each([
    [
      'wrapped, with inner errors',
      400,
      {
        error: {
          code: 'InvalidRequest',
          message: 'Invalid document in request.',
          innererror: { code: 'InvalidDocumentBatch', message: 'Max 10 records are permitted.' },
        },
      },
      ['InvalidRequest', 'InvalidDocumentBatch', 'Max 10 records are permitted.'],
    ],
    ['gateway', 401, { error: { code: '401', message: 'Access denied' } }, ['401', '401', 'Access denied']],
    ['number', 400, { error: { code: 400036, message: 'target' } }, ['400036', '400036', 'target']],
    ['flat', 400, { code: 'BadArgument', message: 'm', requestId: 'r' }, ['BadArgument', 'BadArgument', 'm']],
    [
      'flat with innerError',
      400,
      { code: 'BadRequest', message: 'm', innerError: { code: 'EmptyRequest', message: 'n' } },
      ['BadRequest', 'EmptyRequest', 'n'],
    ],
    [
      'an innerError without code',
      400,
      { error: { code: '1001', message: 'm', innerError: { requestId: 'r' } } },
      ['1001', '1001', 'm'],
    ],
    [
      'a list of errors',
      400,
      { _type: 'ErrorResponse', errors: [{ code: 'InvalidRequest', subCode: 'ParameterMissing', message: 'q' }] },
      ['InvalidRequest', 'ParameterMissing', 'q'],
    ],
    [
      'inner_error',
      400,
      { error: { code: 'content_filter', message: 'm', inner_error: { code: 'ResponsibleAIPolicyViolation' } } },
      ['content_filter', 'ResponsibleAIPolicyViolation', 'm'],
    ],
    ['old gateway', 429, { statusCode: 429, message: 'Rate limit' }, ['429', '429', 'Rate limit']],
    ['token service', 400, { error: 'invalid_grant', error_description: 'd' }, ['invalid_grant', 'invalid_grant', 'd']],
    ['HTML', 502, '<html>', ['502', '502', reason]],
    ['nothing', 503, '', ['503', '503', reason]],
    ['a redirect', 302, '', ['302', '302', reason]],
  ])('%s', (_, status, body, [code, innerCode, message]) => {
    expect(decode(keyPhrases, ['a'], body, status)).toEqual({
      kind: 'refused',
      refusal: { status, code, innerCode, message },
    });
  });

  test('a long message is cut', () => {
    const decoded = decode(keyPhrases, ['a'], { error: { code: 'X', message: 'm'.repeat(9000) } }, 400);
    expect(decoded.kind === 'refused' && decoded.refusal.message).toBe(`${'m'.repeat(500)}…`);
  });
});
