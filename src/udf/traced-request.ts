// One HTTP request as a span, below its call's.

import { failureType, type TraceAttributes, type TraceSpan } from '../common/trace.ts';
import { TransportError, type WireResponse } from './wire.ts';

export async function tracedRequest(
  call: TraceSpan,
  attributes: TraceAttributes,
  send: () => Promise<WireResponse>,
): Promise<WireResponse> {
  const span = call.child('sqlc.request', attributes, 'client');
  try {
    const response = await send();
    span.set({ 'http.response.status_code': response.status });
    if (response.status !== 200) span.fail(String(response.status));
    return response;
  } catch (failure) {
    span.fail(failure instanceof TransportError ? failure.kind : failureType(failure));
    throw failure;
  } finally {
    span.end();
  }
}
