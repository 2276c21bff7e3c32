// DuckDB's spelling of everything: names, literals, casts, operators, aggregates. T-SQL's meaning where DuckDB's
// differs (3-dialect sections 0, 3.3, 4). A second engine would be a second file like this one.

import { duckdbTypeName } from '../arrow/duckdb-type.ts';
import { decimalShape, familyOf, isText, type SqlType, typeName } from '../arrow/sql-type.ts';
import { error, invariant } from '../common/errors.ts';
import type { AggregateExpr, LiteralValue, OperatorExpr } from './expression.ts';
import { likeToSql } from './like-pattern.ts';
import { stringLiteral } from './sql-text.ts';

export function typed(sql: string, type: SqlType): string {
  return `CAST(${sql} AS ${duckdbTypeName(type)})`;
}

export function literalSql(value: LiteralValue, type: SqlType): string {
  if (value === null) return type.kind === 'null' ? 'NULL' : `CAST(NULL AS ${duckdbTypeName(type)})`;
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (value instanceof Uint8Array) return `unhex('${Buffer.from(value).toString('hex')}')`;
  if (typeof value === 'string' && isText(type)) return stringLiteral(value);
  // DuckDB reads the smallest int as the negation of a bigint.
  if (type.kind === 'int' && typeof value === 'number' && value > -2147483648)
    return value < 0 ? `(${value})` : String(value);
  return `CAST(${stringLiteral(String(value))} AS ${duckdbTypeName(type)})`;
}

/** Raises one of our own errors from inside DuckDB; exec reads the code back from the message. */
export const RAISED = 'sqlc-error:';
function raise(code: string): string {
  return `error('${RAISED}${code}')`;
}

// --- casts

/** Characters DuckDB's number parser takes and T-SQL's does not, moved where DuckDB refuses them too. */
export const SHIELDED = {
  from: 'xXbB_.eEnNiI',
  to: '\u{E000}\u{E001}\u{E002}\u{E003}\u{E004}\u{E005}\u{E006}\u{E007}\u{E008}\u{E009}\u{E00A}\u{E00B}',
};

export function castSql(sql: string, from: SqlType, to: SqlType, onError: 'fail' | 'null'): string {
  const cast = onError === 'null' ? 'TRY_CAST' : 'CAST';
  const target = duckdbTypeName(to);
  const [a, b] = [familyOf(from), familyOf(to)];
  if (b === 'text') return sizedText(textOf(sql, from), from, to, onError);
  if (a === 'text') return fromText(sql, to, cast);
  if (b === 'bit') return a === 'bit' ? sql : `(${sql} <> 0)`;
  if (b === 'integer' && (a === 'float' || (a === 'decimal' && from.kind === 'decimal')))
    return `${cast}(trunc(${sql}) AS ${target})`;
  if (b === 'binary' && a === 'binary') return sizedBinary(sql, to);
  return duckdbTypeName(from) === target ? sql : `${cast}(${sql} AS ${target})`;
}

/** A value for a declared column: a text too long for it is refused, where a cast would cut it. */
export function storedSql(sql: string, from: SqlType, to: SqlType, column: string): string {
  const cast = castSql(sql, from, to, 'fail');
  if (!isText(from) || !('length' in to) || to.length === 'max') return cast;
  return `CASE WHEN length(${sql}) > ${to.length} THEN ${raise(`storage/too-long:${encodeURIComponent(column).replaceAll("'", '%27')}`)} ELSE ${cast} END`;
}

function fromText(sql: string, to: SqlType, cast: string): string {
  const target = duckdbTypeName(to);
  const shielded = (text: string, keep: string) => {
    const kept = [...SHIELDED.from]
      .map((c, i) => ({ c, moved: [...SHIELDED.to][i] ?? c }))
      .filter(({ c }) => !keep.includes(c));
    return `translate(${text}, '${kept.map((k) => k.c).join('')}', '${kept.map((k) => k.moved).join('')}')`;
  };
  switch (familyOf(to)) {
    case 'integer':
      return `${cast}(regexp_replace(${shielded(sql, '')}, '^\\s*$', '0') AS ${target})`;
    case 'decimal':
      return to.kind === 'decimal'
        ? `${cast}(${shielded(sql, '.')} AS ${target})`
        : `${cast}(${shielded(`replace(replace(${sql}, ',', ''), '$', '')`, '.')} AS ${target})`;
    case 'float':
      return `${cast}(regexp_replace(${shielded(sql, '.eE')}, '^\\s*$', '0') AS ${target})`;
    case 'bit': {
      const words = `regexp_replace(regexp_replace(lower(trim(${sql})), '^true$', '1'), '^false$|^$', '0')`;
      return `(${cast}(${shielded(words, '')} AS DECIMAL(37,0)) <> 0)`;
    }
    case 'binary':
      return sizedBinary(`encode(${sql})`, to);
    default:
      return `${cast}(${sql} AS ${target})`;
  }
}

