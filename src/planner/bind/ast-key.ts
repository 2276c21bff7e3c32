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
    if (isNode(value, 'call')) return { ...value, name: value.name.name.toLowerCase() };
    return value;
  });
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
  nodesIn(value, (node) => {
    if (isNode(node, 'call')) visit(node);
  });
}

/** Unqualified column names in an expression, in lower case, those inside subqueries not. */
export function columnNamesIn(value: unknown, visit: (name: string) => void): void {
  nodesIn(value, (node) => {
    if (isNode(node, 'column') && node.parts.length === 1) visit(node.parts[0]?.name.toLowerCase() ?? '');
  });
}

/** NEXT VALUE FOR in an expression, inside subqueries not. */
export function nextValuesIn(value: unknown, visit: (node: NextValue) => void): void {
  nodesIn(value, (node) => {
    if (isNode(node, 'next-value')) visit(node);
  });
}

/** Objects of a tree from the top, those of subqueries not. */
function nodesIn(value: unknown, visit: (node: object) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) nodesIn(item, visit);
  } else if (typeof value === 'object' && value !== null) {
    if ('kind' in value && value.kind === 'query') return;
    visit(value);
    for (const [name, child] of Object.entries(value)) if (name !== 'span') nodesIn(child, visit);
  }
}
