// Vectors of SQL Server 2025 ("Vector functions"): distances, lengths, and what a vector is.

import { FLOAT, INT, isText, type SqlType } from '../../../arrow/sql-type.ts';
import { error } from '../../../common/errors.ts';
import { didYouMean } from '../../../common/suggest.ts';
import type { FunctionCall } from '../../../parser/ast.ts';
import { type Expr, literal, nullLiteral, operator } from '../../expression.ts';
import { isNull } from '../conditions.ts';
import { type Args, argumentType, nameOf, type ScalarFunction } from './scalar-function.ts';

const METRICS = ['cosine', 'euclidean', 'dot'];
const NORMS = ['norm1', 'norm2', 'norminf'];
const SYSNAME: SqlType = { kind: 'nvarchar', length: 128 };

export const VECTOR_FUNCTIONS: readonly ScalarFunction[] = [
  {
    signature: 'VECTOR_DISTANCE(metric, vector, vector)',
    doc: "How far two vectors are apart: 'cosine' (0 to 2; NULL beside a vector of zeros), 'euclidean', or 'dot' (the product, negative).",
    example: ["VECTOR_DISTANCE('euclidean', CAST('[1, 1]' AS vector(2)), CAST('[4, 5]' AS vector(2)))", '5'],
    bind: distance,
  },
  {
    signature: 'VECTOR_NORM(vector, norm)',
    doc: "The length of a vector: 'norm1' (sum of the absolute values), 'norm2' (Euclidean), or 'norminf' (the greatest of them).",
    example: ["VECTOR_NORM(CAST('[3, -4]' AS vector(2)), 'norm2')", '5'],
    bind: (args, call) => {
      const [vector, norm] = [vectorOf(args, call, 0), word(args, call, 1, NORMS)];
      return norm === null || vector.type.kind === 'null'
        ? literal(null, FLOAT, call.span)
        : operator(`vector-${norm}`, [vector], FLOAT, call.span);
    },
  },
  {
    signature: 'VECTOR_NORMALIZE(vector, norm)',
    doc: 'The vector of the same direction whose length is 1; a vector of zeros has none and stays.',
    example: [
      "CAST(VECTOR_NORMALIZE(CAST('[3, -4]' AS vector(2)), 'norminf') AS varchar(60))",
      '[7.5000000e-001,-1.0000000e+000]',
    ],
    bind: (args, call) => {
      const [vector, norm] = [vectorOf(args, call, 0), word(args, call, 1, NORMS)];
      return norm === null || vector.type.kind === 'null'
        ? literal(null, vector.type, call.span)
        : operator('vector-normalize', [vector, literal(norm, SYSNAME)], vector.type, call.span);
    },
  },
  {
    signature: 'VECTORPROPERTY(vector, property)',
    doc: "'Dimensions', as an int, or 'BaseType', the name of what the vector is made of.",
    example: ["VECTORPROPERTY(CAST('[1, 2, 3]' AS vector(3)), 'Dimensions')", '3'],
    bind: property,
  },
];

function distance(args: Args, call: FunctionCall): Expr {
  const metric = word(args, call, 0, METRICS);
  const [a, b] = [vectorOf(args, call, 1), vectorOf(args, call, 2)];
  if (metric === null || a.type.kind !== 'vector' || b.type.kind !== 'vector') return literal(null, FLOAT, call.span);
  if (a.type.dimensions !== b.type.dimensions)
    throw error(
      'bind/vector-dimensions',
      { left: a.type.dimensions, right: b.type.dimensions, name: nameOf(call) },
      { span: call.args[2]?.span ?? call.span },
    );
  return operator(`vector-${metric}`, [a, b], FLOAT, call.span);
}

function property(args: Args, call: FunctionCall): Expr {
  const vector = vectorOf(args, call, 0);
  const wanted = word(args, call, 1, ['dimensions', 'basetype']);
  const type = wanted === 'basetype' ? SYSNAME : INT;
  if (wanted === null || vector.type.kind !== 'vector') return literal(null, type, call.span);
  const value = wanted === 'basetype' ? 'float32' : vector.type.dimensions;
  return {
    kind: 'case',
    branches: [{ when: isNull(vector), then: literal(null, type) }],
    otherwise: literal(value, type),
    type,
    span: call.span,
  };
}

/** A vector, or a bare NULL. */
function vectorOf(args: Args, call: FunctionCall, index: number): Expr {
  const arg = args[index] ?? nullLiteral();
  if (arg.type.kind !== 'vector' && arg.type.kind !== 'null') throw argumentType(arg, call, index, 'a vector');
  return arg;
}

/** A word whatever its case, known now; NULL is none. */
function word(args: Args, call: FunctionCall, index: number, words: readonly string[]): string | null {
  const arg = args[index] ?? nullLiteral();
  if (arg.type.kind === 'null') return null;
  const isKnown = arg.kind === 'literal' || arg.kind === 'parameter';
  if (!isText(arg.type) || !isKnown) throw argumentType(arg, call, index, 'a literal or a variable');
  if (arg.value === null) return null;
  const found = String(arg.value);
  if (words.includes(found.toLowerCase())) return found.toLowerCase();
  const params = { index: index + 1, name: nameOf(call), found: `'${found}'`, expected: words.join(', ') };
  throw error('bind/argument-type', params, { span: call.args[index]?.span, hint: didYouMean(found, words) });
}
