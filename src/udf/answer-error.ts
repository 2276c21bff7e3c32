// One tolerant reader for the error bodies of every Azure AI service: wrapped in `error`, first of `errors`, or flat;
// codes as words or numbers; the innermost code is the one to act on. It decides nothing about retrying a request.

import { AnswerFault, isObject, type JsonObject, parseAnswer } from './answer-json.ts';
import type { DocumentError, RequestRefusal } from './operation.ts';
import type { WireResponse } from './wire.ts';

const MAX_MESSAGE = 500;
const MAX_DEPTH = 16;

/** What a response outside 2xx says, whatever its body looks like. */
export function refusalOf(response: WireResponse): RequestRefusal {
  const status = response.status;
  const location = status >= 300 && status <= 399 ? locationOf(response) : undefined;
  if (location !== undefined) {
    return { status, code: String(status), innerCode: String(status), message: 'a redirect', location };
  }
  const found = errorObjectOf(response.body);
  if (found === undefined) {
    return { status, code: String(status), innerCode: String(status), message: 'the answer gives no reason' };
  }
  const { code, innerCode, message } = readError(found);
  const outer = code ?? String(status);
  return {
    status,
    code: outer,
    innerCode: innerCode ?? outer,
    message: message === '' ? 'the answer gives no reason' : message,
  };
}

/** The error of one element of `errors`: `{id, error: {…}}` of v3 and later, or `{id, message}` of v2. */
export function documentErrorOf(element: JsonObject): DocumentError {
  const { code, innerCode, message } = readError(isObject(element.error) ? element.error : element);
  const name = innerCode ?? code ?? 'InvalidDocument';
  return { code: name, message, retriable: isTransient(name) || isTransient(code ?? '') };
}

/** A query may hold what is secret to the redirecting side. */
function locationOf({ headers }: WireResponse): string | undefined {
  return headers.location === undefined ? undefined : clean(headers.location.replace(/[?#].*$/s, ''));
}

function errorObjectOf(body: Uint8Array): JsonObject | undefined {
  let value: unknown;
  try {
    value = parseAnswer(body);
  } catch (fault) {
    if (fault instanceof AnswerFault) return undefined;
    throw fault;
  }
  if (!isObject(value)) return undefined;
  if (isObject(value.error)) return value.error;
  if (Array.isArray(value.errors) && isObject(value.errors[0])) return value.errors[0];
  return value;
}

interface ErrorReading {
  readonly code: string | undefined;
  readonly innerCode: string | undefined;
  readonly message: string;
}

function readError(found: JsonObject): ErrorReading {
  const code = codeOf(found);
  let innerCode = codeOf({ code: found.subCode });
  let message = messageOf(found);
  let inner = innerOf(found);
  for (let depth = 0; inner !== undefined && depth < MAX_DEPTH; depth += 1) {
    innerCode = codeOf(inner) ?? innerCode;
    message = messageOf(inner) || message;
    inner = innerOf(inner);
  }
  return { code, innerCode: innerCode ?? code, message };
}

function innerOf(found: JsonObject): JsonObject | undefined {
  return [found.innererror, found.innerError, found.inner_error].find(isObject);
}

function codeOf(found: JsonObject): string | undefined {
  for (const value of [found.code, found.statusCode, found.error]) {
    if (typeof value === 'number') return String(value);
    if (typeof value === 'string' && value.trim() !== '') return clean(value);
  }
  return undefined;
}

function messageOf(found: JsonObject): string {
  const message = found.message ?? found.error_description;
  return typeof message === 'string' ? clean(message) : '';
}

/** One printable line: the text comes from elsewhere and ends on terminals. */
function clean(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length <= MAX_MESSAGE ? line : `${line.slice(0, MAX_MESSAGE)}…`;
}

const TRANSIENT = new Set([
  'internalservererror',
  'serviceunavailable',
  'timeout',
  'toomanyrequests',
  '408',
  '429',
  '500',
  '502',
  '503',
  '504',
]);

function isTransient(code: string): boolean {
  return TRANSIENT.has(code.toLowerCase());
}
