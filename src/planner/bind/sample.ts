// TABLESAMPLE: a size and a seed of constants. Rows are taken one by one, where T-SQL takes pages.

import { error } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import type * as ast from '../../parser/ast.ts';
import type { Expr } from '../expression.ts';
import type { Sample } from '../plan.ts';
import { visitExpr } from '../shape.ts';
import { clauseEnv, type QueryContext } from './context.ts';
import { bindExpression } from './expression.ts';
import { constantOf } from './limits.ts';

const MAX_ROWS = 1_000_000_000;
/** Seeds of the relational engine. */
const SEEDS = 2_147_483_647;

/** @throws SqlcError bind/sample-percent (476), bind/sample-value (477), bind/sample-variable (497) */
export function bindSample(written: ast.TableSample, q: QueryContext): Sample {
  const { unit, seed } = written;
  const size = constant(written.count, q);
  if (unit === 'percent') {
    if (!(size >= 0 && size <= 100))
      throw error('bind/sample-percent', { found: shown(size) }, { span: written.count.span });
  } else whole(size, MAX_ROWS, 'ROWS', written.count.span);
  if (seed !== undefined) {
    const given = whole(constant(seed, q), Number.MAX_SAFE_INTEGER, 'REPEATABLE', seed.span);
    return { size, unit, seed: given % SEEDS, repeatable: true };
  }
  // Another one for each statement and each table of it, the same wherever the statement reads the table.
  return { size, unit, seed: (q.ctx.now.getTime() * 1009 + q.ctx.nextId()) % SEEDS, repeatable: false };
}

function whole(value: number, last: number, clause: string, span: Span): number {
  if (Number.isInteger(value) && value >= 1 && value <= last) return value;
  const params = { clause, found: shown(value), expected: `a whole number from 1 to ${last}` };
  throw error('bind/sample-value', params, { span });
}

/** NaN for what is no number. */
function constant(e: ast.Expression, q: QueryContext): number {
  const scope = { relations: [], parent: undefined };
  const bound = bindExpression(e, clauseEnv(q, { scope, clause: 'TABLESAMPLE', hoist: () => undefined }));
  visitExpr(bound, (part: Expr) => {
    if (part.kind === 'parameter') throw error('bind/sample-variable', {}, { span: e.span });
  });
  return constantOf(bound) ?? Number.NaN;
}

function shown(value: number): string {
  return Number.isNaN(value) ? 'no number' : String(value);
}
