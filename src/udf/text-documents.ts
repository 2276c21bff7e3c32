// The envelope of Text Analytics v3: documents out, `documents` and `errors` back, matched by ids of our own making.
// The array positions of an answer mean nothing: a service may reorder documents, and failed ones shift the rest.

import { invariant } from '../common/errors.ts';
import { documentErrorOf, refusalOf } from './answer-error.ts';
import {
  AnswerFault,
  arrayAt,
  type JsonObject,
  objectOf,
  optionalArrayAt,
  parseAnswer,
  textAt,
} from './answer-json.ts';
import type { AnswerValue, Decoded, Input, Limits, Outcome, RequestSettings, WireOperation } from './operation.ts';
import type { WireResponse } from './wire.ts';

/** Text elements a document may have. */
export const DOCUMENT_ELEMENTS = 5120;

/** The service takes 1 MB in some places and 512 KB in others; the smaller holds everywhere. */
export const REQUEST_BYTES = 512 * 1024;

export function textLimits(documents: number): Limits {
  return { documents, documentElements: DOCUMENT_ELEMENTS, requestBytes: REQUEST_BYTES };
}

/** Text records: 1,000 characters started, per document. */
export function textRecords([text]: Input): number {
  return Math.max(1, Math.ceil((typeof text === 'string' ? text.length : 0) / 1000));
}

/** One request for inputs of the form (text[, language]). */
export function encodeDocuments(
  path: string,
  inputs: readonly Input[],
  settings: RequestSettings = {},
): ReturnType<WireOperation['encode']> {
  const documents = inputs.map(([text, language], index) => {
    invariant(typeof text === 'string', 'a NULL text reached a service operation');
    const document = { id: String(index), text };
    return typeof language === 'string' ? { ...document, language } : document;
  });
  return {
    method: 'POST',
    path: withSettings(path, settings),
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: new TextEncoder().encode(JSON.stringify({ documents })),
  };
}

function withSettings(path: string, { modelVersion, loggingOptOut }: RequestSettings): string {
  const parameters = [
    ...(modelVersion === undefined ? [] : [`model-version=${encodeURIComponent(modelVersion)}`]),
    ...(loggingOptOut === undefined ? [] : [`loggingOptOut=${loggingOptOut}`]),
  ];
  if (parameters.length === 0) return path;
  return `${path}${path.includes('?') ? '&' : '?'}${parameters.join('&')}`;
}

/** Where a document of an answer stands. */
export interface DocumentPlace {
  /** Index in this answer's `documents`: what its JSON pointers count. */
  readonly position: number;
  /** The text that was asked about. */
  readonly text: string;
  /** For faults: `document "3"`. */
  readonly name: string;
}

/** @param readDocument reads one document; it throws AnswerFault when the document does not have the promised form. */
export function decodeDocuments(
  response: WireResponse,
  inputs: readonly Input[],
  readDocument: (document: JsonObject, place: DocumentPlace) => AnswerValue,
): Decoded {
  if (response.status < 200 || response.status > 299) return { kind: 'refused', refusal: refusalOf(response) };
  try {
    const answer = objectOf(parseAnswer(response.body), 'the answer');
    const outcomes = outcomesOf(answer, inputs, readDocument);
    return { kind: 'answered', outcomes, model: typeof answer.modelVersion === 'string' ? answer.modelVersion : '' };
  } catch (fault) {
    if (!(fault instanceof AnswerFault)) throw fault;
    return { kind: 'protocol', detail: fault.message };
  }
}

function outcomesOf(
  answer: JsonObject,
  inputs: readonly Input[],
  readDocument: (document: JsonObject, place: DocumentPlace) => AnswerValue,
): readonly Outcome[] {
  const indexes = new Map(inputs.map((_, index) => [String(index), index]));
  const outcomes: (Outcome | undefined)[] = inputs.map(() => undefined);
  const claim = (element: JsonObject, where: string): { index: number; name: string } => {
    const id = textAt(element, 'id', where);
    const name = `document ${JSON.stringify(id.slice(0, 40))}`;
    const index = indexes.get(id);
    if (index === undefined) throw new AnswerFault(`${name} was not asked for`);
    return { index, name };
  };
  const settle = (index: number, outcome: Outcome) => {
    outcomes[index] = outcomes[index] === undefined ? outcome : DUPLICATE;
  };

  arrayAt(answer, 'documents', 'the answer').forEach((element, position) => {
    const document = objectOf(element, `element ${position} of "documents"`);
    const { index, name } = claim(document, `element ${position} of "documents"`);
    const value = readDocument(document, { position, text: inputs[index]?.[0] ?? '', name });
    settle(index, { ok: true, value });
  });
  optionalArrayAt(answer, 'errors', 'the answer').forEach((element, position) => {
    const failed = objectOf(element, `element ${position} of "errors"`);
    const { index } = claim(failed, `element ${position} of "errors"`);
    settle(index, { ok: false, error: documentErrorOf(failed) });
  });
  return outcomes.map((outcome) => outcome ?? MISSING);
}

const MISSING: Outcome = {
  ok: false,
  error: { code: 'MissingDocument', message: 'the service answered without this document', retriable: true },
};

/** Which of them is right nobody knows: it is asked for again. */
const DUPLICATE: Outcome = {
  ok: false,
  error: { code: 'DuplicateDocument', message: 'the service answered this document twice', retriable: true },
};
