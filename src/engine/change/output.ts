// OUTPUT: a query over the staged rows, as they will be (inserted) and as they were (deleted).

import type { StoredTable } from '../../catalog/definitions.ts';
import type { Snapshot } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import { newReport } from '../../exec/run-report.ts';
import type * as ast from '../../parser/ast.ts';
import { Result } from '../result.ts';
import { spooled } from '../spool.ts';
import type { StatementContext } from '../statement.ts';
import { runSelect } from '../statements/run-select.ts';
import type { Changes } from './change-set.ts';
import { ROW } from './target.ts';
import { both, caseOf, columnOf, isNull, item, select, tableOf } from './tree.ts';

export interface OutputQuery {
  readonly query: ast.Query;
  /** With `inserted` and `deleted` in it. */
  readonly snapshot: Snapshot;
}

export function outputQuery(
  output: ast.Output,
  changes: Changes,
  kind: 'insert' | 'update' | 'delete' | 'merge',
): OutputQuery {
  const { table, work, inputs } = changes;
  const { span } = output;
  const [database = '', schema = ''] = work.names.area.split('.');
  const columns = [...table.columns, { name: ROW, type: { kind: 'bigint' as const }, nullable: true }];
  const staged = (name: string): StoredTable => ({ kind: 'stored', schema, name, columns, database });
  const snapshot = { ...inputs.snapshot, tables: [...inputs.snapshot.tables, staged('inserted'), staged('deleted')] };
  const items = output.items.flatMap((i) => shown(i, table, kind));
  return { query: select({ items, from: [rowsOf(kind, schema, span)], span }), snapshot };
}

function rowsOf(kind: 'insert' | 'update' | 'delete' | 'merge', schema: string, span: Span): ast.TableSource {
  const [inserted, deleted] = ['inserted', 'deleted'].map((name) => tableOf([schema, name], name, span));
  if (inserted === undefined || deleted === undefined || kind === 'insert')
    return inserted ?? tableOf([schema], undefined, span);
  if (kind === 'delete') return deleted;
  const on: ast.Expression = {
    kind: 'binary',
    operator: '=',
    left: columnOf(['inserted', ROW], span),
    right: columnOf(['deleted', ROW], span),
    span,
  };
  return {
    kind: 'join',
    type: kind === 'merge' ? 'full' : 'inner',
    left: inserted,
    right: deleted,
    on,
    using: undefined,
    span,
  };
}

function shown(written: ast.SelectItem, table: StoredTable, kind: string): ast.SelectItem[] {
  const { expression } = written;
  if (expression.kind === 'star') {
    const from = expression.qualifier[0]?.name ?? (kind === 'delete' ? 'deleted' : 'inserted');
    return table.columns.map((c) => item(columnOf([from, c.name], expression.span), c.name));
  }
  if (expression.kind !== 'column' || expression.parts.length !== 1) return [written];
  const [{ name, span } = { name: '', span: expression.span }] = expression.parts;
  if (name.toLowerCase() !== '$action') return [written];
  if (kind !== 'merge') throw error('bind/unknown-column', { name, where: ' outside MERGE' }, { span });
  return [{ ...written, expression: actionOf(span), alias: written.alias ?? { name, quoted: true, span } }];
}

/** A row that was there and stays is updated; a new one has no place yet. */
function actionOf(span: Span): ast.Expression {
  const text = (value: string): ast.StringLiteral => ({ kind: 'string', value, national: true, span });
  const was = isNull(columnOf(['deleted', ROW], span), true);
  const is = isNull(columnOf(['inserted', ROW], span), true);
  return caseOf(
    [
      { when: both(was, is), then: text('UPDATE') },
      { when: was, then: text('DELETE') },
    ],
    text('INSERT'),
    span,
  );
}

/** The rows of OUTPUT, kept: the statement is done before they are read. */
export async function outputRows({ query, snapshot }: OutputQuery, context: StatementContext): Promise<Result> {
  const statement: ast.SelectStatement = { kind: 'select-statement', query, options: [], span: query.span };
  const result = await runSelect(statement, { ...context, report: newReport('') }, snapshot);
  const kept = await spooled(result, context.session);
  return new Result(kept.schema, context.report, () => kept.batches());
}
