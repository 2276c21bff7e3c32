// The DEFAULT of a column: an expression that reads no column, converted to the column's type.

import { familyOf, type SqlType, typeName } from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import type { Expression } from '../../parser/ast.ts';
import { exprInOrder } from '../date-order.ts';
import type { Expr } from '../expression.ts';
import { columnIds, type PlanInputs } from '../plan-query.ts';
import { withTypes } from '../type-oracle.ts';
import { clauseEnv, rootContext } from './context.ts';
import { bindExpression } from './expression.ts';
import { NO_SCOPE } from './scope.ts';
import { castable } from './types.ts';

/** @throws SqlcError bind/*, bind/cognitive-place */
export function bindDefault(e: Expression, inputs: PlanInputs): Promise<Expr> {
  return withTypes(inputs.memo, inputs.oracle, () => {
    const { nextId } = columnIds(inputs.learnt);
    const q = rootContext({ ...inputs, insideViews: [], knownTypes: inputs.memo, nextId });
    const env = clauseEnv(q, { scope: NO_SCOPE, clause: 'DEFAULT', hoist: () => undefined });
    return exprInOrder(bindExpression(e, env), inputs.dateOrder);
  });
}

/** Refuses a value that no conversion brings into a column. @throws SqlcError bind/type-clash (206) */
export function checkAssignable(from: SqlType, to: SqlType, column: string): void {
  if (familyOf(from) === 'null' || castable(from, to)) return;
  throw error('bind/type-clash', { left: typeName(from), right: typeName(to), operation: `column "${column}"` });
}
