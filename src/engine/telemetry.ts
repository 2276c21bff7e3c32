// Spans for OpenTelemetry, when the program has registered a tracer provider. Only the API is used; it is loaded with
// the first statement that somebody traces.

import type { Context, Span } from '@opentelemetry/api';
import { failureType, type TraceSpan, UNTRACED } from '../common/trace.ts';
import type { RunReport } from '../exec/run-report.ts';
import type { Statement } from '../parser/ast.ts';

type Api = typeof import('@opentelemetry/api');

/** Where every copy of the API's first major version keeps what was registered: looking there costs nothing. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

/** A span around one statement, below the span that is active where the statement was given. */
export async function statementSpan(statement: Statement): Promise<TraceSpan> {
  const registered = (globalThis as { [REGISTERED]?: { readonly trace?: unknown } })[REGISTERED];
  if (registered?.trace === undefined) return UNTRACED;
  const api = await import('@opentelemetry/api');
  const attributes = { 'db.system.name': 'sqlc', 'db.operation.name': operationName(statement) };
  const parent = api.context.active();
  const span = api.trace.getTracer('sqlc').startSpan('sqlc.statement', { attributes }, parent);
  return new OpenSpan(api, span, parent);
}

/** What a statement's span says at its end. */
export function endStatement(span: TraceSpan, report: RunReport, failure: unknown): void {
  span.set({ 'db.response.returned_rows': report.rows, 'sqlc.status': report.status });
  if (failure !== undefined) span.fail(failureType(failure));
  span.end();
}

class OpenSpan implements TraceSpan {
  readonly #api: Api;
  readonly #span: Span;
  readonly #context: Context;

  constructor(api: Api, span: Span, parent: Context) {
    this.#api = api;
    this.#span = span;
    this.#context = api.trace.setSpan(parent, span);
  }

  child(...[name, attributes, kind = 'internal']: Parameters<TraceSpan['child']>): TraceSpan {
    const { trace, SpanKind } = this.#api;
    const options = { attributes, kind: kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL };
    const span = trace.getTracer('sqlc').startSpan(name, options, this.#context);
    return new OpenSpan(this.#api, span, this.#context);
  }

  set(attributes: Parameters<TraceSpan['set']>[0]): void {
    this.#span.setAttributes(attributes);
  }

  fail(type: string): void {
    this.#span.setAttribute('error.type', type);
    this.#span.setStatus({ code: this.#api.SpanStatusCode.ERROR });
  }

  end(): void {
    this.#span.end();
  }
}

/** `SELECT`, `CREATE TABLE AS`. */
function operationName({ kind }: Statement): string {
  return kind
    .replace(/-statement$/, '')
    .replaceAll('-', ' ')
    .toUpperCase();
}
