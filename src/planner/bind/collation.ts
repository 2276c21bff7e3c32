// Collations: their names, which of two holds, and text folded so that equal ones have equal bytes (3-dialect 4.2).
//
// DuckDB compares, sorts and groups by the collation an expression carries, or the database's; COLLATE is said where
// a column that has its own is read. Functions that look into texts know no collation: they are given folded ones.

import {
  type Collation,
  type CollationName,
  collationOf,
  isText,
  NVARCHAR_MAX,
  type SqlType,
  typeName,
  withCollation,
} from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import { didYouMean } from '../../common/suggest.ts';
import type { Identifier } from '../../parser/ast.ts';
import { type Expr, literal, operator } from '../expression.ts';
import type { BindContext } from './context.ts';

const OURS: readonly CollationName[] = ['BIN2_UTF8', 'CI_AS', 'CI_AI', 'CS_AI'];

/** Designators of Windows collations, and of SQL Server's own after `SQL_` (T-SQL reference: Windows collation name). */
const DESIGNATORS =
  'Albanian Arabic Assamese Azeri_Cyrillic Azeri_Latin Bashkir Bengali Bosnian_Cyrillic Bosnian_Latin Breton Chinese_Hong_Kong_Stroke Chinese_PRC Chinese_PRC_Stroke Chinese_Simplified_Pinyin Chinese_Simplified_Stroke_Order Chinese_Taiwan_Bopomofo Chinese_Taiwan_Stroke Chinese_Traditional_Bopomofo Chinese_Traditional_Pinyin Chinese_Traditional_Stroke_Count Chinese_Traditional_Stroke_Order Corsican Croatian Cyrillic_General Czech Danish_Greenlandic Danish_Norwegian Dari Divehi Estonian Finnish_Swedish French Frisian Georgian_Modern_Sort German_PhoneBook Greek Hebrew Hungarian Hungarian_Technical Icelandic Indic_General Japanese Japanese_Bushu_Kakusu Japanese_Unicode Japanese_XJIS Kazakh Khmer Korean Korean_Wansung Lao Latin1_General Latvian Lithuanian Lithuanian_Classic Macedonian Macedonian_FYROM Maltese Maori Mapudungan Modern_Spanish Mohawk Nepali Norwegian Pashto Persian Polish Romanian Romansh Sami_Norway Sami_Sweden_Finland Serbian_Cyrillic Serbian_Latin Slovak Slovenian Syriac Tamazight Tatar Thai Tibetan Traditional_Spanish Turkish Turkmen Uighur Ukrainian Upper_Sorbian Urdu Uzbek_Latin Vietnamese Welsh Yakut'.split(
    ' ',
  );
const KNOWN = new Set(DESIGNATORS.map((name) => name.toLowerCase()));
const SHAPE =
  /^(?:SQL_)?(?<designator>[A-Z0-9_]+?)(?:_(?:80|90|100|140|160))?(?:_Pref)?(?:_CP(?:1|[0-9]{3,4}))?_(?:(?<binary>BIN2?)|(?<case>C[IS])_(?<accent>A[IS])(?:_KS|_KI)?(?:_WS|_WI)?(?:_SC)?(?:_VSS)?)(?:_UTF8)?$/i;

/** Our own names, T-SQL's, and `database_default`. @throws SqlcError bind/unknown-collation (448) */
export function collationNamed({ name, span }: Identifier, database: CollationName): CollationName {
  if (name.toLowerCase() === 'database_default') return database;
  const own = OURS.find((known) => known.toLowerCase() === name.toLowerCase());
  if (own !== undefined) return own;
  const { designator, binary, case: sensitivity, accent } = SHAPE.exec(name)?.groups ?? {};
  if (designator === undefined || !KNOWN.has(designator.toLowerCase()))
    throw error('bind/unknown-collation', { name }, { span, hint: didYouMean(name, OURS) });
  if (binary !== undefined) return 'BIN2_UTF8';
  const folded = `${sensitivity}_${accent}`.toUpperCase();
  return OURS.find((known) => known === folded) ?? 'BIN2_UTF8';
}

/** The type of a column under the collation written beside it; one that is the database's is not kept. */
export function columnType(type: SqlType, written: Identifier | undefined, database: CollationName): SqlType {
  if (written === undefined) return type;
  const name = collationNamed(written, database);
  if (!isText(type)) throw error('bind/collation-type', { found: typeName(type) }, { span: written.span });
  return storedType(withCollation(type, { name }), database);
}

