// Runs the statements of a script: blocks, branches, loops and error handlers are walked here, everything else is
// statement.ts's. Yields each executed statement; a result must be read, or closed, before the next one is asked for.

import { error } from '../common/errors.ts';
import type { Span } from '../common/span.ts';
import { UNTRACED } from '../common/trace.ts';
import { newReport, type RunReport } from '../exec/run-report.ts';
import type { Batch, Expression, Statement, Try, TypeName, While } from '../parser/ast.ts';
import type { ParameterValue } from '../planner/bind/context.ts';
import { bindType } from '../planner/bind/type-name.ts';
import { BatchScope } from './batch-scope.ts';
import { evaluate, holds } from './evaluate.ts';
import { type Caught, caughtOf, isCatchable, type Message, numberOf } from './raised.ts';
import { reportedText } from './reported-text.ts';
import type { Result } from './result.ts';
import type { Session } from './session.ts';
import { spooled } from './spool.ts';
import { placeIn, runStatement, type StatementContext } from './statement.ts';
import { assignFromRows, converted, isAssignment } from './statements/assign.ts';
import { print, raise, rethrow, throwError } from './statements/raise.ts';
import { textResult } from './text-result.ts';

export interface ScriptStep {
  readonly statement: Statement;
  /** Must be read, or closed, before the next step is asked for. */
  readonly result: Result | undefined;
  /** The statement's run report; `result.stats` where it has a result. */
  readonly stats: RunReport;
}

export interface Script {
  readonly session: Session;
  readonly text: string;
  readonly parameters: ReadonlyMap<string, ParameterValue>;
  readonly signal: AbortSignal | undefined;
  readonly onReport: ((report: RunReport) => void) | undefined;
  readonly onMessage: ((message: Message) => void) | undefined;
  /** Of a batch that goes on after this text: its variables stay. */
  readonly scope?: BatchScope | undefined;
}

/** Where control goes after a statement: RETURN leaves the batch. */
type Flow = 'next' | 'break' | 'continue' | 'return';
type Steps = AsyncGenerator<ScriptStep, Flow>;
/** What is no control flow. */
type SimpleStatement = Exclude<Statement, { kind: 'block' | 'if' | 'while' | 'try' | 'break' | 'continue' | 'return' }>;

/** @throws SqlcError the first error that no CATCH handles */
export async function* runBatches(batches: readonly Batch[], script: Script): AsyncGenerator<ScriptStep> {
  for (const { statements, repeat } of batches) {
    for (let i = 0; i < repeat; i++) {
      const scope = script.scope ?? new BatchScope(script.parameters);
      try {
        yield* new Interpreter(script, scope).sequence(statements);
      } finally {
        if (scope !== script.scope) await endOf(scope, script.session);
      }
    }
  }
}

/** Runs one statement and gives its result, or one of no rows; that of a query starts when it is read. */
export async function runOnly(statement: Statement, script: Script): Promise<Result> {
  let report: RunReport | undefined;
  const onReport = (started: RunReport) => {
    report = started;
    script.onReport?.(started);
  };
  const steps = runBatches([{ statements: [statement], repeat: 1 }], { ...script, onReport });
  const last: Result[] = [];
  for await (const { result } of steps) {
    if (result === undefined) continue;
    // A query of its own is the caller's to read.
    if (statement.kind === 'select-statement' || statement.kind === 'explain') return result;
    last[0] = await spooled(result, script.session);
  }
  return last[0] ?? textResult('result', [], report ?? newReport(''));
}

/** Table variables go with their batch. */
export async function endOf(scope: BatchScope, { parts }: Session): Promise<void> {
  for (const name of scope.tables) await parts.store.forget(name);
}

export class Interpreter {
  readonly #script: Script;
  readonly #scope: BatchScope;
  /** How many WHILE the statement stands in. */
  #loops = 0;

  constructor(script: Script, scope: BatchScope) {
    this.#script = script;
    this.#scope = scope;
  }

  async *sequence(statements: readonly Statement[]): Steps {
    for (const statement of statements) {
      const flow = yield* this.#run(statement);
      if (flow !== 'next') return flow;
    }
    return 'next';
  }

  async *#run(statement: Statement): Steps {
    const { session } = this.#script;
    session.checkOpen();
    switch (statement.kind) {
      case 'block':
        return yield* this.sequence(statement.statements);
      case 'if': {
        const branch = (await this.#holds(statement)) ? statement.then : statement.otherwise;
        return branch === undefined ? 'next' : yield* this.#run(branch);
      }
      case 'while':
        return yield* this.#loop(statement);
      case 'try':
        return yield* this.#try(statement);
      case 'break':
        if (this.#loops === 0) throw error('script/break', {}, { span: statement.span });
        return 'break';
      case 'continue':
        if (this.#loops === 0) throw error('script/continue', {}, { span: statement.span });
        return 'continue';
      case 'return':
        return 'return';
      default:
        return yield* this.#step(statement);
    }
  }

  async #holds(statement: Extract<Statement, { condition: unknown }>): Promise<boolean> {
    const { state } = this.#script.session;
    const context = this.#context(statement);
    try {
      const result = await holds(statement.condition, context);
      state.error = 0;
      return result;
    } catch (failure) {
      throw context.placed(failure);
    }
  }

  async *#loop(statement: While): Steps {
    this.#loops += 1;
    try {
      while (await this.#holds(statement)) {
        const flow = yield* this.#run(statement.body);
        if (flow === 'break') break;
        if (flow === 'return') return flow;
      }
      return 'next';
    } finally {
      this.#loops -= 1;
    }
  }

