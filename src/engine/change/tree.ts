// Small pieces of syntax tree, for the queries behind statements that change rows.

import type { Span } from '../../common/span.ts';
import type * as ast from '../../parser/ast.ts';

export function identifier(name: string, span: Span): ast.Identifier {
  return { name, quoted: true, span };
}

export function columnOf(parts: readonly string[], span: Span): ast.ColumnReference {
  return { kind: 'column', parts: parts.map((name) => identifier(name, span)), span };
}

export function item(expression: ast.Expression, name: string): ast.SelectItem {
  const { span } = expression;
  return { expression, alias: identifier(name, span), variable: undefined, span };
}

export function tableOf(parts: readonly string[], alias: string | undefined, span: Span): ast.TableReference {
  const name = { parts: parts.map((p) => identifier(p, span)), span };
  const given = alias === undefined ? undefined : identifier(alias, span);
  return { kind: 'table', name, alias: given, columns: [], sample: undefined, span };
}

export function integer(value: number, span: Span): ast.NumberLiteral {
  return { kind: 'number', text: String(value), money: false, span };
}

export function isNull(operand: ast.Expression, negated: boolean): ast.IsNull {
  return { kind: 'is-null', operand, negated, span: operand.span };
}

export function both(a: ast.Expression, b: ast.Expression | undefined): ast.Expression {
  return b === undefined ? a : { kind: 'binary', operator: 'and', left: a, right: b, span: a.span };
}

export function caseOf(
  branches: readonly { readonly when: ast.Expression; readonly then: ast.Expression }[],
  otherwise: ast.Expression | undefined,
  span: Span,
): ast.Case {
  return { kind: 'case', operand: undefined, branches, otherwise, span };
}

interface SelectParts {
  readonly items: readonly ast.SelectItem[];
  readonly from: readonly ast.TableSource[];
  readonly where?: ast.Expression | undefined;
  readonly top?: ast.Top | undefined;
  readonly ctes?: readonly ast.CommonTable[];
  readonly span: Span;
}

export function select({ items, from, where, top, ctes = [], span }: SelectParts): ast.Query {
  const body: ast.Select = {
    kind: 'select',
    distinct: false,
    top,
    items,
    into: undefined,
    from,
    where,
    groupBy: [],
    groupByAll: false,
    having: undefined,
    windows: [],
    qualify: undefined,
    span,
  };
  return { kind: 'query', ctes, body, orderBy: [], limit: undefined, offset: undefined, forJson: undefined, span };
}
