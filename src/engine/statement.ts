// One statement at a time: which file runs it, and where its errors point.

import { at, invariant, SqlcError } from '../common/errors.ts';
import { type TraceSpan, UNTRACED } from '../common/trace.ts';
import type { RunReport } from '../exec/run-report.ts';
import type { Statement } from '../parser/ast.ts';
import type { ParameterValue } from '../planner/bind/context.ts';
import { runChange } from './change/run-change.ts';
import { explainText } from './explain-text.ts';
import { Result } from './result.ts';
import type { Session } from './session.ts';
import { alterTable, renameObject } from './statements/alter-table.ts';
import { changeOf } from './statements/change-rows.ts';
import { createTable, declareTable } from './statements/create-table.ts';
import { createTableAs, selectInto } from './statements/create-table-as.ts';
import { createView } from './statements/create-view.ts';
import { defineObject } from './statements/define-object.ts';
import { createIndex, createSchema, createStatistics, updateStatistics } from './statements/define-schema.ts';
import { alterSequence, createSequence } from './statements/define-sequence.ts';
import { truncate } from './statements/delete.ts';
import { dropObject } from './statements/drop-object.ts';
import { explainStatement } from './statements/explain.ts';
import { runSelect } from './statements/run-select.ts';
import { setIdentityInsert, setOption } from './statements/set-option.ts';
import { runTransaction } from './statements/transaction.ts';
import { refuseUnbuiltParts, unbuilt } from './statements/unbuilt.ts';
import { useDatabase } from './statements/use-database.ts';
import { endStatement, statementSpan } from './telemetry.ts';
import { textResult } from './text-result.ts';

export interface StatementContext {
  readonly session: Session;
  /** The script that the statement's places point into. */
  readonly text: string;
  readonly parameters: ReadonlyMap<string, ParameterValue>;
  readonly signal: AbortSignal | undefined;
  readonly report: RunReport;
  /** Of the statement while it runs. */
  readonly span: TraceSpan;
  /** An error without a place gets the statement's. */
  placed(failure: unknown): unknown;
}

/** Runs a statement; a query's work starts when its result is read. */
export async function runStatement(statement: Statement, given: StatementContext): Promise<Result | undefined> {
  const { session, report } = given;
  session.checkOpen();
  const span = await statementSpan(statement);
  try {
    const result = await dispatch(statement, { ...given, span });
    if (result === undefined) endStatement(span, report, undefined);
    return result === undefined || span === UNTRACED ? result : untilRead(result, span);
  } catch (failure) {
    if (report.status === 'running') report.status = 'failed';
    endStatement(span, report, failure);
    throw given.placed(failure);
  }
}

/** The same result; its end is the span's. */
function untilRead(result: Result, span: TraceSpan): Result {
  return new Result(result.schema, result.stats, async function* () {
    let failure: unknown;
    try {
      yield* result.batches();
    } catch (thrown) {
      failure = thrown;
      throw thrown;
    } finally {
      endStatement(span, result.stats, failure);
    }
  });
}

async function dispatch(statement: Statement, context: StatementContext): Promise<Result | undefined> {
  const { session, report } = context;
  refuseUnbuiltParts(statement);
  switch (statement.kind) {
    case 'select-statement': {
      const into = selectInto(statement);
      if (into === undefined) return runSelect(statement, context);
      await createTableAs(into, context);
      return undefined;
    }
    case 'explain': {
      const snapshot = await session.parts.store.snapshot();
      const explained = await explainStatement(statement.statement, context, snapshot, { steps: false });
      if (!statement.analyze) return textResult('plan', explainText(explained).split('\n'), report);
      const result = await dispatch(statement.statement, context);
      if (result !== undefined) for await (const _ of result.batches());
      return textResult('plan', explainText({ ...explained, actual: report }).split('\n'), report);
    }
    case 'create-table':
      await createTable(statement, context);
      break;
    case 'alter-table':
      await alterTable(statement, context);
      break;
    case 'rename':
      await renameObject(statement, context);
      break;
    case 'create-view':
      await createView(statement, context);
      break;
    case 'create-schema':
      await createSchema(statement, context);
      break;
    case 'create-sequence':
      await createSequence(statement, context);
      break;
    case 'alter-sequence':
      await alterSequence(statement, context);
      break;
    case 'create-statistics':
      await createStatistics(statement, context);
      break;
    case 'update-statistics':
      await updateStatistics(statement, context);
      break;
    case 'create-index':
      await createIndex(statement, context);
      break;
    case 'permission':
      // There are no users: nothing to grant.
      break;
    case 'declare-table':
      await declareTable(statement, context);
      break;
    case 'set-identity-insert':
      await setIdentityInsert(statement, context);
      break;
    case 'create-table-as':
      await createTableAs(statement, context);
      return undefined;
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return runChange(changeOf(statement, session), context);
    case 'truncate':
      await truncate(statement, context);
      break;
    case 'transaction':
      await runTransaction(statement, context);
      break;
    case 'use':
      useDatabase(statement, context);
      break;
    case 'declare':
    case 'set-variable':
    case 'if':
    case 'while':
    case 'block':
    case 'try':
    case 'break':
    case 'continue':
    case 'return':
    case 'print':
    case 'throw':
    case 'raiserror':
      return invariant(false, `${statement.kind} is the interpreter's`) as never;
    case 'set':
      setOption(statement, context);
      break;
    case 'drop':
      await dropObject(statement, context);
      break;
    case 'create-credential':
    case 'alter-credential':
    case 'create-service':
    case 'alter-service':
    case 'create-data-source':
    case 'create-file-format':
    case 'create-external-table':
      await defineObject(statement, context);
      break;
    default:
      throw unbuilt(statement);
  }
  report.status = 'done';
  return undefined;
}

/** The first line of a statement: where an error of its run points. */
export function placeIn(text: string, statement: Statement): (failure: unknown) => unknown {
  const { start, end } = statement.span;
  const line = text.indexOf('\n', start);
  const span = { start, end: line < 0 ? end : Math.min(end, line) };
  return (failure) => (failure instanceof SqlcError ? at(failure, span) : failure);
}
