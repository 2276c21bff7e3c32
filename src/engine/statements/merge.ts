// MERGE: target and source joined once; for each joined row the first clause whose condition holds says what happens.
// Values are computed only for the rows of their clause. The new rows of all clauses and the old ones are staged.

import type { StoredTable } from '../../catalog/definitions.ts';
import { error } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import type * as ast from '../../parser/ast.ts';
import { columnName, type Fragment } from '../../planner/unparse.ts';
import { type Changes, placeSql, stageDeleted, stageInserted, type Value } from '../change/change-set.ts';
import { defaultOf } from '../change/defaults.ts';
import type { ChangeStatement } from '../change/run-change.ts';
import { columnIndex, ROW, referenceOf, refuseTwice, targetTable } from '../change/target.ts';
import { both, caseOf, columnOf, integer, isNull, item, select } from '../change/tree.ts';
import { assignedColumns } from './update.ts';

/** Column of the source that is not NULL where a row of it matched. */
const SOURCE = '#source';
const ACTION = '#action';

/** What a clause does: the columns it gives values to, and the values. */
interface Step {
  readonly clause: ast.MergeClause;
  readonly columns: readonly number[];
  readonly values: readonly ast.Expression[];
}

/** @param rowLimit of SET ROWCOUNT */
export function merging(statement: ast.Merge, rowLimit: number | undefined): ChangeStatement {
  const { options, output } = statement;
  const isCut = statement.top !== undefined || rowLimit !== undefined;
  return {
    kind: 'merge',
    options,
    output,
    plan: (snapshot) => {
      const target = referenceOf(statement.target);
      const table = targetTable(target.name, snapshot);
      const steps = statement.clauses.map((clause) => stepOf(clause, table));
      return {
        table,
        query: mergeQuery(statement, target, table, steps, isCut),
        stage: (changes, source) => stage(changes, source, steps),
      };
    },
  };
}

function stepOf(clause: ast.MergeClause, table: StoredTable): Step {
  const { action } = clause;
  switch (action.kind) {
    case 'merge-delete':
      return { clause, columns: [], values: [] };
    case 'merge-update': {
      const { columns, items } = assignedColumns(action.set, table);
      return { clause, columns, values: items.map((i) => i.expression) };
    }
    case 'merge-insert': {
      refuseTwice(action.columns);
      const identity = table.columns.findIndex((c) => c.identity !== undefined);
      const all = table.columns.flatMap((_, i) => (i === identity ? [] : [i]));
      const columns = action.columns.length === 0 ? all : action.columns.map((name) => columnIndex(table, name));
      const written = action.values;
      if (written === undefined) return { clause, columns: [], values: [] };
      if (written.length !== columns.length) {
        const params = { table: table.name, expected: columns.length, found: written.length };
        throw error('change/column-count', params, { span: action.span });
      }
      const given = columns.indexOf(identity);
      if (identity >= 0 && given >= 0) {
        const params = { column: table.columns[identity]?.name ?? '', table: table.name };
        throw error('change/identity-insert', params, { span: action.columns[given]?.span ?? action.span });
      }
      const values = written.map((e, i) => (e.kind === 'default' ? defaultOf(table, columns[i] ?? -1, e.span) : e));
      return { clause, columns, values };
    }
  }
}

function mergeQuery(
  statement: ast.Merge,
  target: ast.TableReference,
  table: StoredTable,
  steps: readonly Step[],
  isCut: boolean,
): ast.Query {
  const { ctes, on, span, top } = statement;
  const name = target.alias?.name ?? table.name;
  const source = marked(statement.source, span);
  const here = columnOf([name, ROW], span);
  const there = columnOf([SOURCE], span);
  const conditions = steps.map(({ clause }) => conditionOf(clause, here, there));
  // A value is that of its clause: for a row that an earlier one takes, nothing of it is computed.
  const taken = (i: number, value: ast.Expression): ast.Expression => {
    const nothing: ast.Expression = { kind: 'null', span: value.span };
    const earlier = conditions.slice(0, i).map((when) => ({ when, then: nothing }));
    return caseOf([...earlier, { when: conditions[i] ?? nothing, then: value }], undefined, value.span);
  };
  const action = caseOf(
    conditions.map((when, i) => ({ when, then: integer(i + 1, span) })),
    integer(0, span),
    span,
  );
  const items = [
    item(here, ROW),
    item(action, ACTION),
    ...steps.flatMap(({ values }, i) => values.map((value, k) => item(taken(i, value), `v${i + 1}_${k + 1}`))),
  ];
  const rows: ast.Join = {
    kind: 'join',
    type: joinOf(steps),
    left: { ...target, rowId: ROW },
    right: source,
    on,
    using: undefined,
    span,
  };
  // Rows that no clause takes do not count (T-SQL reference: MERGE, TOP).
  const where: ast.Expression | undefined = isCut
    ? { kind: 'binary', operator: '<>', left: action, right: integer(0, span), span }
    : undefined;
  return select({ items, from: [rows], where, top, ctes, span });
}

