// The value of one expression, as SET, IF and PRINT need it: a query of one row, run without a work area when it asks
// no service and reads no file.

import type { Expression, Query, SelectItem } from '../parser/ast.ts';
import type { ParameterValue } from '../planner/bind/context.ts';
import type { LiteralValue } from '../planner/expression.ts';
import { planQuery } from '../planner/plan-query.ts';
import type { StatementContext } from './statement.ts';
import { runSelect } from './statements/run-select.ts';

/** @throws SqlcError whatever binding or running the expression says */
export async function evaluate(expression: Expression, context: StatementContext): Promise<ParameterValue> {
  const { session } = context;
  const query = queryOf([{ expression, alias: undefined, variable: undefined, span: expression.span }]);
  const snapshot = await session.parts.store.snapshot();
  const plan = await planQuery(query, session.planInputs(snapshot, context.parameters, 0), 'streaming');
  const { stages, external, output, columns } = plan.physical;
  const type = columns[0]?.type ?? { kind: 'null' as const };
  if (stages.length > 0 || external.length > 0 || output.kind !== 'fragment') {
    const result = await runSelect({ kind: 'select-statement', query, options: [], span: expression.span }, context);
    const [row = {}] = await result.toArray();
    return { value: literalOf(Object.values(row)[0]), type };
  }
  const running = session.begin(context.report, session.settings, context.signal);
  const connection = await session.parts.database.connect();
  try {
    const [[value] = []] = await connection.rows(output.fragment.sql, output.fragment.parameters, running.signal);
    return { value: literalOf(value), type };
  } catch (failure) {
    throw context.placed(failure);
  } finally {
    connection.close();
    running.end();
  }
}

/** Whether a condition is true: not when it is unknown. */
export async function holds(condition: Expression, context: StatementContext): Promise<boolean> {
  const { span } = condition;
  const number = (text: string): Expression => ({ kind: 'number', text, money: false, span });
  const asNumber: Expression = {
    kind: 'case',
    operand: undefined,
    branches: [{ when: condition, then: number('1') }],
    otherwise: number('0'),
    span,
  };
  return (await evaluate(asNumber, context)).value === 1;
}

/** A query of a select list alone. */
export function queryOf(items: readonly SelectItem[]): Query {
  const span = items[0]?.span ?? { start: 0, end: 0 };
  return {
    kind: 'query',
    ctes: [],
    body: {
      kind: 'select',
      distinct: false,
      top: undefined,
      items,
      into: undefined,
      from: [],
      where: undefined,
      groupBy: [],
      groupByAll: false,
      having: undefined,
      windows: [],
      qualify: undefined,
      span,
    },
    orderBy: [],
    limit: undefined,
    offset: undefined,
    forJson: undefined,
    span,
  };
}

/** A value of the relational engine or of a result as a parameter takes it: what is no number or text becomes text. */
export function literalOf(value: unknown): LiteralValue {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return String(value);
    default:
      if (value === null || value === undefined) return null;
      if (value instanceof Uint8Array) return value;
      return 'bytes' in (value as object) ? (value as { bytes: Uint8Array }).bytes : String(value); // a blob has bytes
  }
}
