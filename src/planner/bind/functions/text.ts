// Text functions (3-dialect section 4.3).

import { BIGINT, INT, NVARCHAR_MAX, type SqlType, VARBINARY_MAX } from '../../../arrow/sql-type.ts';
import { error } from '../../../common/errors.ts';
import type { FunctionCall } from '../../../parser/ast.ts';
import { type Expr, literal, operator } from '../../expression.ts';
import { collationAmong, folded, uncollated } from '../collation.ts';
import type { BindContext } from '../context.ts';
import { coerce, lengthOf } from '../types.ts';
import {
  type Args,
  any,
  argumentType,
  bytes,
  calls,
  float,
  nameOf,
  type ScalarFunction,
  text,
  textTypeOf,
  whole,
  widestText,
} from './scalar-function.ts';

const likeFirst = (args: Args) => textTypeOf(args[0]);
const position = (index: number) => (args: Args) => {
  const type = args[index]?.type;
  return type !== undefined && lengthOf(type) === 'max' ? BIGINT : INT;
};
const VARCHAR = (length: number): SqlType => ({ kind: 'varchar', length });
const NVARCHAR = (length: number): SqlType => ({ kind: 'nvarchar', length });

export const TEXT_FUNCTIONS: readonly ScalarFunction[] = [
  {
    signature: 'LEN(text)',
    doc: 'Number of characters, trailing blanks not counted.',
    example: ["LEN('abc  ')", '3'],
    bind: calls('len', [text], position(0)),
  },
  {
    signature: 'DATALENGTH(value)',
    doc: 'Number of bytes a value is stored in; two for each UTF-16 unit of an nvarchar.',
    example: ["DATALENGTH(N'abc')", '6'],
    bind: calls('datalength', [any], (args) => {
      const type = args[0]?.type;
      return type !== undefined && 'length' in type && type.length === 'max' ? BIGINT : INT;
    }),
  },
  {
    signature: 'UPPER(text)',
    doc: 'The text in upper case.',
    example: ["UPPER('abc')", 'ABC'],
    bind: calls('upper', [text], likeFirst),
  },
  {
    signature: 'LOWER(text)',
    doc: 'The text in lower case.',
    example: ["LOWER('ABC')", 'abc'],
    bind: calls('lower', [text], likeFirst),
  },
  {
    signature: 'TRIM(text[, characters])',
    doc: 'The text without blanks at its ends; `TRIM([LEADING | TRAILING | BOTH] characters FROM text)` takes others off.',
    example: ["TRIM('.' FROM '..abc.')", 'abc'],
    bind: (args, call) =>
      strip(call.trim === 'leading' ? 'ltrim' : call.trim === 'trailing' ? 'rtrim' : 'trim', args, call),
  },
  {
    signature: 'LTRIM(text[, characters])',
    doc: 'The text without blanks (or the given characters) at its start.',
    example: ["LTRIM('00120', '0')", '120'],
    bind: (args, call) => strip('ltrim', args, call),
  },
  {
    signature: 'RTRIM(text[, characters])',
    doc: 'The text without blanks (or the given characters) at its end.',
    example: ["RTRIM('abc!!', '!')", 'abc'],
    bind: (args, call) => strip('rtrim', args, call),
  },
  {
    signature: 'SUBSTRING(value, start[, length])',
    doc: 'A part of a text or of bytes, to its end where no length is given; a start below 1 shortens it.',
    example: ["SUBSTRING('hello', 2, 3)", 'ell'],
    bind: (given, call) => {
      const args = given.length > 2 ? given : [...given, literal(1073741823, INT)];
      const [value] = args;
      const isBytes = value?.type.kind === 'binary' || value?.type.kind === 'varbinary';
      if (!isBytes) return calls('substring', [text, whole], likeFirst)(args, call);
      const type: SqlType = { kind: 'varbinary', length: lengthOf(value.type) };
      return calls('substring-bytes', [bytes, whole], type)(args, call);
    },
  },
  {
    signature: 'LEFT(text, length)',
    doc: 'The first characters of a text.',
    example: ["LEFT('hello', 2)", 'he'],
    bind: calls('left', [text, whole], likeFirst),
  },
  {
    signature: 'RIGHT(text, length)',
    doc: 'The last characters of a text.',
    example: ["RIGHT('hello', 2)", 'lo'],
    bind: calls('right', [text, whole], likeFirst),
  },
  {
    signature: 'CHARINDEX(sought, text[, start])',
    doc: 'Where a text first stands in another, from 1; 0 when nowhere.',
    example: ["CHARINDEX('l', 'hello')", '3'],
    bind: (args, call, ctx) => calls('charindex', [text, text, whole], position(1))(foldedTexts(args, ctx), call),
  },
  {
    signature: 'PATINDEX(pattern, text)',
    doc: 'Where a LIKE pattern first matches, from 1; 0 when nowhere. The pattern is a literal or a variable.',
    example: ["PATINDEX('%[0-9]%', 'abc123')", '4'],
    bind: patIndex,
  },
  {
    signature: 'REPLACE(text, sought, replacement)',
    doc: 'The text with every occurrence of one text replaced by another.',
    example: ["REPLACE('banana', 'an', 'o')", 'booa'],
    bind: (args, call, ctx) => calls(`replace${ignoringCase(args, ctx)}`, [text], widestText)(args, call),
  },
  {
    signature: 'STUFF(text, start, length, replacement)',
    doc: 'Takes a part out of a text and puts another in its place; NULL when the start is outside.',
    example: ["STUFF('abcdef', 2, 3, 'xyz!')", 'axyz!ef'],
    bind: (args, call) => {
      const type = widestText([args[0], args[3]].filter((a) => a !== undefined));
      return operator(
        'stuff',
        [text, whole, whole, text].map((take, i) => take(argument(args, i), call, i)),
        type,
        call.span,
      );
    },
  },
  {
    signature: 'REPLICATE(text, count)',
    doc: 'The text repeated; NULL for a negative count.',
    example: ["REPLICATE('ab', 3)", 'ababab'],
    bind: calls('replicate', [text, whole], widestText),
  },
  {
    signature: 'REVERSE(text)',
    doc: 'The characters from last to first.',
    example: ["REVERSE('abc')", 'cba'],
    bind: calls('reverse', [text], likeFirst),
  },
  {
    signature: 'SPACE(count)',
    doc: 'That many blanks; NULL for a negative count.',
    example: ["'[' + SPACE(2) + ']'", '[  ]'],
    bind: (args, call) =>
      operator('replicate', [literal(' ', VARCHAR(1)), whole(argument(args, 0), call, 0)], VARCHAR(8000), call.span),
  },
  {
    signature: 'CONCAT(value, value, ...)',
    doc: 'All values as one text; NULL counts as an empty one.',
    example: ["CONCAT('a', NULL, 1)", 'a1'],
    bind: calls('concat-skip-null', [text], widestText),
  },
  {
    signature: 'CONCAT_WS(separator, value, value, ...)',
    doc: 'The values that are not NULL as one text, a separator between them.',
    example: ["CONCAT_WS('-', 'a', NULL, 'b')", 'a-b'],
    bind: calls('concat-ws', [text], widestText),
  },
  {
    signature: 'TRANSLATE(text, characters, replacements)',
    doc: 'Each of the characters replaced by the one in the same place of the replacements.',
    example: ["TRANSLATE('2*[3+4]', '[]', '()')", '2*(3+4)'],
    bind: (args, call, ctx) => calls(`translate${ignoringCase(args, ctx)}`, [text], likeFirst)(args, call),
  },
  {
    signature: 'ASCII(text)',
    doc: 'The code of the first character in the Latin-1 code page; 63 (a question mark) beyond it.',
    example: ["ASCII('A')", '65'],
    bind: calls('ascii', [text], INT),
  },
  {
    signature: 'CHAR(code)',
    doc: 'The character of a code from 0 to 255 (Latin-1); NULL outside.',
    example: ['CHAR(65)', 'A'],
    bind: calls('char', [whole], VARCHAR(1)),
  },
  {
    signature: 'NCHAR(code)',
    doc: 'The Unicode character of a code point; NULL where there is none.',
    example: ['NCHAR(233)', 'é'],
    bind: calls('nchar', [whole], NVARCHAR(2)),
  },
  {
    signature: 'UNICODE(text)',
    doc: 'The code point of the first character.',
    example: ["UNICODE(N'é')", '233'],
    bind: calls('unicode', [text], INT),
  },
  {
    signature: 'QUOTENAME(name[, quote])',
    doc: 'The name between brackets or another pair of quotes, doubled inside; NULL beyond 128 characters.',
    example: ["QUOTENAME('a]b')", '[a]]b]'],
    bind: calls('quotename', [text], NVARCHAR(258)),
  },
  {
    signature: 'STRING_ESCAPE(text, type)',
    doc: "The text with special characters escaped as in JSON; the only type is 'json'.",
    example: ["STRING_ESCAPE('a\"b/', 'json')", 'a\\"b\\/'],
    bind: (args, call) => {
      const type = argument(args, 1);
      if (type.kind !== 'literal' || String(type.value).toLowerCase() !== 'json')
        throw argumentType(type, call, 1, "'json'");
      return operator('json-escape', [text(argument(args, 0), call, 0)], NVARCHAR_MAX, call.span);
    },
  },
  {
    signature: 'STR(number[, length[, decimals]])',
    doc: 'A number as text of a fixed length, on the right; asterisks when it does not fit. Length 10 and no decimals by default.',
    example: ['STR(123.45, 6, 1)', ' 123.5'],
    bind: (args, call) => {
      const filled = [argument(args, 0), args[1] ?? literal(10, INT), args[2] ?? literal(0, INT)];
      return calls('str', [float, whole], VARCHAR(8000))(filled, call);
    },
  },
  {
    signature: 'SOUNDEX(text)',
    doc: 'Four characters for how an English word sounds.',
    example: ["SOUNDEX('Smythe')", 'S530'],
    bind: calls('soundex', [text], VARCHAR(5)),
  },
  {
    signature: 'DIFFERENCE(text, text)',
    doc: 'How alike two words sound, from 0 to 4.',
    example: ["DIFFERENCE('Green', 'Greene')", '4'],
    bind: calls('difference', [text], INT),
  },
  {
    signature: 'PARSENAME(name, part)',
    doc: 'A part of a dotted name: 1 object, 2 schema, 3 database, 4 server.',
    example: ["PARSENAME('db.dbo.t', 2)", 'dbo'],
    bind: calls('parsename', [text, whole], NVARCHAR(128)),
  },
  {
    signature: 'HASHBYTES(algorithm, value)',
    doc: 'The hash of the bytes of a value: MD5, SHA1 (also SHA) or SHA2_256.',
    example: ["CONVERT(varchar(32), HASHBYTES('MD5', 'abc'), 2)", '900150983CD24FB0D6963F7D28E17F72'],
    bind: hashBytes,
  },
  {
    signature: 'EDIT_DISTANCE_SIMILARITY(text, text)',
    doc: 'How alike two texts are by their edit distance, from 0 to 100.',
    example: ["EDIT_DISTANCE_SIMILARITY('kitten', 'sitting')", '57'],
    bind: calls('edit-distance-similarity', [text], INT),
  },
  {
    signature: 'EDIT_DISTANCE(text, text)',
    doc: 'How many characters must be inserted, deleted or replaced to make one text the other.',
    example: ["EDIT_DISTANCE('kitten', 'sitting')", '3'],
    bind: calls('edit-distance', [text], INT),
  },
  {
    signature: 'JARO_WINKLER_SIMILARITY(text, text)',
    doc: 'How alike two texts are, from 0 to 1.',
    example: ["ROUND(JARO_WINKLER_SIMILARITY('martha', 'marhta'), 3)", '0.961'],
    bind: calls('jaro-winkler-similarity', [text], { kind: 'float' }),
  },
  {
    signature: 'JARO_WINKLER_DISTANCE(text, text)',
    doc: 'How different two texts are, from 0 to 1.',
    example: ["ROUND(JARO_WINKLER_DISTANCE('martha', 'marhta'), 3)", '0.039'],
    bind: calls('jaro-winkler-distance', [text], { kind: 'float' }),
  },
];