  async *#try(statement: Try): Steps {
    const { session, text } = this.#script;
    const steps = this.sequence(statement.statements);
    let failure: unknown;
    try {
      // A result is run to its end in here, so that what fails while it is read is caught too.
      for (;;) {
        const next = await steps.next();
        if (next.done) return next.value;
        const { result } = next.value;
        yield { ...next.value, result: result && (await spooled(result, session)) };
      }
    } catch (thrown) {
      if (!isCatchable(thrown)) throw thrown;
      failure = thrown;
    }
    const caught: Caught = caughtOf(failure as Parameters<typeof caughtOf>[0], text); // isCatchable has checked it
    this.#failed(caught);
    this.#scope.caught.push(caught);
    try {
      return yield* this.sequence(statement.handler);
    } finally {
      this.#scope.caught.pop();
    }
  }

  #failed(caught: Caught): void {
    const { state, parts } = this.#script.session;
    state.error = caught.number;
    state.rowCount = 0;
    if (state.xactAbort && parts.store.depth > 0) state.doomed = true;
  }

  /** One statement that is no control flow. */
  async *#step(statement: SimpleStatement): Steps {
    const { session } = this.#script;
    const context = this.#context(statement);
    try {
      const result = await this.#execute(statement, context);
      yield { statement, result, stats: context.report };
      const { store } = session.parts;
      if (store.counts) await store.settleCounters();
      session.state.error = 0;
      session.state.rowCount = rowCountAfter(statement, context.report, session.state.rowCount);
    } catch (failure) {
      if (isCatchable(failure)) session.state.error = numberOf(failure);
      throw failure;
    }
    return 'next';
  }

  async #execute(statement: SimpleStatement, context: StatementContext): Promise<Result | undefined> {
    const { report } = context;
    try {
      switch (statement.kind) {
        case 'declare':
          for (const { name, type, value, span } of statement.variables) {
            const declared = sized(type);
            const isNew = this.#scope.declare({ name, declared, type: bindType(declared, 1), span, value: null });
            const now = this.#context(statement);
            if (value !== undefined) await this.#assign({ name, span }, value, now);
            else if (!isNew) continue;
          }
          break;
        case 'set-variable':
          await this.#assign(statement, statement.value, context);
          break;
        case 'print':
          this.#script.onMessage?.(await print(statement, context));
          break;
        case 'throw': {
          if (statement.error === undefined) throw rethrow(this.#scope.caught.at(-1), statement);
          throw await throwError(statement.error, statement, context);
        }
        case 'raiserror': {
          const message = await raise(statement, context);
          this.#script.onMessage?.(message);
          break;
        }
        case 'select-statement':
          if (isAssignment(statement)) {
            await assignFromRows(statement, this.#scope, context);
            return undefined;
          }
          return await runStatement(statement, context);
        case 'declare-table':
          this.#scope.tables.add(`@${statement.name}`);
          return await runStatement(statement, context);
        default:
          return await runStatement(statement, context);
      }
      report.status = 'done';
      return undefined;
    } catch (failure) {
      if (report.status === 'running') report.status = 'failed';
      throw context.placed(failure);
    }
  }

  async #assign(
    { name, span }: { readonly name: string; readonly span: Span },
    value: Expression,
    context: StatementContext,
  ): Promise<void> {
    const variable = this.#scope.variable(name, span);
    variable.value = (await evaluate(converted(value, variable.declared), context)).value;
  }

  #context(statement: Statement): StatementContext {
    return contextOf(statement, this.#script, this.#scope);
  }
}

export function contextOf(statement: Statement, script: Script, scope: BatchScope): StatementContext {
  const { session, text, signal, onReport } = script;
  const report = newReport(reportedText(statement, text.slice(statement.span.start, statement.span.end)));
  onReport?.(report);
  const parameters = scope.values(session);
  return { session, text, parameters, signal, report, span: UNTRACED, placed: placeIn(text, statement) };
}

/** A length left out of a declaration is 1. */
export function sized(type: TypeName): TypeName {
  const hasLength = /^(n?(var)?char|(var)?binary|character|char varying|binary varying|national .*)/.test(type.name);
  return hasLength && type.parameters.length === 0 ? { ...type, parameters: [1] } : type;
}

/** @@ROWCOUNT: rows returned or changed, 1 of an assignment, 0 of what has no rows; PRINT and its like leave 0 too. */
function rowCountAfter(statement: Statement, report: RunReport, before: number): number {
  switch (statement.kind) {
    case 'set-variable':
      return 1;
    case 'declare':
      return statement.variables.some((v) => v.value !== undefined) ? 1 : before;
    case 'select-statement':
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
    case 'create-table-as':
    case 'copy-into':
      return report.rows;
    default:
      return 0;
  }
}
