// What the text operations share: read a batch, refuse it or single documents as the service does, ask the model
// document by document, and wrap the answers. What an operation adds is its path, its options and one document's fields.

import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { WireResponse } from '../udf/wire.ts';
import { invalidRequest, jsonAnswer, type Metered, type ServiceError } from './answers.ts';
import type { Digest } from './digest-set.ts';
import type { DocumentFaults } from './faults.ts';
import type { Model, TextModels } from './models/text-models.ts';
import { type Query, readFlag } from './query.ts';
import { countTextElements } from './string-index.ts';

export interface ServiceRequest {
  readonly query: Query;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
  readonly models: TextModels;
  readonly faults: DocumentFaults;
  /** Documents worked on before other requests get their turn. */
  readonly documentsAtOnce: number;
  arrived(documents: number): void;
  asked(digests: readonly Digest[]): void;
  answering(digests: Iterable<Digest>): void;
}

export interface EmulatedOperation extends Metered {
  /** `language/sentiment`. */
  readonly id: string;
  /** Lower case. */
  readonly path: string;
  /**
   * @throws {Refusal} when the whole request is refused.
   * @throws the signal's reason when cancelled.
   */
  answer(request: ServiceRequest): Promise<WireResponse>;
}

export interface TextOperation<Answer, Options> {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  /** Documents a request may have. */
  readonly documents: number;
  /** The field that names the language of a document, or the country it comes from. */
  readonly hint: 'language' | 'countryHint';
  model(models: TextModels): Promise<Model<Answer>>;
  /** Options that change an answer. @throws {Refusal} */
  options(query: Query): Options;
  fields(answer: Answer, text: string, options: Options): Readonly<Record<string, unknown>>;
}

interface Document {
  readonly id: string;
  readonly text: string;
  readonly hint: string;
}

export const DOCUMENT_ELEMENTS = 5120;
const RECORD_ELEMENTS = 1000;
const POISONED = 'The document is refused by the --poison switch of the emulator.';

export function textOperation<Answer, Options>(operation: TextOperation<Answer, Options>): EmulatedOperation {
  const { id, name, path } = operation;
  const metered = { name, api: 'Text Analytics API (v3.1)', tier: 'TextAnalytics S' };
  return { id, path, ...metered, answer: (request) => answerBatch(operation, request) };
}

/** What stands for one document in the answer. */
interface Entry {
  readonly digest: Digest;
  readonly refused: boolean;
  readonly value: unknown;
  readonly records: number;
}

async function answerBatch<Answer, Options>(
  operation: TextOperation<Answer, Options>,
  request: ServiceRequest,
): Promise<WireResponse> {
  const records = readRecords(request.body);
  request.arrived(records.length);
  const documents = readDocuments(records, operation);
  const options = operation.options(request.query);
  const showStats = readFlag(request.query, 'showStats');
  readFlag(request.query, 'loggingOptOut');
  const model = await operation.model(request.models);
  checkVersion(request.query, model.version);
  const asked = JSON.stringify([operation.id, model.version, options]);
  const digests = documents.map(({ text, hint }) => digestOf(`${asked}${JSON.stringify(hint)}${text}`));
  request.asked(digests);

  const entries: Entry[] = [];
  for (const [index, digest] of digests.entries()) {
    // A model works synchronously: without a pause a batch would hold up every other request.
    if (index > 0 && index % request.documentsAtOnce === 0) await setImmediate();
    request.signal.throwIfAborted();
    const document = documents[index];
    if (document !== undefined) entries.push({ digest, ...answerDocument(document) });
  }
  return batchAnswer(entries);

  function answerDocument({ id, text, hint }: Document): Omit<Entry, 'digest'> {
    const elements = showStats ? countTextElements(text, DOCUMENT_ELEMENTS) : billedElements(text);
    const { problem, language } = checkDocument(operation.hint, hint, elements, model.languages);
    const refusal = problem ?? (request.faults.poisons(text) ? invalidDocument(POISONED) : undefined);
    if (refusal !== undefined) return { refused: true, value: { id, error: refusal }, records: 0 };
    const transactionsCount = Math.ceil(elements / RECORD_ELEMENTS);
    const statistics = showStats ? { statistics: { charactersCount: elements, transactionsCount } } : {};
    const fields = operation.fields(model.analyze(text, language), text, options);
    return { refused: false, value: { id, ...fields, ...statistics, warnings: [] }, records: transactionsCount };
  }

  /** What was asked is counted and billed; what the answer holds is another matter. */
  function batchAnswer(all: readonly Entry[]): WireResponse {
    const valid = all.filter(({ refused }) => !refused).length;
    const textRecords = all.reduce((sum, entry) => sum + entry.records, 0);
    const counts = {
      documentsCount: all.length,
      validDocumentsCount: valid,
      erroneousDocumentsCount: all.length - valid,
      transactionsCount: textRecords,
    };
    const billing =
      `CognitiveServices.TextAnalytics.BatchScoring=${valid},` +
      `CognitiveServices.TextAnalytics.TextRecords=${textRecords}`;
    const sent = request.faults.arrange(all);
    request.answering(sent === all ? digests : new Set(sent.map(({ digest }) => digest)));
    const body = {
      ...(showStats ? { statistics: counts } : {}),
      documents: sent.filter(({ refused }) => !refused).map(({ value }) => value),
      errors: sent.filter(({ refused }) => refused).map(({ value }) => value),
      modelVersion: model.version,
    };
    return jsonAnswer(200, body, valid === 0 ? {} : { 'csp-billing-usage': billing });
  }
}

