// Lists and structs as values, and what stands in them: ours, T-SQL has neither.

import { familyOf, INT, list, type SqlType, typeName } from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import type * as ast from '../../parser/ast.ts';
import { type Expr, operator } from '../expression.ts';
import type { Env } from './context.ts';
import { bindExpression } from './expression.ts';
import { operandType, unify } from './operators.ts';
import { fieldsOf } from './scope.ts';
import { coerce } from './types.ts';

/** `[1, 2]`: the values in the type they have in common. */
export function bindList(e: ast.ListLiteral, env: Env): Expr {
  const items = e.items.map((item) => bindExpression(item, env));
  const common = unify(items, 'a list', e.span);
  const type = common.kind === 'null' ? INT : common;
  return operator(
    'list',
    items.map((item) => coerce(item, type)),
    list(type),
    e.span,
  );
}

/** `{'a': 1}`. */
export function bindStruct(e: ast.StructLiteral, env: Env): Expr {
  const fields = e.fields.map(({ name, value }) => ({ name, value: bindExpression(value, env) }));
  const seen = new Set<string>();
  for (const { name } of fields) {
    if (seen.has(name.toLowerCase()))
      throw error('bind/duplicate-column', { name, relation: 'a struct' }, { span: e.span });
    seen.add(name.toLowerCase());
  }
  const typed = fields.map(({ value }) => (value.type.kind === 'null' ? coerce(value, INT) : value));
  const type: SqlType = {
    kind: 'struct',
    fields: fields.map(({ name }, i) => ({ name, type: typed[i]?.type ?? INT })),
  };
  return operator('struct', typed, type, e.span);
}

/** `list[1]`, from 1, NULL outside; `struct['a']`. */
export function bindSubscript(e: ast.Subscript, env: Env): Expr {
  const operand = bindExpression(e.operand, env);
  if (operand.type.kind === 'struct' && e.index.kind === 'string')
    return fieldsOf(operand, [{ name: e.index.value, quoted: true, span: e.index.span }]);
  if (operand.type.kind !== 'list') throw operandType(operand, 'a subscript', e.span);
  const index = bindExpression(e.index, env);
  if (index.type.kind !== 'null' && familyOf(index.type) !== 'integer')
    throw error('bind/operand-type', { found: typeName(index.type), operation: 'a subscript' }, { span: e.index.span });
  return operator(
    'element',
    [operand, coerce(index, index.type.kind === 'bigint' ? index.type : INT)],
    operand.type.element,
    e.span,
  );
}