function joinOf(steps: readonly Step[]): ast.Join['type'] {
  const kinds = new Set(steps.map(({ clause }) => clause.match));
  const [toSource, toTarget] = [kinds.has('not-matched'), kinds.has('not-matched-by-source')];
  return toSource && toTarget ? 'full' : toSource ? 'right' : toTarget ? 'left' : 'inner';
}

function conditionOf(clause: ast.MergeClause, here: ast.Expression, there: ast.Expression): ast.Expression {
  const isHere = isNull(here, true);
  switch (clause.match) {
    case 'matched':
      return both(both(isHere, isNull(there, true)), clause.condition);
    case 'not-matched':
      return both(isNull(here, false), clause.condition);
    case 'not-matched-by-source':
      return both(isNull(there, false), clause.condition);
  }
}

/** The source with a column that says whether a row of it is there. */
function marked(source: ast.TableSource, span: Span): ast.TableSource {
  const alias = 'alias' in source ? source.alias : undefined;
  const own = source.kind === 'table' ? source.name.parts.at(-1) : undefined;
  const star: ast.Star = { kind: 'star', qualifier: [], exclude: [], replace: [], span };
  const query = select({
    items: [{ ...item(star, ''), alias: undefined }, item(integer(1, span), SOURCE)],
    from: [source],
    span,
  });
  return { kind: 'derived', query, alias: alias ?? own, columns: [], span };
}

async function stage(changes: Changes, { sql, columns, parameters }: Fragment, steps: readonly Step[]): Promise<void> {
  const { work, table } = changes;
  const { signal } = work.options;
  const [row, action, ...values] = columns;
  if (row === undefined || action === undefined) return;
  const merged = `${work.names.area}.merged`;
  const isDone = `${columnName(action.id)} <> 0`;
  await work.connection.run(
    `CREATE TABLE ${merged} AS SELECT * FROM (${sql}) AS s WHERE ${isDone}`,
    parameters,
    signal,
  );
  const place = columnName(row.id);
  const twice = await work.connection.rows(
    `SELECT 1 FROM ${merged} WHERE ${place} IS NOT NULL GROUP BY ${place} HAVING count(*) > 1 LIMIT 1`,
  );
  if (twice.length > 0) throw error('change/merge-twice', { table: table.name });
  const identity = table.columns.findIndex((c) => c.identity !== undefined);
  let next = 0;
  for (const [i, step] of steps.entries()) {
    const own = values.slice(next, next + step.values.length);
    next += step.values.length;
    const rows = `(SELECT * FROM ${merged} WHERE ${columnName(action.id)} = ${i + 1}) AS s`;
    const { kind } = step.clause.action;
    const given = (otherwise: (column: number) => Value) =>
      table.columns.map((_, c): Value => {
        const value = own[step.columns.indexOf(c)];
        return value === undefined || !step.columns.includes(c)
          ? otherwise(c)
          : { kind: 'source', sql: `s.${columnName(value.id)}`, type: value.type };
      });
    if (kind === 'merge-insert') {
      changes.inserts = true;
      changes.givesIdentities = identity >= 0;
      await stageInserted(
        changes,
        given((c) => ({ kind: c === identity ? 'identity' : 'default' })),
        rows,
        'NULL',
        [],
      );
    } else if (kind === 'merge-update') {
      changes.updates = true;
      const from = `${rows} JOIN ${placeSql(table)} AS t ON t.rowid = s.${place}`;
      await stageInserted(
        changes,
        given(() => ({ kind: 'kept' })),
        from,
        't.rowid',
        [],
      );
    } else {
      changes.deletes = true;
    }
  }
  await stageDeleted(changes, `SELECT ${place} FROM ${merged} WHERE ${place} IS NOT NULL`, []);
}
