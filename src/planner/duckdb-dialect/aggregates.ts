// Aggregates and window functions, with T-SQL's types and null treatment (3-dialect 4.4, 4.5).

import { duckdbTypeName } from '../../arrow/duckdb-type.ts';
import { decimalShape, familyOf, type SqlType } from '../../arrow/sql-type.ts';
import type { AggregateExpr, WindowExpr } from '../expression.ts';
import { finite } from './arithmetic.ts';
import { bindAlways } from './bind-once.ts';
import { power, quotient, unit, unscaled } from './decimals.ts';
import { typed } from './literals.ts';
import { ANY_MONEY, inMoneyRange, isMoney } from './money-range.ts';
import { RAISED } from './raise.ts';

/** Names that differ; every other aggregate is called as it is. */
const SPELLINGS: Readonly<Record<string, string>> = {
  stdev: 'stddev_samp',
  stdevp: 'stddev_pop',
  var: 'var_samp',
  varp: 'var_pop',
  approx_percentile_cont: 'quantile_cont',
  approx_percentile_disc: 'quantile_disc',
  percentile_cont: 'quantile_cont',
  percentile_disc: 'quantile_disc',
};

type Aggregated = Pick<AggregateExpr, 'fn' | 'args' | 'type' | 'orderBy'>;

interface Modifiers {
  readonly distinct: boolean;
  /** ` ORDER BY …` inside the parentheses, or nothing. */
  readonly order: string;
  /** ` OVER (…)` after them, or nothing. */
  readonly over: string;
}

export function aggregateSql(expr: Aggregated, args: readonly string[], { distinct, order, over }: Modifiers): string {
  const [x = ''] = args;
  const inner = `${distinct ? 'DISTINCT ' : ''}${args.join(', ')}${order}`;
  switch (expr.fn) {
    case 'count':
    case 'count_big':
      return typed(`${args.length === 0 ? 'count(*)' : `count(${inner})`}${over}`, expr.type);
    case 'sum':
      return total(`sum(${inner})${over}`, expr.args[0]?.type, expr.type);
    case 'avg':
      return average(x, expr.args[0]?.type, expr.type, { distinct, order, over });
    case 'json_arrayagg':
    case 'json_objectagg': {
      const [open, close] = expr.fn === 'json_arrayagg' ? ['[', ']'] : ['{', '}'];
      const all = `coalesce(string_agg(${x}, ','${order})${over}, '')`;
      return `CASE WHEN count(*)${over} > 0 THEN '${open}' || ${all} || '${close}' END`;
    }
    case 'string_agg_by':
      return distinctTexts(args, expr.orderBy[0]?.descending ?? false);
    case 'string_agg':
    case 'min':
    case 'max':
      return `${expr.fn}(${inner})${over}`;
    case 'grouping':
    case 'grouping_id':
      return typed(`grouping(${args.join(', ')})`, expr.type);
    default:
      return typed(`${SPELLINGS[expr.fn] ?? expr.fn}(${inner})${over}`, expr.type);
  }
}

/** A sum of 10^9 values has so many digits more. */
const SUMMED = 9;
/** Decimals of so few digits that such a sum of them fits. */
const SUMMABLE = 38 - SUMMED;

/** DuckDB's sums of decimals and floats pass the limits of their type in silence. */
function total(sum: string, from: SqlType | undefined, type: SqlType): string {
  const whole = typed(sum, type);
  if (familyOf(type) === 'float') return finite(whole);
  if (isMoney(type)) return inMoneyRange(whole, ANY_MONEY, type, 'fail');
  if (from?.kind !== 'decimal' || type.kind !== 'decimal' || from.precision <= SUMMABLE) return whole;
  const limit = `CAST('${'9'.repeat(38 - from.scale)}.${'9'.repeat(from.scale)}' AS ${duckdbTypeName(type)})`;
  const raised = `CAST('${RAISED}exec/overflow:decimal' AS ${duckdbTypeName(type)})`;
  return bindAlways([whole], ([s]) => `CASE WHEN ${s} > ${limit} OR ${s} < -${limit} THEN ${raised} ELSE ${s} END`);
}

/** Texts of different keys, in the order of the keys: the first of each. */
function distinctTexts([x, separator, key]: readonly string[], descending: boolean): string {
  const texts = `list({'k': ${key}, 'v': ${x}} ORDER BY ${key}${descending ? ' DESC' : ''}, ${x}) FILTER (${x} IS NOT NULL)`;
  const others = `list_filter(${texts}, lambda e, i: i = 1 OR e.k <> (${texts})[i - 1].k)`;
  return `array_to_string(list_transform(${others}, lambda e: e.v), ${separator})`;
}

/** AVG of integers is an integer, of decimals a decimal; DuckDB's is always a double. */
function average(x: string, from: SqlType | undefined, type: SqlType, { distinct, over }: Modifiers): string {
  const family = familyOf(type);
  const of = (value: string) => `${distinct ? 'DISTINCT ' : ''}${value}`;
  if (family === 'float' || from === undefined) return finite(`avg(${of(x)})${over}`);
  const count = `count(${of(x)})${over}`;
  if (family === 'integer') return `(${typed(`sum(${of(x)})${over}`, type)} // ${typed(count, type)})`;
  const shape = decimalShape(from);
  const target = decimalShape(type).scale;
  if (shape.precision > SUMMABLE) {
    const sum = total(`sum(${of(x)})${over}`, from, { kind: 'decimal', precision: 38, scale: shape.scale });
    return quotient(
      sum,
      { precision: 38, scale: shape.scale },
      `nullif(${count}, 0)`,
      { precision: 19, scale: 0 },
      type,
    );
  }
  const digits = unscaled(`sum(${of(x)})${over}`, { precision: shape.precision + SUMMED, scale: shape.scale });
  const sum = `${digits} * ${power(target - shape.scale)}`;
  return typed(`CAST((${sum}) // ${count} AS DECIMAL(${38 - target},0)) * ${unit(target)}`, type);
}

/** @param window what stands between the parentheses of OVER */
export function windowSql(expr: WindowExpr, args: readonly string[], window: string): string {
  const over = ` OVER (${window})`;
  switch (expr.fn) {
    case 'row_number':
    case 'rank':
    case 'dense_rank':
    case 'ntile':
    case 'percent_rank':
    case 'cume_dist':
      return typed(`${expr.fn}(${args.join(', ')})${over}`, expr.type);
    case 'lag':
    case 'lead':
    case 'first_value':
    case 'last_value':
      return `${expr.fn}(${args.join(', ')}${expr.nulls === 'ignore' ? ' IGNORE NULLS' : ''})${over}`;
    default:
      return aggregateSql(expr, args, { distinct: false, order: '', over });
  }
}
