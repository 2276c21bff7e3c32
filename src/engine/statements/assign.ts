// SELECT @a = x, @b = y FROM …: the values of the last row, nothing where there is none.

import { error } from '../../common/errors.ts';
import type { Expression, Query, SelectItem, SelectStatement, TypeName } from '../../parser/ast.ts';
import { childrenOf } from '../../parser/shape.ts';
import type { BatchScope, Variable } from '../batch-scope.ts';
import { literalOf } from '../evaluate.ts';
import type { StatementContext } from '../statement.ts';
import { runSelect } from './run-select.ts';

/** The parser lets only such items stand beside each other. */
export function isAssignment({ query: { body } }: SelectStatement): boolean {
  return body.kind === 'select' && body.items.some((item) => item.variable !== undefined);
}

/** @throws SqlcError not-supported where a row's value would depend on the row before */
export async function assignFromRows(
  statement: SelectStatement,
  scope: BatchScope,
  context: StatementContext,
): Promise<void> {
  const { query } = statement;
  const { body } = query;
  if (body.kind !== 'select') return;
  const targets = body.items.map((item) => scope.variable(item.variable ?? '', item.span));
  if (body.from.length > 0) refuseFolding(body.items, targets);
  const items = body.items.map((item, i): SelectItem => {
    const expression = converted(item.expression, targets[i]?.declared);
    return { ...item, variable: undefined, expression };
  });
  const result = await runSelect({ ...statement, query: { ...query, body: { ...body, items } } }, context);
  let last: Record<string, unknown> | undefined;
  for await (const row of result.rows()) last = row;
  if (last === undefined) return;
  const values = Object.values(last);
  for (const [i, target] of targets.entries()) target.value = literalOf(values[i]);
}

/** The rows alone, for whoever assigns nothing. */
export function unassigned(query: Query): Query {
  const { body } = query;
  if (body.kind !== 'select') return query;
  return { ...query, body: { ...body, items: body.items.map((item) => ({ ...item, variable: undefined })) } };
}

/** `SELECT @s = @s + a FROM t` is evaluated row by row in T-SQL, in no defined order; set-oriented it would be wrong. */
function refuseFolding(items: readonly SelectItem[], targets: readonly Variable[]): void {
  const names = new Set(targets.map((t) => t.name.toLowerCase()));
  const visit = (e: Expression): void => {
    if (e.kind === 'parameter' && names.has(e.name.toLowerCase())) {
      throw error(
        'not-supported',
        { what: `a SELECT over rows that assigns @${e.name} from itself` },
        { span: e.span, hint: 'Use an aggregate: STRING_AGG, SUM.' },
      );
    }
    for (const child of childrenOf(e)) visit(child);
  };
  for (const item of items) visit(item.expression);
}

/** The value as the variable's type takes it. */
export function converted(operand: Expression, type: TypeName | undefined): Expression {
  if (type === undefined) return operand;
  return {
    kind: 'cast',
    method: 'cast',
    operand,
    type,
    style: undefined,
    culture: undefined,
    onError: 'fail',
    span: operand.span,
  };
}
