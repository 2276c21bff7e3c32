// Answers as the service words them. Codes and messages follow recorded traffic, so that clients which parse them work.

import type { WireResponse } from '../udf/wire.ts';

export function jsonAnswer(status: number, value: unknown, headers: Record<string, string> = {}): WireResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: new TextEncoder().encode(JSON.stringify(value)),
  };
}

export interface ServiceError {
  readonly code: string;
  readonly message: string;
  readonly innererror?: { readonly code: string; readonly message: string };
}

/** The whole request is refused; thrown by an operation, answered by the emulator. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly error: ServiceError;
  constructor(status: number, error: ServiceError) {
    super(error.message);
    this.status = status;
    this.error = error;
  }
}

export function invalidRequest(innerCode: string, message: string, status = 400): Refusal {
  const outer = innerCode.startsWith('InvalidDocument') || innerCode === 'MissingInputRecords';
  return new Refusal(status, {
    code: 'InvalidRequest',
    message: outer ? 'Invalid document in request.' : 'Invalid Request.',
    innererror: { code: innerCode, message },
  });
}

/** What stands before the service answers: the status as code. */
export function gatewayError(status: number, message: string): WireResponse {
  return jsonAnswer(status, { error: { code: String(status), message } });
}

/** What a quota was used up for, as a 429 names it. */
export interface Metered {
  /** `Sentiment`. */
  readonly name: string;
  /** `Text Analytics API (v3.1)`. */
  readonly api: string;
  /** `TextAnalytics S`. */
  readonly tier: string;
}

/** Clients take the seconds from the header or out of the text, so both state them. */
export function tooManyRequests({ name, api, tier }: Metered, seconds: number): WireResponse {
  const message =
    `Requests to the ${name} Operation under ${api} have exceeded call rate limit of your current ${tier} pricing ` +
    `tier. Please retry after ${seconds} seconds.`;
  const { status, headers, body } = gatewayError(429, message);
  return { status, headers: { ...headers, 'retry-after': String(seconds) }, body };
}

export function unauthorized(): WireResponse {
  const message =
    'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an ' +
    'active subscription and use a correct regional API endpoint for your resource.';
  const { status, body } = gatewayError(401, message);
  // The real gateway sends this one without a content type.
  return { status, headers: {}, body };
}
