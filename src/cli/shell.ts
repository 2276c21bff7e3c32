// Bare `sqlc`: a plain shell on a terminal, and the same for a script piped in. Every result is printed in turn; an
// error does not stop the next statement; Ctrl-C stops the statement and keeps the shell.

import { createInterface, type Interface } from 'node:readline';
import { SqlcError } from '../common/errors.ts';
import { Engine, type Message, type OpenBatch } from '../engine/engine.ts';
import type { Result } from '../engine/result.ts';
import { type Piece, TypedScript } from '../engine/typed-script.ts';
import type { OutputFormat } from '../output/format.ts';
import { outputFormat, pairs, parsed, SQL_OPTIONS } from './arguments.ts';
import { ExitStatus } from './exit-status.ts';
import { tellFailure, tellSummary } from './failures.ts';
import { ProgressDisplay, progressMode, showsSummary } from './progress-display.ts';
import { message, notice } from './run-command.ts';
import { type OpenSink, standardOutput } from './sink.ts';
import { IncludingReader } from './source-text.ts';

const PROMPT = 'sqlc> ';
const CONTINUED = '  ... ';

export async function shell(args: readonly string[]): Promise<number> {
  const { values } = parsed(
    args,
    { ...SQL_OPTIONS, format: { type: 'string' }, progress: { type: 'string' } },
    { most: 0, what: 'no arguments' },
  );
  const format = outputFormat(values.format, process.stdout.isTTY);
  const quiet = values.quiet ?? false;
  const mode = quiet ? 'never' : progressMode(values.progress);
  const display = new ProgressDisplay(mode);
  let engine: Engine;
  try {
    engine = await Engine.open({
      database: values.database,
      settings: pairs('set', values.set),
      onNotice: quiet ? undefined : display.before(notice),
    });
  } catch (failure) {
    return tellFailure(failure, { text: '', name: 'sqlc' });
  }
  try {
    display.start(engine);
    const parameters = pairs('var', values.var);
    const summary = !quiet && showsSummary(mode);
    return await new Shell({ engine, format, parameters, display, summary }).run();
  } finally {
    display.stop();
    await engine.close();
  }
}

interface ShellOptions {
  readonly engine: Engine;
  readonly format: OutputFormat;
  readonly parameters: Record<string, string>;
  readonly display: ProgressDisplay;
  /** Whether a summary is told of what went well, too. */
  readonly summary: boolean;
}

class Shell {
  readonly #options: ShellOptions;
  readonly #sink: OpenSink;
  readonly #interactive = process.stdin.isTTY === true;
  /** Everything read so far, so that errors name the line of the whole input. */
  readonly #script: TypedScript;
  readonly #typed = { text: '', name: '<stdin>' };
  readonly #reader: IncludingReader;
  /** Where the batch begins that is being read. */
  #batchFrom = 0;
  #printed = 0;
  #failed = false;
  #running: AbortController | undefined;
  #batch: OpenBatch;

  constructor(options: ShellOptions) {
    this.#options = options;
    this.#script = new TypedScript({ waits: !this.#interactive });
    this.#reader = new IncludingReader(this.#script);
    this.#batch = options.engine.openBatch(options.parameters);
    this.#sink = options.display.around(standardOutput());
  }

  async run(): Promise<number> {
    const lines = createInterface({
      input: process.stdin,
      output: this.#interactive ? process.stdout : undefined,
      terminal: this.#interactive,
      prompt: PROMPT,
      historySize: 1000,
    });
    const interrupted = () => this.#interrupt(lines);
    lines.on('SIGINT', interrupted);
    process.on('SIGINT', interrupted);
    if (this.#interactive) process.stdout.write('End a statement with ";". Leave with exit or Ctrl-D.\n');
    this.#prompt(lines);
    for await (const line of lines) {
      if (this.#interactive && !this.#script.hasRest && /^\s*(exit|quit|\\q)\s*;?\s*$/i.test(line)) break;
      await this.#read(`${line}\n`);
      await this.#runComplete();
      if (this.#stopped) break;
      this.#prompt(lines);
    }
    lines.close();
    process.off('SIGINT', interrupted);
    if (!this.#stopped) await this.#run(this.#script.rest());
    await this.#batch.end();
    if (this.#stopped) return ExitStatus.interrupted;
    return this.#failed && !this.#interactive ? ExitStatus.failed : ExitStatus.done;
  }

  async #read(line: string): Promise<void> {
    const start = this.#typed.text.length;
    this.#typed.text += line;
    try {
      await this.#reader.read(this.#typed, start);
    } catch (failure) {
      this.#failed = true;
      tellFailure(failure, { text: '', name: this.#typed.name });
    }
  }

  /** Piped input has nobody to keep the shell for: Ctrl-C ends it. */
  get #stopped(): boolean {
    return !this.#interactive && this.#running?.signal.aborted === true;
  }

  #prompt(lines: Interface): void {
    if (!this.#interactive) return;
    lines.setPrompt(this.#script.hasRest ? CONTINUED : PROMPT);
    lines.prompt();
  }

  #interrupt(lines: Interface): void {
    if (this.#running !== undefined && !this.#running.signal.aborted) {
      this.#running.abort();
      return;
    }
    if (!this.#interactive) process.exit(ExitStatus.interrupted);
    this.#script.forget();
    process.stdout.write('\n');
    this.#prompt(lines);
  }

  async #runComplete(): Promise<void> {
    for (let piece = this.#script.next(); piece !== undefined; piece = this.#script.next()) {
      if (piece.batch !== 0) await this.#run(piece);
      for (let i = 1; i < (piece.batch ?? 1); i++) {
        if (this.#stopped) return;
        await this.#nextBatch();
        await this.#run({ from: this.#batchFrom, to: piece.to });
      }
      if (this.#stopped) return;
      if (piece.batch === undefined) continue;
      await this.#nextBatch();
      this.#batchFrom = piece.next;
    }
  }

  async #run({ from, to }: Pick<Piece, 'from' | 'to'>): Promise<void> {
    const { text: all } = this.#script;
    const text = all.slice(from, to);
    if (text.trim() === '') return;
    this.#running = new AbortController();
    const { display, summary } = this.#options;
    const onMessage = display.before((said: Message) => message(said.text));
    try {
      for await (const { result, stats } of this.#batch.run(text, { signal: this.#running.signal, onMessage })) {
        if (result !== undefined) await this.#print(result);
        display.clear();
        tellSummary(stats, summary);
      }
      this.#running = undefined;
    } catch (failure) {
      this.#failed = true;
      display.clear();
      const moved = failure instanceof SqlcError ? shifted(failure, from) : failure;
      tellFailure(moved, { text: all, name: '<stdin>', parts: this.#reader.parts });
      if (!this.#stopped) this.#running = undefined;
    }
  }

  /** After GO variables are gone. */
  async #nextBatch(): Promise<void> {
    const { engine, parameters } = this.#options;
    await this.#batch.end();
    this.#batch = engine.openBatch(parameters);
  }

  async #print(result: Result): Promise<void> {
    const { format } = this.#options;
    if (this.#printed++ > 0) await this.#sink.write(format.separator);
    await format.write({ schema: result.schema, batches: result.batches() }, this.#sink, {
      width: process.stdout.columns,
      several: true,
    });
  }
}

function shifted(failure: SqlcError, by: number): SqlcError {
  const { code, message, number, span, hint, others, cause } = failure;
  const moved = span === undefined ? undefined : { start: span.start + by, end: span.end + by };
  return new SqlcError(code, message, { number, hint, cause, span: moved, others: others.map((o) => shifted(o, by)) });
}
