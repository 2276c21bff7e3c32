// The wire: one request and one answer as data, and the Transport that carries them, over HTTP or in process.
// There is one code path from SQL to wire JSON and back; only the Transport differs.

export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path below the endpoint, query included, without a leading origin: `/text/analytics/v3.1/sentiment?…`. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface WireResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Transport {
  /**
   * Sends one request and reads the whole answer.
   *
   * @throws {TransportError} when no whole answer arrived (refused, reset, timed out, cut body, too large).
   * @throws the signal's reason when cancelled.
   */
  send(
    request: WireRequest,
    options: { readonly signal: AbortSignal; readonly timeoutMs: number },
  ): Promise<WireResponse>;
  close(): Promise<void>;
}

/** No whole answer arrived. Whether to try again is the caller's matter. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly kind: 'refused' | 'reset' | 'timeout' | 'cut-body' | 'too-large' | 'dns' | 'tls' | 'other';
  constructor(kind: TransportError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}
