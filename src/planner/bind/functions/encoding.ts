// Texts of bytes and of code points ("BASE64_ENCODE", "BASE64_DECODE", "UNISTR").

import { familyOf, NVARCHAR_MAX, type SqlType, VARBINARY_MAX } from '../../../arrow/sql-type.ts';
import { type Expr, isNullLiteral, literal, operator } from '../../expression.ts';
import { coerce, lengthOf } from '../types.ts';
import { type Args, argumentType, calls, type ScalarFunction, type Take, text, whole } from './scalar-function.ts';

const bytesOnly: Take = (arg, call, index) => {
  if (isNullLiteral(arg)) return coerce(arg, VARBINARY_MAX);
  if (familyOf(arg.type) !== 'binary') throw argumentType(arg, call, index, 'binary');
  return arg;
};

/** Four characters for three bytes, up to the longest that is declared. */
function encodedType([value]: Args): SqlType {
  const length = value === undefined ? 'max' : lengthOf(value.type);
  return { kind: 'varchar', length: length === 'max' || length > 6000 ? 'max' : 8000 };
}

export const ENCODING_FUNCTIONS: readonly ScalarFunction[] = [
  {
    signature: 'BASE64_ENCODE(bytes[, url_safe])',
    doc: 'Bytes as base64; with a second argument that is not 0 in the alphabet for URLs and without padding.',
    example: ['BASE64_ENCODE(0xCAFECAFE)', 'yv7K/g=='],
    bind: calls('base64-encode', [bytesOnly, whole], encodedType),
  },
  {
    signature: 'BASE64_DECODE(text)',
    doc: 'The bytes of a base64 text, of either alphabet, with or without padding.',
    example: ["CONVERT(varchar(20), BASE64_DECODE('yv7K_g'), 1)", '0xCAFECAFE'],
    bind: calls('base64-decode', [text], ([s]) => ({
      kind: 'varbinary',
      length: s === undefined || lengthOf(s.type) === 'max' ? 'max' : 8000,
    })),
  },
  {
    signature: 'UNISTR(text[, escape])',
    doc: 'The text with its escapes, `\\xxxx` of UTF-16 or `\\+xxxxxx` of a code point, replaced by their characters.',
    example: ["UNISTR(N'ABC#00C0#0181#0187', '#')", 'ABCÀƁƇ'],
    bind: (args, call) => {
      const [s = literal(null, NVARCHAR_MAX), given] = args;
      const mark = escapeOf(given);
      if (mark === undefined) throw argumentType(given ?? s, call, 1, 'one character, a literal or a variable');
      return operator('unistr', [text(s, call, 0), literal(mark, NVARCHAR_MAX)], NVARCHAR_MAX, call.span);
    },
  },
];

function escapeOf(given: Expr | undefined): string | undefined {
  if (given === undefined) return '\\';
  if (given.kind !== 'literal' && given.kind !== 'parameter') return undefined;
  const character = String(given.value ?? '');
  return [...character].length === 1 && !/[0-9A-Fa-f+]/.test(character) ? character : undefined;
}
