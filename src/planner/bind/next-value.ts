// NEXT VALUE FOR: a number of a sequence for each row, where a row is made once and for sure.

import { INT } from '../../arrow/sql-type.ts';
import { findSequence } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import { didYouMean } from '../../common/suggest.ts';
import type * as ast from '../../parser/ast.ts';
import { type Expr, literal, operator } from '../expression.ts';
import { nextValuesIn } from './ast-key.ts';
import type { Env } from './context.ts';
import { tableName } from './objects.ts';

const PLACES = ['the select list', 'VALUES', 'DEFAULT'];

/** In T-SQL all of one row are the same number. @throws SqlcError not-supported */
export function refuseRepeated(row: readonly ast.Expression[]): void {
  const seen = new Set<string>();
  nextValuesIn(row, (e) => {
    const name = e.sequence.parts.at(-1)?.name.toLowerCase() ?? '';
    const what = 'a sequence that is asked twice for one row';
    if (seen.has(name)) throw error('not-supported', { what }, { span: e.span, hint: 'Use a variable.' });
    seen.add(name);
  });
}

/** @throws SqlcError catalog/unknown-object, sequence/place (11720) */
export function bindNextValue(e: ast.NextValue, env: Env): Expr {
  if (e.over !== undefined) throw error('not-supported', { what: 'OVER of NEXT VALUE FOR' }, { span: e.span });
  const place = placeOf(env);
  if (!PLACES.includes(place)) throw error('sequence/place', { clause: place }, { span: e.span });
  const { snapshot } = env.ctx;
  const { schema, name } = tableName(e.sequence, snapshot);
  const found = findSequence(snapshot, schema, name);
  if (found === undefined) {
    const names = snapshot.sequences.map((sequence) => sequence.name);
    const hint = didYouMean(name, names);
    throw error('catalog/unknown-object', { kind: 'sequence', name }, { span: e.sequence.span, hint });
  }
  return operator('next-value', [literal(found.stamp?.id ?? 0, INT)], found.type, e.span);
}

function placeOf({ guards, grouping, clause }: Env): string {
  if (guards.length > 0) return 'a branch that may not be taken';
  return grouping === undefined ? clause : 'a query with groups';
}
