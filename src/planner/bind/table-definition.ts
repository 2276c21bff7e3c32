// CREATE TABLE and what ALTER TABLE adds: columns and constraints as written -> definitions. Names left out are made:
// PK_table, UQ_table_columns, CK_table_n, DF_table_column.

import { type CollationName, familyOf, type SqlType, typeName } from '../../arrow/sql-type.ts';
import type { ColumnDefinition, Constraint } from '../../catalog/definitions.ts';
import { sameName } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import type * as ast from '../../parser/ast.ts';
import { columnType } from './collation.ts';
import { bindType } from './type-name.ts';

export interface TableParts {
  readonly columns: readonly ColumnDefinition[];
  readonly constraints: readonly Constraint[];
}

/**
 * @param before what the table has already
 * @param collation of the database
 * @param textOf the script's text at a place: defaults and conditions are kept as written
 * @throws SqlcError bind/duplicate-column, table/*, bind/unknown-type, not-supported
 */
export function bindTableParts(
  table: string,
  columns: readonly ast.TableColumn[],
  constraints: readonly ast.TableConstraint[],
  textOf: (span: Span) => string,
  collation: CollationName,
  before: TableParts = { columns: [], constraints: [] },
): TableParts {
  const all = [...before.columns];
  for (const written of columns) {
    if (all.some((c) => sameName(c.name, written.name.name)))
      throw error('bind/duplicate-column', { name: written.name.name, relation: table }, { span: written.name.span });
    all.push(columnOf(written, table, textOf, collation));
  }
  refuseSecondIdentity(all, columns, table);
  const written = [
    ...columns.flatMap((column) => column.constraints.map((constraint) => ({ constraint, column: column.name }))),
    ...constraints.map((constraint) => ({ constraint, column: undefined })),
  ];
  const made = [...before.constraints];
  for (const { constraint, column } of written) {
    if (constraint.kind === 'default-for') {
      setDefault(all, constraint, table, textOf);
      continue;
    }
    const next = constraintOf(constraint, column, table, all, made, textOf);
    if (next.kind === 'primary key' && made.some((c) => c.kind === 'primary key'))
      throw error('table/second-primary-key', { table }, { span: constraint.span });
    if (made.some((c) => sameName(c.name, next.name)))
      throw error('catalog/exists', { kind: 'constraint', name: next.name }, { span: constraint.span });
    made.push(next);
  }
  const key = made.find((c) => c.kind === 'primary key');
  const keyColumns = key?.kind === 'primary key' ? key.columns : [];
  const required = (c: ColumnDefinition) => keyColumns.some((name) => sameName(name, c.name));
  return { columns: all.map((c) => (required(c) ? { ...c, nullable: false } : c)), constraints: made };
}

function columnOf(
  written: ast.TableColumn,
  table: string,
  textOf: (span: Span) => string,
  collation: CollationName,
): ColumnDefinition {
  const { name, span } = written;
  if (written.computed !== undefined || written.type === undefined)
    throw error('not-supported', { what: 'a computed column' }, { span });
  const type = columnType(bindType(written.type, 1), written.collation, collation);
  const { identity } = written;
  if (identity !== undefined && !countable(type))
    throw error('table/identity-type', { column: name.name, type: typeName(type) }, { span: written.type.span });
  const key = written.constraints.find((c) => c.kind === 'primary-key');
  if (key !== undefined && written.nullable === true)
    throw error('table/nullable-key', { column: name.name, table }, { span });
  const nullable = written.nullable ?? (identity === undefined && key === undefined);
  return {
    name: name.name,
    type,
    nullable: identity === undefined && nullable,
    ...(written.default === undefined
      ? {}
      : { default: { name: `DF_${table}_${name.name}`, text: textOf(written.default.span) } }),
    ...(identity === undefined ? {} : { identity }),
  };
}

function countable(type: SqlType): boolean {
  return familyOf(type) === 'integer' || (type.kind === 'decimal' && type.scale === 0);
}

function refuseSecondIdentity(
  all: readonly ColumnDefinition[],
  written: readonly ast.TableColumn[],
  table: string,
): void {
  if (all.filter((c) => c.identity !== undefined).length < 2) return;
  const span = written.findLast((c) => c.identity !== undefined)?.span;
  throw error('table/second-identity', { table }, { span });
}

function setDefault(
  columns: ColumnDefinition[],
  { column, value, name, span }: ast.DefaultConstraint,
  table: string,
  textOf: (span: Span) => string,
): void {
  const index = columns.findIndex((c) => sameName(c.name, column.name));
  const found = columns[index];
  if (found === undefined) throw unknownColumn(column, table);
  if (found.default !== undefined)
    throw error('catalog/exists', { kind: 'a default of column', name: found.name }, { span });
  columns[index] = {
    ...found,
    default: { name: name?.name ?? `DF_${table}_${found.name}`, text: textOf(value.span) },
  };
}

function constraintOf(
  written: Exclude<ast.TableConstraint, ast.DefaultConstraint>,
  beside: ast.Identifier | undefined,
  table: string,
  columns: readonly ColumnDefinition[],
  before: readonly Constraint[],
  textOf: (span: Span) => string,
): Constraint {
  switch (written.kind) {
    case 'foreign-key':
      throw error('not-supported', { what: 'FOREIGN KEY' }, { span: written.span });
    case 'check': {
      const number = before.filter((c) => c.kind === 'check').length + 1;
      return {
        kind: 'check',
        name: written.name?.name ?? `CK_${table}_${number}`,
        text: textOf(written.condition.span),
      };
    }
    default: {
      const kind = written.kind === 'primary-key' ? 'primary key' : 'unique';
      const named = beside === undefined ? written.columns : [beside];
      const found = named.map((name) => {
        const column = columns.find((c) => sameName(c.name, name.name));
        if (column === undefined) throw unknownColumn(name, table);
        return column.name;
      });
      const made = kind === 'unique' ? `UQ_${table}_${found.join('_')}` : `PK_${table}`;
      return { kind, name: written.name?.name ?? made, columns: found, enforced: written.enforced };
    }
  }
}

function unknownColumn({ name, span }: ast.Identifier, table: string) {
  return error('bind/unknown-column', { name, where: ` in "${table}"` }, { span });
}
