// Type names as written -> types. Lengths, precisions and their ranges are checked here.

import { FLOAT, type Length, NVARCHAR_MAX, REAL, type SqlType } from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import { didYouMean } from '../../common/suggest.ts';
import type { TypeName } from '../../parser/ast.ts';

const PLAIN: Readonly<Record<string, SqlType>> = {
  bit: { kind: 'bit' },
  boolean: { kind: 'bit' },
  tinyint: { kind: 'tinyint' },
  smallint: { kind: 'smallint' },
  int: { kind: 'int' },
  integer: { kind: 'int' },
  bigint: { kind: 'bigint' },
  money: { kind: 'money' },
  smallmoney: { kind: 'smallmoney' },
  real: REAL,
  'double precision': FLOAT,
  date: { kind: 'date' },
  datetime: { kind: 'datetime' },
  smalldatetime: { kind: 'smalldatetime' },
  uniqueidentifier: { kind: 'uniqueidentifier' },
  json: { kind: 'json' },
  text: { kind: 'varchar', length: 'max' },
  ntext: NVARCHAR_MAX,
  sysname: { kind: 'nvarchar', length: 128 },
};

const LENGTH_LIMITS = {
  char: 8000,
  varchar: 8000,
  nchar: 4000,
  nvarchar: 4000,
  binary: 8000,
  varbinary: 8000,
} as const;

const ALIASES: Readonly<Record<string, string>> = {
  numeric: 'decimal',
  dec: 'decimal',
  character: 'char',
  'character varying': 'varchar',
  'national character': 'nchar',
  'national character varying': 'nvarchar',
  'char varying': 'varchar',
  'binary varying': 'varbinary',
};

const REFUSED = [
  'image',
  'xml',
  'geography',
  'geometry',
  'hierarchyid',
  'sql_variant',
  'timestamp',
  'rowversion',
  'cursor',
  'table',
];

/**
 * @param defaultLength length of a char or binary type written without one: 1 in declarations, 30 in CAST.
 * @throws SqlcError bind/unknown-type, bind/type-parameter, bind/type-not-supported
 */
export function bindType(written: TypeName, defaultLength: 1 | 30): SqlType {
  const name = ALIASES[written.name] ?? written.name;
  const { parameters, span } = written;
  const plain = PLAIN[name];
  if (plain !== undefined) {
    if (parameters.length > 0) throw parameterError(written, 'no parameter');
    return plain;
  }
  if (name in LENGTH_LIMITS) {
    const kind = name as keyof typeof LENGTH_LIMITS; // `in` checked it
    if (parameters.length > 1) throw parameterError(written, 'one length');
    const length: Length = parameters[0] ?? defaultLength;
    const limit = LENGTH_LIMITS[kind];
    const fixed = kind === 'char' || kind === 'nchar' || kind === 'binary';
    if (length === 'max' ? fixed : length < 1 || length > limit) {
      throw parameterError(written, `a length from 1 to ${limit}${fixed ? '' : ' or max'}`);
    }
    return { kind, length };
  }
  switch (name) {
    case 'decimal': {
      const [precision = 18, scale = 0] = parameters;
      if (parameters.length > 2 || !isBetween(precision, 1, 38))
        throw parameterError(written, 'a precision from 1 to 38');
      if (!isBetween(scale, 0, precision)) throw parameterError(written, `a scale from 0 to ${precision}`);
      return { kind: 'decimal', precision, scale };
    }
    case 'float': {
      const [bits = 53] = parameters;
      if (parameters.length > 1 || !isBetween(bits, 1, 53))
        throw parameterError(written, 'a number of bits from 1 to 53');
      return bits <= 24 ? REAL : FLOAT;
    }
    case 'vector': {
      const [dimensions] = parameters;
      if (parameters.length !== 1 || dimensions === undefined || !isBetween(dimensions, 1, 1998))
        throw parameterError(written, 'a number of dimensions from 1 to 1998');
      return { kind: 'vector', dimensions };
    }
    case 'time':
    case 'datetime2':
    case 'datetimeoffset': {
      const [scale = 7] = parameters;
      if (parameters.length > 1 || !isBetween(scale, 0, 7))
        throw parameterError(written, 'a number of digits from 0 to 7');
      return { kind: name, scale };
    }
    default:
      if (REFUSED.includes(name)) throw error('bind/type-not-supported', { name, where: 'here' }, { span });
      throw error(
        'bind/unknown-type',
        { name: written.name },
        {
          span,
          hint: didYouMean(written.name, [
            ...Object.keys(PLAIN),
            ...Object.keys(LENGTH_LIMITS),
            'decimal',
            'numeric',
            'float',
            'time',
            'datetime2',
            'datetimeoffset',
            'vector',
          ]),
        },
      );
  }
}

function isBetween(value: number | 'max', low: number, high: number): value is number {
  return value !== 'max' && Number.isInteger(value) && value >= low && value <= high;
}

function parameterError(written: TypeName, expected: string) {
  const found = written.parameters.length === 0 ? 'none' : written.parameters.join(', ');
  return error('bind/type-parameter', { name: written.name, expected, found }, { span: written.span });
}
