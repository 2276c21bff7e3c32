// Functions that ask the catalog: answered while binding, from what the statement is planned on.

import { INT, isText, type SqlType } from '../../../arrow/sql-type.ts';
import { objectIdOf, objectIds, schemaIds } from '../../../catalog/object-ids.ts';
import { type Snapshot, sameName } from '../../../catalog/snapshot.ts';
import { error } from '../../../common/errors.ts';
import type { FunctionCall } from '../../../parser/ast.ts';
import { type Expr, isNullLiteral, literal, operator } from '../../expression.ts';
import { coerce } from '../types.ts';
import { argumentType, type ScalarFunction, whole } from './scalar-function.ts';

const SYSNAME: SqlType = { kind: 'nvarchar', length: 128 };

export const CATALOG_FUNCTIONS: readonly ScalarFunction[] = [
  {
    signature: 'OBJECT_ID(name [, type])',
    doc: 'The id of a table, view or sequence, NULL where there is none; type is U, V or SO.',
    example: ["OBJECT_ID('dbo.nothing', 'U')", 'NULL'],
    bind: (args, call, { snapshot }) => {
      const [name, type] = args.map((arg, i) => knownText(arg, call, i));
      const found = name === undefined || name === null ? undefined : objectIdOf(name, snapshot);
      const isOne = type === undefined || (type !== null && found?.type === type.trim().toUpperCase());
      return found !== undefined && isOne ? literal(found.id, INT, call.span) : nothing(INT, call);
    },
  },
  {
    signature: 'OBJECT_NAME(id)',
    doc: 'The name of the table, view or sequence with this id.',
    example: ['OBJECT_NAME(1)', 'NULL'],
    bind: ([id], call, { snapshot }) => named(id, call, objectIds(snapshot)),
  },
  {
    signature: 'OBJECT_SCHEMA_NAME(id)',
    doc: 'The name of the schema of the table, view or sequence with this id.',
    example: ['OBJECT_SCHEMA_NAME(1)', 'NULL'],
    bind: ([id], call, { snapshot }) =>
      named(
        id,
        call,
        objectIds(snapshot).map((o) => ({ id: o.id, name: o.schema })),
      ),
  },
  {
    signature: 'SCHEMA_ID([name])',
    doc: 'The id of a schema, of dbo where none is named.',
    example: ["SCHEMA_ID('sys')", '4'],
    bind: ([name], call, { snapshot }) => {
      const wanted = name === undefined ? 'dbo' : knownText(name, call, 0);
      const found = wanted === null ? undefined : schemaNamed(wanted, snapshot);
      return found === undefined ? nothing(INT, call) : literal(found.id, INT, call.span);
    },
  },
  {
    signature: 'SCHEMA_NAME([id])',
    doc: 'The name of a schema, dbo where no id is given.',
    example: ['SCHEMA_NAME(4)', 'sys'],
    bind: ([id], call, { snapshot }) =>
      id === undefined ? literal('dbo', SYSNAME, call.span) : named(id, call, schemaIds(snapshot)),
  },
];

function schemaNamed(name: string, snapshot: Snapshot) {
  return schemaIds(snapshot).find((schema) => sameName(schema.name, name));
}

/** The name beside the id that an expression has. */
function named(
  id: Expr | undefined,
  call: FunctionCall,
  all: readonly { readonly id: number; readonly name: string }[],
) {
  if (id === undefined || isNullLiteral(id) || all.length === 0) return nothing(SYSNAME, call);
  const key = whole(id, call, 0);
  const branches = all.map((one) => ({
    when: operator('=', [key, coerce(literal(one.id, INT), key.type)], { kind: 'bit' }),
    then: literal(one.name, SYSNAME),
  }));
  return { kind: 'case', branches, otherwise: undefined, type: SYSNAME, span: call.span } as const;
}

function nothing(type: SqlType, call: FunctionCall): Expr {
  return literal(null, type, call.span);
}

/** @throws SqlcError not-supported where rows decide */
function knownText(arg: Expr, call: FunctionCall, index: number): string | null {
  if (isNullLiteral(arg)) return null;
  if (!isText(arg.type)) throw argumentType(arg, call, index, 'text');
  if ((arg.kind === 'literal' || arg.kind === 'parameter') && (arg.value === null || typeof arg.value === 'string'))
    return arg.value;
  const what = `${call.name.name.toUpperCase()} of anything but a constant or a variable`;
  throw error('not-supported', { what }, { span: call.args[index]?.span ?? call.span });
}
