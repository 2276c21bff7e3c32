// Which names are visible where. A scope lists the relations of one FROM clause; subqueries see their parents.

import { typeName } from '../../arrow/sql-type.ts';
import { sameName } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import { didYouMean } from '../../common/suggest.ts';
import type { Identifier } from '../../parser/ast.ts';
import { type Column, column, type Expr } from '../expression.ts';

export interface Relation {
  /** Alias, or the table's own name. `undefined`: nameless derived table. */
  readonly name: string | undefined;
  /** Schema as written or implied, for `dbo.t.c`; only of tables without an alias. */
  readonly schema: string | undefined;
  readonly columns: readonly Column[];
  /** Columns reachable by qualified name only: USING merged them. */
  readonly merged: ReadonlySet<number>;
}

export interface Scope {
  readonly relations: readonly Relation[];
  readonly parent: Scope | undefined;
}

export const NO_SCOPE: Scope = { relations: [], parent: undefined };

/** Resolves `a`, `t.a`, `s.t.a`, then struct fields `t.a.f.g`; inner scopes first. */
export function resolveColumn(scope: Scope, parts: readonly Identifier[], span: Span): Expr {
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) {
    const found = resolveInLevel(level, parts, span);
    if (found !== undefined) return found;
  }
  throw unknownColumn(scope, parts, span);
}

function resolveInLevel(scope: Scope, parts: readonly Identifier[], span: Span): Expr | undefined {
  const names = parts.map((p) => p.name);
  const [first = '', second, third] = names;
  if (third !== undefined) {
    const relation = scope.relations.find(
      (r) => r.schema !== undefined && sameName(r.schema, first) && named(r, second),
    );
    const found = relation && lookIn([relation], third, span);
    if (found) return fieldsOf(column(found, span), parts.slice(3));
  }
  if (second !== undefined) {
    const relation = scope.relations.find((r) => named(r, first));
    const found = relation && lookIn([relation], second, span);
    if (found) return fieldsOf(column(found, span), parts.slice(2));
    if (relation) throw unknownInRelation(relation, second, parts[1]?.span ?? span);
  }
  const visible = scope.relations.map((r) => ({ ...r, columns: r.columns.filter((c) => !r.merged.has(c.id)) }));
  const found = lookIn(visible, first, span);
  return found && fieldsOf(column(found, span), parts.slice(1));
}

function named(relation: Relation, name: string | undefined): boolean {
  return relation.name !== undefined && name !== undefined && sameName(relation.name, name);
}

function lookIn(relations: readonly Relation[], name: string, span: Span): Column | undefined {
  const matches = relations.flatMap((r) => r.columns.filter((c) => sameName(c.name, name)).map((c) => ({ r, c })));
  if (matches.length > 1) {
    const places = [...new Set(matches.map((m) => `"${m.r.name ?? 'a derived table'}"`))].join(' and ');
    throw error('bind/ambiguous-column', { name, relations: places }, { span });
  }
  return matches[0]?.c;
}

/** Struct fields by name. */
export function fieldsOf(expr: Expr, path: readonly Identifier[]): Expr {
  return path.reduce((operand: Expr, part) => {
    const span = part.span;
    if (operand.type.kind !== 'struct') {
      throw error('bind/operand-type', { found: typeName(operand.type), operation: `".${part.name}"` }, { span });
    }
    const field = operand.type.fields.find((f) => sameName(f.name, part.name));
    if (field === undefined) {
      const hint = didYouMean(
        part.name,
        operand.type.fields.map((f) => f.name),
      );
      throw error('bind/unknown-column', { name: part.name, where: ` in ${typeName(operand.type)}` }, { span, hint });
    }
    return { kind: 'field', operand, name: field.name, type: field.type, span };
  }, expr);
}

function unknownInRelation(relation: Relation, name: string, span: Span) {
  const hint = didYouMean(
    name,
    relation.columns.map((c) => c.name),
  );
  return error('bind/unknown-column', { name, where: ` in "${relation.name}"` }, { span, hint });
}

function unknownColumn(scope: Scope, parts: readonly Identifier[], span: Span) {
  const relations = scope.relations;
  const [first, second] = parts;
  if (first !== undefined && second !== undefined) {
    const names = relations.flatMap((r) => (r.name === undefined ? [] : [r.name]));
    return error('bind/unknown-alias', { name: first.name }, { span: first.span, hint: didYouMean(first.name, names) });
  }
  const name = first?.name ?? '';
  const only = relations.length === 1 ? relations[0] : undefined;
  const where = only?.name === undefined ? '' : ` in "${only.name}"`;
  const hint = didYouMean(
    name,
    relations.flatMap((r) => r.columns.map((c) => c.name)),
  );
  return error('bind/unknown-column', { name, where }, { span, hint });
}
