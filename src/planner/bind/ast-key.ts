// When two written expressions are the same expression: equal text up to case, spacing and qualification of columns.

import type { Expression, FunctionCall, NextValue } from '../../parser/ast.ts';
import { resolveColumn, type Scope } from './scope.ts';

/** Equal for `r.t` and `T`; what does not resolve is compared as written. */
export function astKey(expression: Expression, scope: Scope): string {
  return JSON.stringify(expression, (name, value: unknown) => {
    if (name === 'span') return undefined;
    if (isNode(value, 'column')) {
      const found = tryResolve(value, scope);
      if (found !== undefined) return { column: found };
    }
    if (isNode(value, 'binary')) return { chain: operandsOf(value) };
    if (isNode(value, 'call')) return { ...value, name: value.name.name.toLowerCase() };
    return value;
  });
}

/** `a + b - c` as a, +, b, -, c: long chains are deeper than JSON can be written. */
function operandsOf(chain: Expression): unknown[] {
  const backwards: unknown[] = [];
  let left = chain;
  for (; left.kind === 'binary'; left = left.left) backwards.push(left.right, left.operator);
  return [left, ...backwards.reverse()];
}

export function isNode<K extends Expression['kind']>(
  value: unknown,
  kind: K,
): value is Extract<Expression, { kind: K }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
}

function tryResolve(reference: Extract<Expression, { kind: 'column' }>, scope: Scope): string | undefined {
  try {
    const expr = resolveColumn(scope, reference.parts, reference.span);
    return expr.kind === 'column' ? `c${expr.id}` : undefined;
  } catch {
    return undefined; // reported when the expression itself is bound
  }
}

/** Calls in an expression, those inside subqueries not. */
export function callsIn(value: unknown, visit: (call: FunctionCall) => void): void {
  visitNodes(value, (node) => {
    if (isNode(node, 'call')) visit(node);
  });
}

/** Unqualified column names in an expression, in lower case, those inside subqueries not. */
export function columnNamesIn(value: unknown, visit: (name: string) => void): void {
  visitNodes(value, (node) => {
    if (isNode(node, 'column') && node.parts.length === 1) visit(node.parts[0]?.name.toLowerCase() ?? '');
  });
}

/** NEXT VALUE FOR in an expression, inside subqueries not. */
export function nextValuesIn(value: unknown, visit: (node: NextValue) => void): void {
  visitNodes(value, (node) => {
    if (isNode(node, 'next-value')) visit(node);
  });
}

/** Everything in an expression in the order of the text, subqueries left out. Chains of operators are long, so it does not recurse. */
function visitNodes(value: unknown, visit: (node: object) => void): void {
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (typeof node !== 'object' || node === null || ('kind' in node && node.kind === 'query')) continue;
    if (!Array.isArray(node)) visit(node);
    const children = Object.entries(node).filter(([name]) => name !== 'span');
    for (const [, child] of children.reverse()) waiting.push(child);
  }
}
