// `sqlc run FILE` and `sqlc query "SQL"`.

import { error } from '../common/errors.ts';
import { Engine } from '../engine/engine.ts';
import type { Result } from '../engine/result.ts';
import type { RunReport } from '../exec/run-report.ts';
import type { OutputFormat } from '../output/format.ts';
import { OUTPUT_OPTIONS, outputFormat, pairs, parsed, SQL_OPTIONS } from './arguments.ts';
import { ExitStatus } from './exit-status.ts';
import { tellFailure, tellSummary } from './failures.ts';
import { onInterrupt } from './interrupt.ts';
import { ProgressDisplay, progressMode, showsSummary } from './progress-display.ts';
import { type ReportFile, reportFile } from './report-file.ts';
import { type OpenSink, outputFile, standardOutput } from './sink.ts';
import { type SourceText, scriptText } from './source-text.ts';

export async function runCommand(command: 'run' | 'query', args: readonly string[]): Promise<number> {
  const what = command === 'run' ? 'one script (- for standard input)' : 'one string of SQL';
  const { values, positionals } = parsed(args, { ...SQL_OPTIONS, ...OUTPUT_OPTIONS }, { most: 1, what });
  const [given] = positionals;
  if (given === undefined) throw error('usage/option', { detail: `expected ${what}` });
  const format = outputFormat(values.format, process.stdout.isTTY && values.output === undefined);
  const parameters = pairs('var', values.var);
  const settings = pairs('set', values.set);
  const source = command === 'query' ? { text: given, name: 'query' } : await scriptText(given);
  const quiet = values.quiet ?? false;
  const mode = quiet ? 'never' : progressMode(values.progress);
  const display = new ProgressDisplay(mode);
  const interrupt = onInterrupt();
  let engine: Engine | undefined;
  let sink: OpenSink | undefined;
  let reports: ReportFile | undefined;
  try {
    const onNotice = quiet ? undefined : display.before(notice);
    engine = await Engine.open({ database: values.database, settings, onNotice });
    display.start(engine);
    reports = values.report === undefined ? undefined : await reportFile(values.report);
    sink = values.output === undefined ? standardOutput() : await outputFile(values.output);
    await runScript(engine, source, {
      parameters,
      format,
      sink: display.around(sink),
      all: values['all-results'] ?? false,
      tell: display.before((report: RunReport) => tellSummary(report, !quiet && showsSummary(mode))),
      say: display.before(message),
      signal: interrupt.signal,
      onReport: reports?.begin,
    });
    await sink.commit();
    await reports?.end();
    return ExitStatus.done;
  } catch (failure) {
    display.stop();
    await sink?.discard();
    await reports?.end().catch((cause) => tellFailure(cause, source));
    return tellFailure(failure, source);
  } finally {
    display.stop();
    await engine?.close();
    interrupt.release();
  }
}

export function notice(text: string): void {
  process.stderr.write(`notice: ${text}\n`);
}

/** What a script says: standard output is for results. */
export function message(text: string): void {
  process.stderr.write(`${text}\n`);
}

interface RunScript {
  readonly parameters: Record<string, string>;
  readonly format: OutputFormat;
  readonly sink: OpenSink;
  readonly all: boolean;
  /** Hears what PRINT says. */
  say(text: string): void;
  /** Hears of each statement that ended well. */
  tell(report: RunReport): void;
  readonly signal: AbortSignal;
  readonly onReport: ReportFile['begin'] | undefined;
}

async function runScript(engine: Engine, source: SourceText, options: RunScript): Promise<void> {
  const { parameters, format, sink, all, tell, say, signal, onReport } = options;
  const { lastResult, parseBatches } = await import('../engine/script.ts');
  const batches = parseBatches(source.text);
  if (batches.every(({ statements }) => statements.length === 0)) throw error('syntax/empty-script', {});
  const last = lastResult(batches);
  const write = (result: Result) =>
    format.write({ schema: result.schema, batches: result.batches() }, sink, {
      width: process.stdout.columns,
      several: all,
    });
  let printed = 0;
  /** The latest of those that may be the last. */
  let kept: Result | undefined;
  const steps = engine.run(source.text, parameters, { signal, onReport, onMessage: ({ text }) => say(text) });
  for await (const { statement, result, stats } of steps) {
    if (result !== undefined) {
      if (all || (last.kind === 'statement' && statement.span.start === last.start)) {
        if (printed++ > 0) await sink.write(format.separator);
        await write(result);
      } else if (last.kind === 'open') {
        const before = kept;
        kept = await engine.keep(result);
        await before?.discard();
      } else {
        // Not shown, but run: its calls and its errors are part of the script.
        for await (const _ of result.batches());
      }
    }
    tell(stats);
  }
  if (kept !== undefined) await write(kept);
}
