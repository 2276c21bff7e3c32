// Spans, as a program that registered a tracer provider gets them. The provider is a small one of the test's own: it
// keeps what was started and with what. Nothing a user wrote and no key may stand in any of it.

import { AsyncLocalStorage } from 'node:async_hooks';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  type Attributes,
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Engine } from '../src/engine/engine.ts';
import { openWorkspace } from './support/cli.ts';
import { type Answering, answers, refusal, startTextService, type TextService } from './support/text-service.ts';

interface Kept {
  readonly name: string;
  readonly id: string;
  readonly parent: string | undefined;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  status: SpanStatusCode;
  ended: number;
}

let kept: Kept[];
let cleanups: (() => Promise<unknown>)[];

const tracer: Pick<Tracer, 'startSpan'> = {
  startSpan: (name: string, options: SpanOptions = {}, parent: Context = ROOT_CONTEXT) => {
    const id = String(kept.length + 1).padStart(16, '0');
    const one: Kept = {
      name,
      id,
      parent: trace.getSpan(parent)?.spanContext().spanId,
      kind: options.kind ?? SpanKind.INTERNAL,
      attributes: { ...options.attributes },
      status: SpanStatusCode.UNSET,
      ended: 0,
    };
    kept.push(one);
    const span: Pick<Span, 'spanContext' | 'setAttribute' | 'setAttributes' | 'setStatus' | 'end'> = {
      spanContext: () => ({ traceId: '1'.repeat(32), spanId: id, traceFlags: 1 }),
      setAttribute: (key, value) => {
        one.attributes[key] = value;
        return span as Span;
      },
      setAttributes: (attributes) => {
        Object.assign(one.attributes, attributes);
        return span as Span;
      },
      setStatus: ({ code }) => {
        one.status = code;
        return span as Span;
      },
      end: () => {
        one.ended++;
      },
    };
    return span as Span;
  },
};

/** As the SDK's: the active context follows asynchronous work. */
function contextManager(): ContextManager {
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, work, self, ...args) => storage.run(active, () => work.call(self as never, ...args)),
    bind: (_, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}

beforeEach(() => {
  kept = [];
  cleanups = [];
});
afterEach(async () => {
  trace.disable();
  context.disable();
  for (const cleanup of cleanups.reverse()) await cleanup();
});

function register(): void {
  trace.setGlobalTracerProvider({ getTracer: () => tracer as Tracer });
  context.setGlobalContextManager(contextManager());
}

async function started(answering: Answering): Promise<{ engine: Engine; service: TextService }> {
  const service = await startTextService(answering);
  cleanups.push(() => service.close());
  const env = { LANGUAGE_ENDPOINT: service.url, LANGUAGE_KEY: 'k3y-of-the-test' };
  const engine = await Engine.open({ env, settings: { cache: 'off' } });
  cleanups.push(() => engine.close());
  return { engine, service };
}

/** Each span with its parents before it, in no order of time: calls run side by side. */
function paths(): string[] {
  const path = ({ name, attributes, parent }: Kept): string => {
    const above = kept.find(({ id }) => id === parent);
    const operation = attributes['sqlc.operation'];
    return `${above === undefined ? '' : `${path(above)} > `}${name}${operation === undefined ? '' : ` ${operation}`}`;
  };
  return kept.map(path).sort();
}

const INPUTS = "(VALUES ('first secret text'), ('second secret text'), ('refuse this text'), (NULL)) AS v(t)";