function textOf(sql: string, from: SqlType): string {
  switch (from.kind) {
    case 'bit':
      return `CAST(CAST(${sql} AS INTEGER) AS VARCHAR)`;
    case 'float':
    case 'real':
      return `regexp_replace(printf('%.6g', CAST(${sql} AS DOUBLE)), 'e([+-])([0-9][0-9])$', 'e\\10\\2')`;
    case 'money':
    case 'smallmoney':
      return `CAST(CAST(${sql} AS DECIMAL(19,2)) AS VARCHAR)`;
    case 'datetime':
    case 'smalldatetime':
      return `(strftime(${sql}, '%b ') || lpad(strftime(${sql}, '%-d'), 2, ' ') || strftime(${sql}, ' %Y ') || lpad(strftime(${sql}, '%-I'), 2, ' ') || strftime(${sql}, ':%M%p'))`;
    case 'datetime2':
      return fraction(`strftime(${sql}, '%Y-%m-%d %H:%M:%S.%f')`, from.scale);
    case 'time':
      return fraction(`strftime(DATE '1900-01-01' + ${sql}, '%H:%M:%S.%f')`, from.scale);
    case 'datetimeoffset':
      return `(${fraction(`strftime(${sql} AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S.%f')`, from.scale)} || ' +00:00')`;
    case 'uniqueidentifier':
      return `upper(CAST(${sql} AS VARCHAR))`;
    case 'binary':
    case 'varbinary':
      return `decode(${sql})`;
    case 'list':
    case 'struct':
      return `CAST(to_json(${sql}) AS VARCHAR)`;
    default:
      return isText(from) ? sql : `CAST(${sql} AS VARCHAR)`;
  }
}

/** DuckDB prints six digits of a second; T-SQL prints as many as the type has. */
function fraction(sql: string, scale: number): string {
  if (scale === 7) return `(${sql} || '0')`;
  return scale === 0
    ? `left(${sql}, -7)`
    : `left(${sql}, ${scale - 6 === 0 ? 'NULL' : scale - 6})`.replace(/left\((.*), NULL\)$/, '$1');
}

function sizedText(sql: string, from: SqlType, to: SqlType, onError: 'fail' | 'null'): string {
  if (!('length' in to)) return sql;
  const { length } = to;
  if (length === 'max') return sql;
  const family = familyOf(from);
  const known = 'length' in from ? from.length : family === 'integer' ? 20 : 'max';
  const fits = known !== 'max' && known <= length;
  const cut = fits
    ? sql
    : family === 'integer' || family === 'decimal' || family === 'float'
      ? unfit(sql, from, to, length, onError)
      : `left(${sql}, ${length})`;
  return to.kind === 'char' || to.kind === 'nchar' ? `rpad(${cut}, ${length}, ' ')` : cut;
}

/** A number is never cut: in char and varchar an int that does not fit is an asterisk, anything else is an error. */
function unfit(sql: string, from: SqlType, to: SqlType, length: number, onError: 'fail' | 'null'): string {
  const asterisk = familyOf(from) === 'integer' && (to.kind === 'char' || to.kind === 'varchar');
  const otherwise = asterisk ? "'*'" : onError === 'null' ? 'NULL' : raise(`exec/overflow:${to.kind}(${length})`);
  return `CASE WHEN length(${sql}) > ${length} THEN ${otherwise} ELSE ${sql} END`;
}

/** The first bytes of a value, and for the fixed length zero bytes to its end. */
function sizedBinary(sql: string, to: SqlType): string {
  if (!('length' in to) || to.length === 'max') return sql;
  const cut = `array_slice(${sql}, 1, ${to.length})`;
  return to.kind === 'binary'
    ? `(${cut} || repeat('\\x00'::BLOB, greatest(0, ${to.length} - octet_length(${sql}))))`
    : cut;
}

// --- operators

type Spell = (args: readonly string[], expr: OperatorExpr) => string;

const infix =
  (op: string): Spell =>
  ([a, b]) =>
    `(${a} ${op} ${b})`;
const chain =
  (op: string): Spell =>
  (args) =>
    `(${args.join(` ${op} `)})`;
const call =
  (fn: string): Spell =>
  (args) =>
    `${fn}(${args.join(', ')})`;

const OPERATORS: Readonly<Record<string, Spell>> = {
  and: chain('AND'),
  or: chain('OR'),
  not: ([a]) => `(NOT ${a})`,
  'is-true': ([a]) => `(${a} IS TRUE)`,
  'is-not-true': ([a]) => `(${a} IS NOT TRUE)`,
  'is-not-false': ([a]) => `(${a} IS NOT FALSE)`,
  'is-null': ([a]) => `(${a} IS NULL)`,
  'is-not-null': ([a]) => `(${a} IS NOT NULL)`,
  'is-distinct': infix('IS DISTINCT FROM'),
  'is-not-distinct': infix('IS NOT DISTINCT FROM'),
  '=': infix('='),
  '<>': infix('<>'),
  '<': infix('<'),
  '<=': infix('<='),
  '>': infix('>'),
  '>=': infix('>='),
  between: ([x, low, high]) => `(${x} BETWEEN ${low} AND ${high})`,
  'not-between': ([x, low, high]) => `(${x} NOT BETWEEN ${low} AND ${high})`,
  'in-list': ([x, ...items]) => `(${x} IN (${items.join(', ')}))`,
  'not-in-list': ([x, ...items]) => `(${x} NOT IN (${items.join(', ')}))`,
  like: (args, expr) => likeToSql(args, expr, false),
  'not-like': (args, expr) => likeToSql(args, expr, true),
  '+': arithmetic('+'),
  '-': arithmetic('-'),
  '*': arithmetic('*'),
  '/': divide,
  '%': ([a, b], { args, type }) => typed(`${a} % ${nonZero(b, a, args[1])}`, type),
  '&': infix('&'),
  '|': infix('|'),
  '^': call('xor'),
  '~': ([a], { type }) => (type.kind === 'bit' ? `(NOT ${a})` : `(~${a})`),
  negate: ([a]) => `(-${a})`,
  concat: balanced('||'),
  'concat-skip-null': call('concat'),
  coalesce: call('coalesce'),
  len: ([s], { type }) => typed(`length(rtrim(${s}, ' '))`, type),
  upper: call('upper'),
  lower: call('lower'),
  trim: ([s, chars]) => `trim(${s}, ${chars ?? "' '"})`,
  ltrim: ([s, chars]) => `ltrim(${s}, ${chars ?? "' '"})`,
  rtrim: ([s, chars]) => `rtrim(${s}, ${chars ?? "' '"})`,
  substring,
  left: ([s, n]) => `left(${s}, ${nonNegative(n, 'left')})`,
  right: ([s, n]) => `right(${s}, ${nonNegative(n, 'right')})`,
  charindex: ([f, s, start], { type }) => typed(charIndex(f, s, start), type),
  replace: ([s, from, to]) => `replace(${s}, ${from}, ${to})`,
  replicate: ([s, n]) => `CASE WHEN ${n} < 0 THEN NULL ELSE repeat(${s}, ${n}) END`,
  abs: call('abs'),
  round: ([x, n], { type, args }) => typed(roundSql(`${x}`, `${n}`, type, args[1]), type),
  'round-or-truncate': ([x, n, how], { type }) =>
    typed(`CASE WHEN ${how} = 0 THEN round(${x}, ${n}) ELSE trunc(${x}, ${n}) END`, type),
  'input-text': ([x], { args: [arg] }) => inputText(`${x}`, arg?.type),
  // The value stands beside the error for its type; it is never reached.
  'raise-document': ([failure, value]) =>
    `CASE WHEN error('${RAISED}service/document:' || ${failure}.code || ' ' || ${failure}.message) IS NULL THEN ${value} ELSE ${value} END`,
  year: ([d]) => typed(`year(${d})`, { kind: 'int' }),
  month: ([d]) => typed(`month(${d})`, { kind: 'int' }),
  day: ([d]) => typed(`day(${d})`, { kind: 'int' }),
};

/** A text that is equal exactly when the value is, and that JavaScript reads back without loss. */
function inputText(sql: string, type: SqlType | undefined): string {
  switch (type === undefined ? 'null' : familyOf(type)) {
    case 'binary':
      return `hex(${sql})`;
    case 'list':
    case 'struct':
      return `CAST(to_json(${sql}) AS VARCHAR)`;
    default:
      return `CAST(${sql} AS VARCHAR)`;
  }
}

export function operatorSql(expr: OperatorExpr, args: readonly string[]): string {
  const spell = OPERATORS[expr.op];
  invariant(spell, `operator ${expr.op} has no spelling`);
  return spell(args, expr);
}

function arithmetic(op: '+' | '-' | '*'): Spell {
  const tree = balanced(op);
  return (args, expr) =>
    familyOf(expr.type) === 'decimal' ? typed(args.join(` ${op} `), expr.type) : tree(args, expr);
}

function divide([a, b]: readonly string[], { args, type }: OperatorExpr): string {
  const divisor = nonZero(b, a, args[1]);
  const family = familyOf(type);
  if (family === 'integer') return typed(`${a} // ${divisor}`, type);
  if (family === 'float') return `(${a} / ${divisor})`;
  const [x, y] = [args[0], args[1]];
  invariant(x && y, 'division has two operands');
  return decimalDivide(`${a}`, decimalShape(x.type), divisor, decimalShape(y.type), type);
}

interface DecimalShape {
  readonly precision: number;
  readonly scale: number;
}

/** Exact over 128-bit integers, truncated as T-SQL does; through double only where the digits do not fit. */
export function decimalDivide(a: string, x: DecimalShape, b: string, y: DecimalShape, type: SqlType): string {
  const { precision, scale } = decimalShape(type);
  const shift = scale + y.scale - x.scale;
  const [dividend, divisor] = [unscaled(a, x), unscaled(b, y)];
  const exact = shift >= 0 && x.precision + shift <= 38 && precision <= 38 - scale;
  if (!exact || dividend === undefined || divisor === undefined) return typed(`CAST(${a} AS DOUBLE) / ${b}`, type);
  return typed(
    `CAST((${dividend} * ${power(shift)}) // ${divisor} AS DECIMAL(${38 - scale},0)) * ${unit(scale)}`,
    type,
  );
}

/** A decimal as the integer of its digits, when 38 of them hold it on the way. */
function unscaled(sql: string, { precision, scale }: DecimalShape): string | undefined {
  if (scale === 0) return `CAST(${sql} AS HUGEINT)`;
  if (precision + scale + 1 > 38) return undefined;
  return `CAST(CAST(${sql} AS DECIMAL(${precision},${scale})) * CAST('1${'0'.repeat(scale)}' AS DECIMAL(${scale + 1},0)) AS HUGEINT)`;
}

/** 10^-scale as a decimal: turns an unscaled integer into the decimal it stands for. */
function unit(scale: number): string {
  const text = scale === 0 ? '1' : `0.${'0'.repeat(scale - 1)}1`;
  return `CAST('${text}' AS DECIMAL(${scale + 1},${scale}))`;
}

function power(digits: number): string {
  return `CAST('1${'0'.repeat(digits)}' AS HUGEINT)`;
}

/** The divisor, raising 8134 when it is zero and the dividend is not NULL. */
function nonZero(b: string | undefined, a: string | undefined, expr: OperatorExpr['args'][number] | undefined): string {
  if (expr?.kind === 'literal' && expr.value !== null && Number(expr.value) !== 0) return `${b}`;
  return `CASE WHEN ${b} = 0 AND ${a} IS NOT NULL THEN ${raise('exec/divide-by-zero')} ELSE ${b} END`;
}

function nonNegative(n: string | undefined, name: string): string {
  return /^\d+$/.test(`${n}`) ? `${n}` : `CASE WHEN ${n} < 0 THEN ${raise(`exec/length:${name}`)} ELSE ${n} END`;
}

/** DuckDB rounds a decimal to a constant number of digits only, and to 0 where they reach beyond its own. */
function roundSql(x: string, n: string, type: SqlType, digits: OperatorExpr['args'][number] | undefined): string {
  if (familyOf(type) !== 'decimal') return `round(${x}, ${n})`;
  const { scale } = decimalShape(type);
  const constant = digits?.kind === 'literal' && Number(digits.value) >= 0;
  if (constant) return `round(${x}, ${n})`;
  // Wide enough for the rounded number: what does not fit the type overflows in the cast around this.
  return `CAST(round(CAST(${x} AS DOUBLE), ${n}) AS DECIMAL(38,${scale}))`;
}

/** DuckDB counts a negative start from the end, and its greatest() passes over NULL. */
function substring([s, i, n]: readonly string[], { args }: OperatorExpr): string {
  const cut = `substr(${s}, greatest(${i}, 1), greatest(${nonNegative(n, 'substring')} + least(${i} - 1, 0), 0))`;
  const open = [i, n].filter((_, k) => args[k + 1]?.kind !== 'literal' || isNullOf(args[k + 1]));
  return open.length === 0
    ? cut
    : `CASE WHEN ${open.map((x) => `${x} IS NULL`).join(' OR ')} THEN NULL ELSE ${cut} END`;
}

function isNullOf(expr: OperatorExpr['args'][number] | undefined): boolean {
  return expr?.kind === 'literal' && expr.value === null;
}

function charIndex(find: string | undefined, text: string | undefined, start: string | undefined): string {
  // An empty text is found nowhere.
  if (start === undefined) return `CASE WHEN ${find} = '' THEN 0 ELSE strpos(${text}, ${find}) END`;
  const from = `greatest(${start}, 1)`;
  return `CASE WHEN ${start} IS NULL THEN NULL WHEN ${find} = '' THEN 0 WHEN strpos(substr(${text}, ${from}), ${find}) = 0 THEN 0 ELSE strpos(substr(${text}, ${from}), ${find}) + ${from} - 1 END`;
}

/** DuckDB is about cubic in the depth of an expression: long chains of an associative operator become a tree. */
function balanced(op: string): Spell {
  const build = (args: readonly string[]): string => {
    if (args.length <= 1) return args[0] ?? '';
    const half = args.length >> 1;
    return `(${build(args.slice(0, half))} ${op} ${build(args.slice(half))})`;
  };
  return build;
}

// --- aggregates

export function aggregateSql(
  expr: AggregateExpr | { readonly fn: string; readonly type: SqlType; readonly args: AggregateExpr['args'] },
  args: readonly string[],
  distinct: boolean,
  order: string,
): string {
  const [x] = args;
  const inner = `${distinct ? 'DISTINCT ' : ''}${args.join(', ')}${order}`;
  switch (expr.fn) {
    case 'count':
    case 'count_big':
      return typed(args.length === 0 ? 'count(*)' : `count(${inner})`, expr.type);
    case 'sum':
      return typed(`sum(${inner})`, expr.type);
    case 'avg':
      return average(`${distinct ? 'DISTINCT ' : ''}${x}`, expr.args[0]?.type, expr.type);
    case 'string_agg':
      return `string_agg(${inner})`;
    default:
      return `${expr.fn}(${inner})`;
  }
}

/** AVG of integers is an integer, of decimals a decimal; DuckDB's is always a double. */
function average(x: string, from: SqlType | undefined, type: SqlType): string {
  const family = familyOf(type);
  if (family === 'float' || from === undefined) return `avg(${x})`;
  if (family === 'integer') return typed(`sum(${x}) // count(${x})`, type);
  const shape = decimalShape(from);
  const target = decimalShape(type).scale;
  const distinct = x.startsWith('DISTINCT ') ? 'DISTINCT ' : '';
  const digits = unscaled(x.slice(distinct.length), shape);
  if (digits === undefined) return typed(`avg(${x})`, type);
  const sum = `sum(${distinct}${digits}) * ${power(target - shape.scale)}`;
  return typed(`CAST((${sum}) // count(${x}) AS DECIMAL(${38 - target},0)) * ${unit(target)}`, type);
}

/** @throws SqlcError not-supported for a type that has no literal form */
export function checkStorable(type: SqlType): void {
  if (familyOf(type) === 'null') throw error('not-supported', { what: `a column of type ${typeName(type)}` });
}
