// The children of expressions, for whoever walks the tree. Of nested queries it says only that they are there.

import { unreachable } from '../common/errors.ts';
import type { Expression, FrameBound, FunctionCall, OrderItem, Query, WindowSpec } from './ast.ts';

/** The expressions directly inside an expression, in the order of the text; those of nested queries are not among them. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'column':
    case 'star':
    case 'number':
    case 'string':
    case 'binary-literal':
    case 'null':
    case 'boolean':
    case 'parameter':
    case 'exists':
    case 'scalar-query':
    case 'default':
    case 'system-variable':
      return [];
    case 'next-value':
      return expression.over === undefined ? [] : childrenOfWindow(expression.over);
    case 'unary':
    case 'is-null':
    case 'in-query':
    case 'quantified':
    case 'field':
    case 'collate':
      return [expression.operand];
    case 'binary':
    case 'is-distinct':
      return [expression.left, expression.right];
    case 'between':
      return [expression.operand, expression.low, expression.high];
    case 'in-list':
      return [expression.operand, ...expression.items];
    case 'like':
      return present([expression.operand, expression.pattern, expression.escape]);
    case 'case':
      return present([
        expression.operand,
        ...expression.branches.flatMap(({ when, then }) => [when, then]),
        expression.otherwise,
      ]);
    case 'cast':
      return present([expression.operand, expression.style, expression.culture]);
    case 'at-time-zone':
      return [expression.operand, expression.zone];
    case 'row':
      return expression.items;
    case 'method-call':
      return [expression.operand, ...expression.args];
    case 'call':
      return childrenOfCall(expression);
    case 'list':
      return expression.items;
    case 'struct':
      return expression.fields.map(({ value }) => value);
    case 'subscript':
      return [expression.operand, expression.index];
    default:
      return unreachable(expression);
  }
}

/** The query directly inside an expression. */
export function queryOf(expression: Expression): Query | undefined {
  return 'query' in expression ? expression.query : undefined;
}

function childrenOfCall(call: FunctionCall): Expression[] {
  const over = call.over === undefined ? [] : childrenOfWindow(call.over);
  return [...call.args, ...present([call.model?.parameters]), ...(call.withinGroup ?? []).map(expressionOf), ...over];
}

function childrenOfWindow({ partitionBy, orderBy, frame }: WindowSpec): Expression[] {
  return [...partitionBy, ...orderBy.map(expressionOf), ...present([offsetOf(frame?.start), offsetOf(frame?.end)])];
}

function expressionOf(item: OrderItem): Expression {
  return item.expression;
}

function offsetOf(bound: FrameBound | undefined): Expression | undefined {
  return bound !== undefined && 'offset' in bound ? bound.offset : undefined;
}

function present(expressions: readonly (Expression | undefined)[]): Expression[] {
  return expressions.filter((expression) => expression !== undefined);
}