describe('a program that registered a provider', () => {
  test('gets a span for the statement, below it one for each call, below that one for each request', async () => {
    register();
    const { engine, service } = await started(answers());
    engine.registerFunction({
      name: 'SHOUT',
      params: ['nvarchar'],
      returns: 'nvarchar',
      batchSize: 10,
      cache: false,
      call: (rows) => rows.map(([text]) => String(text).toUpperCase()),
    });
    const outer = (tracer as Tracer).startSpan('program');
    await context.with(trace.setSpan(ROOT_CONTEXT, outer), async () => {
      const result = await engine.query(
        `SELECT SENTIMENT(t) AS m, SHOUT(@own) AS l FROM ${INPUTS} WHERE 'secret literal' <> t OR t IS NULL`,
        { own: 'secret parameter' },
      );
      await result.toArray();
    });
    const statementPath = 'program > sqlc.statement';
    expect(paths()).toEqual([
      'program',
      statementPath,
      `${statementPath} > sqlc.call function/shout`,
      `${statementPath} > sqlc.call language/sentiment`,
      `${statementPath} > sqlc.call language/sentiment > sqlc.request language/sentiment`,
    ]);
    const [, statement] = kept;
    expect(statement?.attributes).toEqual({
      'db.system.name': 'sqlc',
      'db.operation.name': 'SELECT',
      'db.response.returned_rows': 4,
      'sqlc.status': 'done',
    });
    const host = new URL(service.url).host;
    expect(kept.find((s) => s.name === 'sqlc.call' && s.attributes['sqlc.operation'] === 'language/sentiment')).toEqual(
      expect.objectContaining({
        kind: SpanKind.INTERNAL,
        status: SpanStatusCode.UNSET,
        attributes: {
          'sqlc.operation': 'language/sentiment',
          'sqlc.service': host,
          'sqlc.documents': 3,
          'sqlc.distinct_inputs': 3,
          'sqlc.cached': 0,
          'sqlc.requests': 1,
          'sqlc.retries': 0,
          'sqlc.throttled': 0,
          'sqlc.failed_inputs': 1,
          'sqlc.cost': 0,
          'sqlc.currency': 'USD',
        },
      }),
    );
    expect(
      kept.find((s) => s.name === 'sqlc.request' && s.attributes['sqlc.operation'] === 'language/sentiment'),
    ).toEqual(
      expect.objectContaining({
        kind: SpanKind.CLIENT,
        attributes: {
          'sqlc.operation': 'language/sentiment',
          'sqlc.service': host,
          'sqlc.documents': 3,
          'sqlc.retry': false,
          'http.response.status_code': 200,
        },
      }),
    );
    expect(kept.filter((s) => s.name !== 'program').map((s) => s.ended)).toEqual([1, 1, 1, 1]);
  });

  test('sees retries, and what failed by its code alone', async () => {
    register();
    const { engine } = await started((request) =>
      request.number === 1
        ? refusal(503, 'Busy', 'try later')
        : refusal(401, '401', 'no secret text for k3y-of-the-test'),
    );
    const result = await engine.query(`SELECT SENTIMENT(t) AS m FROM ${INPUTS}`);
    await expect(result.toArray()).rejects.toThrow('401');
    const failed = kept.map(({ name, status, attributes }) => [name, status, attributes['error.type']]);
    expect(failed).toEqual([
      ['sqlc.statement', SpanStatusCode.ERROR, 'service/unauthorized'],
      ['sqlc.call', SpanStatusCode.ERROR, 'service/unauthorized'],
      ['sqlc.request', SpanStatusCode.ERROR, '503'],
      ['sqlc.request', SpanStatusCode.ERROR, '401'],
    ]);
    expect(kept.map((s) => s.attributes['sqlc.retry'])).toEqual([undefined, undefined, false, true]);
    expect(kept.map((s) => s.ended)).toEqual([1, 1, 1, 1]);
  });

  test('gets one for statements of every kind, failed ones too', async () => {
    register();
    const { engine } = await started(answers());
    await engine.execute(`
      CREATE DATABASE SCOPED CREDENTIAL mine WITH IDENTITY = 'Ocp-Apim-Subscription-Key', SECRET = 'another secret key';
      CREATE TABLE kept AS SELECT SENTIMENT(t) AS m FROM ${INPUTS};
      EXPLAIN SELECT m FROM kept; DROP TABLE kept`);
    await expect(engine.query('SELECT secret_column FROM kept')).rejects.toThrow();
    const statements = kept.filter((s) => s.name === 'sqlc.statement');
    expect(statements.map((s) => [s.attributes['db.operation.name'], s.attributes['sqlc.status'], s.ended])).toEqual([
      ['CREATE CREDENTIAL', 'done', 1],
      ['CREATE TABLE AS', 'done', 1],
      ['EXPLAIN', 'done', 1],
      ['DROP', 'done', 1],
      ['SELECT', 'failed', 1],
    ]);
    expect(statements.at(-1)?.attributes['error.type']).toBe('bind/unknown-table');
  });

  afterEach(() => {
    const said = JSON.stringify(kept);
    for (const secret of ['secret', 'refuse this', 'k3y-of-the-test']) expect(said).not.toContain(secret);
  });
});

test('nobody traces: nothing is started', async () => {
  const { engine } = await started(answers());
  await (await engine.query(`SELECT SENTIMENT(t) AS m FROM ${INPUTS}`)).toArray();
  expect(kept).toEqual([]);
});

test('the command line is traced by a provider that is preloaded', async () => {
  const workspace = await openWorkspace();
  try {
    const api = pathToFileURL(fileURLToPath(import.meta.resolve('@opentelemetry/api'))).href;
    const preloaded = join(workspace.path, 'provider.mjs');
    writeFileSync(
      preloaded,
      `import api from '${api}';
const span = (name) => ({ spanContext: () => ({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }),
  setAttribute() {}, setAttributes() {}, setStatus() {}, end() { process.stderr.write('ended ' + name + '\\n'); } });
api.trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: span }) });
`,
    );
    const outcome = await workspace.run(['query', "SELECT SENTIMENT('I love it') AS m", '--quiet'], {
      env: { NODE_OPTIONS: `--import ${pathToFileURL(preloaded).href}` },
    });
    expect(outcome).toEqual({
      stdout: 'm\npositive\n',
      stderr: 'ended sqlc.request\nended sqlc.call\nended sqlc.statement\n',
      status: 0,
    });
  } finally {
    await workspace.close();
  }
});