function argument(args: Args, index: number): Expr {
  return args[index] ?? literal(null, NVARCHAR_MAX);
}

/** Texts that are sought in each other, as their collation compares them. */
function foldedTexts(args: Args, ctx: Pick<BindContext, 'snapshot'>): Args {
  const collation = collationAmong(args, ctx);
  return args.map((a) => folded(a, collation));
}

/** What the name of an operator ends in that replaces text of either case. */
function ignoringCase(args: Args, ctx: Pick<BindContext, 'snapshot'>): '' | '-ci' {
  return collationAmong(args, ctx).startsWith('CI') ? '-ci' : '';
}

function strip(op: 'trim' | 'ltrim' | 'rtrim', args: Args, call: FunctionCall): Expr {
  return calls(op, [text], likeFirst)(args, call);
}

/** The pattern shapes the SQL, so its value is needed now. */
function patIndex(args: Args, call: FunctionCall, ctx: Pick<BindContext, 'snapshot'>): Expr {
  const [sought, given = argument(args, 0)] = [argument(args, 1), uncollated(argument(args, 0))];
  const pattern = given.kind === 'parameter' ? literal(given.value, given.type, given.span) : given;
  if (pattern.kind !== 'literal')
    throw error(
      'not-supported',
      { what: 'PATINDEX with a pattern that is not a literal or a variable' },
      { span: call.args[0]?.span ?? call.span },
    );
  return calls('patindex', [text], position(1))(foldedTexts([pattern, sought], ctx), call);
}

const HASHES: Readonly<Record<string, readonly [fn: string, bytes: number]>> = {
  MD5: ['md5', 16],
  SHA: ['sha1', 20],
  SHA1: ['sha1', 20],
  SHA2_256: ['sha256', 32],
};

function hashBytes(args: Args, call: FunctionCall): Expr {
  const algorithm = argument(args, 0);
  const named =
    algorithm.kind === 'literal' || algorithm.kind === 'parameter' ? String(algorithm.value).toUpperCase() : undefined;
  const hash = named === undefined ? undefined : HASHES[named];
  if (hash === undefined) {
    const params = {
      index: 1,
      name: nameOf(call),
      found: named ?? 'another expression',
      expected: Object.keys(HASHES).join(', '),
    };
    throw error('bind/argument-type', params, { span: call.args[0]?.span ?? call.span });
  }
  const [fn, length] = hash;
  const value = bytes(argument(args, 1), call, 1);
  return operator(`hash-${fn}`, [coerce(value, VARBINARY_MAX)], { kind: 'varbinary', length }, call.span);
}
