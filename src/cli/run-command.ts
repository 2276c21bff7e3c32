// `sqlc run FILE` and `sqlc query "SQL"`.

import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { error } from '../common/errors.ts';
import { Engine } from '../engine/engine.ts';
import type { OutputFormat } from '../output/format.ts';
import { OUTPUT_OPTIONS, outputFormat, pairs, parsed, SQL_OPTIONS } from './arguments.ts';
import { ExitStatus } from './exit-status.ts';
import { type SourceText, tellFailure, tellSummary } from './failures.ts';
import { onInterrupt } from './interrupt.ts';
import { type ReportFile, reportFile } from './report-file.ts';
import { type OpenSink, outputFile, standardOutput } from './sink.ts';

export async function runCommand(command: 'run' | 'query', args: readonly string[]): Promise<number> {
  const what = command === 'run' ? 'one script (- for standard input)' : 'one string of SQL';
  const { values, positionals } = parsed(args, { ...SQL_OPTIONS, ...OUTPUT_OPTIONS }, { most: 1, what });
  const [given] = positionals;
  if (given === undefined) throw error('usage/option', { detail: `expected ${what}` });
  const format = outputFormat(values.format, process.stdout.isTTY && values.output === undefined);
  const parameters = pairs('var', values.var);
  const settings = pairs('set', values.set);
  const source = command === 'query' ? { text: given, name: 'query' } : await scriptText(given);
  const interrupt = onInterrupt();
  const quiet = values.quiet ?? false;
  let engine: Engine | undefined;
  let sink: OpenSink | undefined;
  let reports: ReportFile | undefined;
  try {
    engine = await Engine.open({ database: values.database, settings, onNotice: quiet ? undefined : notice });
    reports = values.report === undefined ? undefined : await reportFile(values.report);
    sink = values.output === undefined ? standardOutput() : await outputFile(values.output);
    await runScript(engine, source, {
      parameters,
      format,
      sink,
      all: values['all-results'] ?? false,
      quiet,
      signal: interrupt.signal,
      onReport: reports?.begin,
    });
    await sink.commit();
    await reports?.end();
    return ExitStatus.done;
  } catch (failure) {
    await sink?.discard();
    await reports?.end().catch((cause) => tellFailure(cause, source));
    return tellFailure(failure, source);
  } finally {
    await engine?.close();
    interrupt.release();
  }
}

export function notice(text: string): void {
  process.stderr.write(`notice: ${text}\n`);
}

/** @throws SqlcError usage/script */
export async function scriptText(path: string): Promise<SourceText> {
  if (path === '-') return { text: await readAll(process.stdin), name: '<stdin>' };
  try {
    return { text: (await readFile(path, 'utf8')).replace(/^\uFEFF/, ''), name: path };
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code;
    throw error('usage/script', { path, reason });
  }
}

interface RunScript {
  readonly parameters: Record<string, string>;
  readonly format: OutputFormat;
  readonly sink: OpenSink;
  readonly all: boolean;
  readonly quiet: boolean;
  readonly signal: AbortSignal;
  readonly onReport: ReportFile['begin'] | undefined;
}

async function runScript(engine: Engine, source: SourceText, options: RunScript): Promise<void> {
  const { parameters, format, sink, all, signal, onReport } = options;
  const { parse } = await import('../engine/script.ts');
  const script = parse(source.text);
  if (script.length === 0) throw error('syntax/empty-script', {});
  const last = script.findLastIndex(
    (statement) => statement.kind === 'select-statement' || statement.kind === 'explain',
  );
  let index = 0;
  let printed = 0;
  for await (const { result } of engine.run(source.text, parameters, { signal, onReport })) {
    if (result !== undefined) {
      if (all || index === last) {
        if (printed++ > 0) await sink.write(format.separator);
        await format.write({ schema: result.schema, batches: result.batches() }, sink, {
          width: process.stdout.columns,
          several: all,
        });
      } else {
        // Not shown, but run: its calls and its errors are part of the script.
        for await (const _ of result.batches());
      }
      tellSummary(result.stats, options.quiet);
    }
    index++;
  }
}