/** The type of a column made from a query: a moment is kept without what it was local to. */
export function storedType(type: SqlType, database: CollationName): SqlType {
  if (type.kind === 'datetimeoffset') return { kind: type.kind, scale: type.scale };
  const name = collationOf(type)?.name;
  return withCollation(type, name === undefined || name === database ? undefined : { name });
}

/** `COLLATE name`. @throws SqlcError bind/unknown-collation (448), bind/collation-type (447) */
export function collate(operand: Expr, written: Identifier, ctx: BindContext): Expr {
  const name = collationNamed(written, ctx.snapshot.collation);
  const isNull = operand.type.kind === 'null';
  if (!isText(operand.type) && !isNull)
    throw error('bind/collation-type', { found: typeName(operand.type) }, { span: operand.span ?? written.span });
  if (isNull) return literal(null, withCollation(NVARCHAR_MAX, { name, explicit: true }), operand.span);
  return recollated(operand, { name, explicit: true });
}

/** The expression under a collation, said where it is not its own. */
export function recollated(expr: Expr, collation: Collation | undefined): Expr {
  if (collation === undefined || !isText(expr.type)) return expr;
  const type = withCollation(expr.type, collation);
  if (collationOf(expr.type)?.name === collation.name) return { ...expr, type } as Expr; // only the label changes
  return operator('collate', [expr], type, expr.span);
}

/** What COLLATE was said of, labelled with it. */
export function uncollated(expr: Expr): Expr {
  const [operand] = expr.kind === 'operator' && expr.op === 'collate' ? expr.args : [];
  return operand === undefined ? expr : ({ ...operand, type: expr.type } as Expr); // only the label changes
}

/** The result of a function over texts of a collation: DuckDB does not carry it through every function. */
export function collatedAs(expr: Expr, collation: Collation | undefined): Expr {
  if (collation === undefined || !isText(expr.type)) return expr;
  return operator('collate', [expr], withCollation(expr.type, collation), expr.span);
}

/** The collation that holds where texts of both meet; one that is said goes before one that is not. */
export function commonCollation(a: SqlType, b: SqlType): Collation | 'conflict' | undefined {
  const [x, y] = [collationOf(a), collationOf(b)];
  if (x === undefined || y === undefined) return x ?? y;
  if (x.explicit !== y.explicit) return x.explicit ? x : y;
  return x.name === y.name ? x : 'conflict';
}

/** The collation of what is computed from texts; @throws SqlcError bind/collation-conflict (468) */
export function collationOfAll(exprs: readonly Expr[]): Collation | undefined {
  const types = exprs.map((e) => e.type).filter(isText);
  const [first, ...rest] = types;
  if (first === undefined) return undefined;
  return collationOf(
    rest.reduce((type, next, i) => {
      const common = commonCollation(type, next);
      if (common === 'conflict') throw collationConflict(type, next, exprs[i + 1]?.span);
      return withCollation(first, common);
    }, first),
  );
}

export function collationConflict(a: SqlType, b: SqlType, span: Expr['span']) {
  const params = { left: collationOf(a)?.name ?? '', right: collationOf(b)?.name ?? '' };
  return error('bind/collation-conflict', params, { span });
}

/** The name of the collation under which texts meet. */
export function collationAmong(exprs: readonly Expr[], { snapshot }: Pick<BindContext, 'snapshot'>): CollationName {
  return collationOfAll(exprs)?.name ?? snapshot.collation;
}

/** The collation that ignores case as well, for ILIKE. */
export function caseless(collation: CollationName): CollationName {
  return collation === 'CS_AI' || collation === 'CI_AI' ? 'CI_AI' : 'CI_AS';
}

/** The text as bytes compare it under a collation: in lower case, without accents. */
export function folded(expr: Expr, collation: CollationName): Expr {
  if (!isText(expr.type) || collation === 'BIN2_UTF8') return expr;
  const type = withCollation(expr.type, undefined);
  if (expr.kind === 'literal') {
    const value = typeof expr.value === 'string' ? foldedText(expr.value, collation) : expr.value;
    return literal(value, type, expr.span);
  }
  const lower = collation === 'CS_AI' ? expr : operator('lower', [expr], type, expr.span);
  return collation === 'CI_AS' ? lower : operator('strip-accents', [lower], type, expr.span);
}

/** As DuckDB's lower() and strip_accents(): one character for one. */
function foldedText(text: string, collation: CollationName): string {
  const lower = (c: string) => ([...c.toLowerCase()].length === 1 ? c.toLowerCase() : c);
  const cased = collation === 'CS_AI' ? text : Array.from(text, lower).join('');
  return collation === 'CI_AS' ? cased : cased.normalize('NFD').replace(/\p{Mn}/gu, '');
}
