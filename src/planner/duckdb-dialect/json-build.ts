// JSON that is made: FOR JSON and the constructors. Values are formatted as "How FOR JSON converts SQL Server data types
// to JSON data types" says.

import { familyOf, type SqlType } from '../../arrow/sql-type.ts';
import type { Expr, OperatorExpr } from '../expression.ts';
import { stringLiteral } from '../sql-text.ts';
import { bindOnce } from './bind-once.ts';
import { raise } from './raise.ts';
import type { Operators } from './spell.ts';

export const jsonBuilders: Operators = {
  'json-text': ([x], { args: [arg] }) => jsonText(`${x}`, arg?.type),
  'json-object': jsonObject,
  'json-member': ([key, value], { args: [name, , keep] }) => member(`${key}`, name, `${value}`, keep),
  'json-array': (args, { args: given }) => {
    const members = args.filter((_, i) => i % 2 === 0).map((value, i) => kept(value, given[2 * i + 1]));
    return members.length === 0 ? "'[]'" : `('[' || concat_ws(',', ${members.join(', ')}) || ']')`;
  },
};

/** Arguments: for each member its key, its JSON text, and whether a NULL stays; what is NULL else is left out. */
function jsonObject(args: readonly string[], { args: given }: OperatorExpr): string {
  const members: string[] = [];
  for (let i = 0; i < args.length; i += 3) members.push(member(`${args[i]}`, given[i], `${args[i + 1]}`, given[i + 2]));
  return members.length === 0 ? "'{}'" : `('{' || concat_ws(',', ${members.join(', ')}) || '}')`;
}

function member(key: string, name: Expr | undefined, value: string, keep: Expr | undefined): string {
  const isKnown = name?.kind === 'literal' && name.value !== null;
  const written = isKnown
    ? stringLiteral(`${JSON.stringify(String(name.value)).replaceAll('/', '\\/')}:`)
    : bindOnce(
        [key],
        ([k]) => `(CASE WHEN ${k} IS NULL THEN ${raise('exec/json-key')} ELSE ${quotedText(`${k}`)} END || ':')`,
      );
  return `(${written} || ${kept(value, keep)})`;
}

function kept(value: string, keep: Expr | undefined): string {
  return keep?.kind === 'literal' && keep.value === true ? `coalesce(${value}, 'null')` : value;
}

function quotedText(text: string): string {
  return `replace(CAST(to_json(CAST(${text} AS VARCHAR)) AS VARCHAR), '/', '\\/')`;
}

/** As FOR JSON formats the type ("How FOR JSON converts SQL Server data types to JSON data types"). */
function jsonText(x: string, type: SqlType | undefined): string {
  if (type === undefined) return `CAST(${x} AS VARCHAR)`;
  const quoted = (text: string) => `('"' || ${text} || '"')`;
  switch (familyOf(type)) {
    case 'bit':
      return `CAST(${x} AS VARCHAR)`;
    case 'integer':
    case 'decimal':
      return `CAST(${x} AS VARCHAR)`;
    case 'float':
      return `regexp_replace(printf('%.${type.kind === 'real' ? 7 : 15}e', CAST(${x} AS DOUBLE)), 'e([+-])([0-9][0-9])$', 'e\\10\\2')`;
    case 'binary':
      return quoted(`to_base64(${x})`);
    case 'uniqueidentifier':
      return quoted(`upper(CAST(${x} AS VARCHAR))`);
    case 'datetime':
      return quoted(dateText(x, type));
    case 'vector':
    case 'list':
    case 'struct':
      return `CAST(to_json(${x}) AS VARCHAR)`;
    default:
      return type.kind === 'json' ? `CAST(${x} AS VARCHAR)` : quotedText(x);
  }
}

/** ISO 8601; a fraction has the digits of its type, or none when it is zero. */
function dateText(x: string, type: SqlType): string {
  const digits = 'scale' in type ? type.scale : type.kind === 'datetime' ? 3 : 0;
  // strftime gives six digits: those beyond the type's are cut, a seventh is 0.
  const sized = (text: string) => (digits > 6 ? `(${text} || '0')` : `left(${text}, ${digits - 6})`);
  const cut = (text: string) =>
    digits === 0 ? `left(${text}, -7)` : `regexp_replace(${digits === 6 ? text : sized(text)}, '\\.0+$', '')`;
  switch (type.kind) {
    case 'date':
      return `CAST(${x} AS VARCHAR)`;
    case 'time':
      return cut(`strftime(DATE '1900-01-01' + ${x}, '%H:%M:%S.%f')`);
    case 'datetimeoffset':
      return `(${cut(`strftime(${x} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%f')`)} || 'Z')`;
    default:
      return cut(`strftime(${x}, '%Y-%m-%dT%H:%M:%S.%f')`);
  }
}