/** Graphemes are counted where it matters only: up to one record there are no more of them than UTF-16 units. */
function billedElements(text: string): number {
  return text.length <= RECORD_ELEMENTS ? text.length : countTextElements(text, DOCUMENT_ELEMENTS);
}

function readRecords(body: Uint8Array): readonly unknown[] {
  if (body.byteLength === 0) throw invalidRequest('EmptyRequest', 'Request body must be present.');
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw bodyFormat();
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bodyFormat();
  const records: unknown = 'documents' in value ? value.documents : undefined;
  if (records !== undefined && !Array.isArray(records)) throw bodyFormat();
  if (records === undefined || records.length === 0) {
    throw invalidRequest('MissingInputRecords', 'Missing input records.');
  }
  return records;
}

function readDocuments(
  records: readonly unknown[],
  operation: { readonly documents: number; readonly hint: string },
): readonly Document[] {
  if (records.length > operation.documents) {
    const message = `Batch request contains too many records. Max ${operation.documents} records are permitted.`;
    throw invalidRequest('InvalidDocumentBatch', message);
  }
  const documents = records.map((record) => readDocument(record, operation.hint));
  if (new Set(documents.map(({ id }) => id)).size < documents.length) {
    throw invalidRequest(
      'InvalidDocument',
      'Request contains duplicated Ids. Make sure each document has a unique Id.',
    );
  }
  return documents;
}

function readDocument(record: unknown, hintField: string): Document {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) throw bodyFormat();
  const { id, text, [hintField]: hint }: { id?: unknown; text?: unknown; [field: string]: unknown } = { ...record };
  if (id === undefined || id === '') throw invalidRequest('InvalidDocument', 'Document Id is missing or empty.');
  if (text === undefined) throw invalidRequest('InvalidDocument', 'Document text is missing.');
  if (typeof id !== 'string' || typeof text !== 'string') throw bodyFormat();
  if (hint !== undefined && hint !== null && typeof hint !== 'string') throw bodyFormat();
  return { id, text, hint: hint ?? '' };
}

function bodyFormat(): Error {
  const message =
    'Request body format is wrong. Make sure the json request is serialized correctly and there are no null members.';
  return invalidRequest('InvalidRequestBodyFormat', message);
}

function checkVersion(query: Query, version: string): void {
  const asked = query.get('model-version') ?? '';
  if (asked === '' || asked.toLowerCase() === 'latest' || asked.toLowerCase() === version.toLowerCase()) return;
  throw invalidRequest('ModelVersionIncorrect', `Invalid model version. Possible values are: latest,${version}`);
}

interface Checked {
  readonly problem?: ServiceError;
  readonly language: string;
}

/** An empty text is reported before a wrong language, as the service does. */
function checkDocument(
  kind: 'language' | 'countryHint',
  hint: string,
  elements: number,
  languages: readonly string[] | undefined,
): Checked {
  if (elements === 0) return { problem: invalidDocument('Document text is empty.'), language: '' };
  if (elements > DOCUMENT_ELEMENTS) {
    const message =
      'A document within the request was too large to be processed. ' +
      `Limit document size to: ${DOCUMENT_ELEMENTS} text elements.`;
    return { problem: invalidDocument(message), language: '' };
  }
  if (kind === 'countryHint') {
    if (/^([a-z]{2})?$/i.test(hint)) return { language: '' };
    const message = 'Country hint is not valid. Please specify an ISO 3166-1 alpha-2 two letter country code.';
    return { problem: invalidArgument('Invalid Country Hint.', 'InvalidCountryHint', message), language: '' };
  }
  const language = hint === '' ? 'en' : hint.toLowerCase();
  if (languages === undefined) return { language };
  const known = [language, language.split('-')[0]].find((tag) => tag !== undefined && languages.includes(tag));
  if (known !== undefined) return { language: known };
  const message = `Invalid language code. Supported languages: ${languages.join(',')}`;
  return { problem: invalidArgument('Invalid Language Code.', 'UnsupportedLanguageCode', message), language: '' };
}

function invalidDocument(message: string): ServiceError {
  return invalidArgument('Invalid document in request.', 'InvalidDocument', message);
}

function invalidArgument(message: string, innerCode: string, innerMessage: string): ServiceError {
  return { code: 'InvalidArgument', message, innererror: { code: innerCode, message: innerMessage } };
}

function digestOf(key: string): Digest {
  const bytes = hash('sha1', key, 'buffer');
  return { high: bytes.readUInt32LE(0), low: bytes.readUInt32LE(4) };
}
