// Literals: their types are those of the shortest number, text or bytes that holds them.

import { decimal, FLOAT, INT, type SqlType } from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import type * as ast from '../../parser/ast.ts';
import { type Expr, type LiteralValue, literal } from '../expression.ts';

export function bindString(e: ast.StringLiteral): Expr {
  const type: SqlType = { kind: e.national ? 'nvarchar' : 'varchar', length: Math.max(1, byteLength(e)) };
  return literal(e.value, type, e.span);
}

function byteLength({ value, national }: ast.StringLiteral): number {
  return national ? value.length : Buffer.byteLength(value);
}

export function bindBinary(e: ast.BinaryLiteral): Expr {
  const bytes = Uint8Array.from(Buffer.from(e.hex, 'hex'));
  return literal(bytes, { kind: 'varbinary', length: Math.max(1, bytes.length) }, e.span);
}

export function bindNumber(e: ast.NumberLiteral): Expr {
  if (e.money) return literal(e.text, { kind: 'money' }, e.span);
  if (/e/i.test(e.text)) {
    if (!Number.isFinite(Number(e.text))) throw error('bind/literal-range', { found: e.text }, { span: e.span });
    return literal(Number(e.text), FLOAT, e.span);
  }
  const [whole = '', fraction] = e.text.split('.');
  const integral = whole.replace(/^0+(?=\d)/, '');
  if (fraction === undefined) {
    if (integral.length < 10 || Number(integral) <= 2147483647) return literal(Number(integral), INT, e.span);
    if (integral.length > 38) throw error('bind/literal-range', { found: e.text }, { span: e.span });
    return literal(integral, decimal(integral.length, 0), e.span);
  }
  const digits = integral === '0' || integral === '' ? fraction.length : integral.length + fraction.length;
  if (digits > 38) throw error('bind/literal-range', { found: e.text }, { span: e.span });
  return literal(
    `${integral === '' ? '0' : integral}.${fraction}`,
    decimal(Math.max(1, digits), fraction.length),
    e.span,
  );
}

/** A literal with a minus before it. */
export function negated(value: NonNullable<LiteralValue>, type: SqlType, span: Span): Expr {
  if (typeof value === 'number') return literal(-value, type, span);
  // -2147483648 is written as a bigger literal, negated.
  if (value === '2147483648') return literal(-2147483648, INT, span);
  return literal(`-${String(value)}`, type, span);
}
