// Reads the JSON of a service's answer field by field. What does not have the promised form is an AnswerFault,
// which a decoder turns into a `protocol` outcome; nothing here knows an operation.

export interface JsonObject {
  readonly [field: string]: unknown;
}

/** A 2xx answer that cannot be read; its message is the detail shown to the user. */
export class AnswerFault extends Error {
  override readonly name = 'AnswerFault';
}

/** @throws {AnswerFault} when the bytes are not UTF-8 or not JSON. */
export function parseAnswer(body: Uint8Array): unknown {
  if (body.byteLength === 0) throw new AnswerFault('the body is empty');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new AnswerFault('the body is not UTF-8');
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new AnswerFault(/^\s*</.test(text) ? 'the body is a page of HTML or XML' : 'the body is not JSON');
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param where names the value in the fault, such as `document "3"`. */
export function objectOf(value: unknown, where: string): JsonObject {
  if (!isObject(value)) throw new AnswerFault(`${where} is not an object`);
  return value;
}

export function objectAt(from: JsonObject, field: string, where: string): JsonObject {
  return objectOf(from[field], `"${field}" of ${where}`);
}

export function arrayAt(from: JsonObject, field: string, where: string): readonly unknown[] {
  const value = from[field];
  if (!Array.isArray(value)) throw new AnswerFault(`"${field}" of ${where} is not an array`);
  return value;
}

/** An array that may be left out. */
export function optionalArrayAt(from: JsonObject, field: string, where: string): readonly unknown[] {
  return from[field] === undefined || from[field] === null ? [] : arrayAt(from, field, where);
}

export function textAt(from: JsonObject, field: string, where: string): string {
  const value = from[field];
  if (typeof value !== 'string') throw new AnswerFault(`"${field}" of ${where} is not a string`);
  return value;
}

export function numberAt(from: JsonObject, field: string, where: string): number {
  const value = from[field];
  if (typeof value !== 'number') throw new AnswerFault(`"${field}" of ${where} is not a number`);
  return value;
}

/** A whole number from 0. */
export function countAt(from: JsonObject, field: string, where: string): number {
  const value = numberAt(from, field, where);
  if (!Number.isSafeInteger(value) || value < 0) throw new AnswerFault(`"${field}" of ${where} is not a count`);
  return value;
}

/** One of a closed set of words, compared without case, given in lower case. */
export function wordAt(from: JsonObject, field: string, words: readonly string[], where: string): string {
  const value = textAt(from, field, where).toLowerCase();
  if (!words.includes(value)) throw new AnswerFault(`"${field}" of ${where} is none of ${words.join(', ')}`);
  return value;
}
