// money and smallmoney end before DuckDB's decimals of as many digits do ("money and smallmoney").

import { duckdbTypeName } from '../../arrow/duckdb-type.ts';
import { decimalShape, familyOf, type SqlType } from '../../arrow/sql-type.ts';
import { bindOnce } from './bind-once.ts';
import { RAISED } from './raise.ts';

const RANGES: Readonly<Partial<Record<SqlType['kind'], readonly [least: string, most: string]>>> = {
  money: ['-922337203685477.5808', '922337203685477.5807'],
  smallmoney: ['-214748.3648', '214748.3647'],
};

/** What DuckDB keeps an amount in: more than the types reach. */
export const ANY_MONEY: SqlType = { kind: 'decimal', precision: 38, scale: 4 };

export function isMoney(type: SqlType): boolean {
  return type.kind in RANGES;
}

/** The value of a conversion, or an error where the type does not reach; `null` instead of the error for TRY_. */
export function inMoneyRange(sql: string, from: SqlType, to: SqlType, onError: 'fail' | 'null'): string {
  const range = RANGES[to.kind];
  if (range === undefined || alwaysFits(from, to)) return sql;
  const type = duckdbTypeName(to);
  const raised = onError === 'null' ? 'NULL' : `CAST('${RAISED}exec/overflow:${to.kind}' AS ${type})`;
  const [least, most] = range.map((end) => `CAST('${end}' AS ${type})`);
  return bindOnce([sql], ([m]) => `CASE WHEN ${m} < ${least} OR ${m} > ${most} THEN ${raised} ELSE ${m} END`);
}

function alwaysFits(from: SqlType, to: SqlType): boolean {
  if (from.kind === to.kind) return true;
  const { precision, scale } = decimalShape(from);
  return ['bit', 'integer', 'decimal'].includes(familyOf(from)) && precision - scale <= (to.kind === 'money' ? 14 : 5);
}
