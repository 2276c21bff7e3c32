// JOIN with ON and USING.

import { BIT } from '../../arrow/sql-type.ts';
import { sameName } from '../../catalog/snapshot.ts';
import { error } from '../../common/errors.ts';
import type * as ast from '../../parser/ast.ts';
import { type Column, column, type Expr, operator } from '../expression.ts';
import type { JoinType, LogicalPlan } from '../plan.ts';
import { markedSide, settled } from './candidates.ts';
import { allOf, isTrue } from './conditions.ts';
import { clauseEnv, type Env, hoistTo, type PlanHolder, provides, type QueryContext } from './context.ts';
import { bindCondition, flatten } from './expression.ts';
import type { Source } from './from.ts';
import { typeClash } from './operators.ts';
import type { Relation } from './scope.ts';
import { coerce, commonType } from './types.ts';

export function bindJoin(join: ast.Join, left: Source, right: Source, q: QueryContext): Source {
  const relations = [...left.relations, ...right.relations];
  if (join.using !== undefined) return bindUsing(join, join.using, left, right);
  if (join.on === undefined) return { plan: joined('cross', left.plan, right.plan, []), relations };
  return { plan: bindOn(join, join.on, left, right, relations, q), relations };
}

function joined(type: JoinType, left: LogicalPlan, right: LogicalPlan, conditions: readonly Expr[]): LogicalPlan {
  const on = allOf(conditions);
  if (on === undefined && (type === 'inner' || type === 'cross'))
    return { kind: 'join', type: 'cross', left, right, on: undefined };
  return { kind: 'join', type, left, right, on: on ?? operator('=', [ONE, ONE], BIT) };
}

const ONE: Expr = { kind: 'literal', value: 1, type: { kind: 'int' } };

/** A call in ON is asked on the side it reads; one that reads both sides waits above the pairs that may match. */
function bindOn(
  join: ast.Join,
  on: ast.Expression,
  left: Source,
  right: Source,
  relations: readonly Relation[],
  q: QueryContext,
): LogicalPlan {
  const holders: PlanHolder[] = [{ plan: left.plan }, { plan: right.plan }];
  const scope = { relations, parent: q.parent };
  const sides = clauseEnv(q, {
    scope,
    clause: 'ON',
    hoist: (columns) => holders.find((h) => provides(h.plan, columns)),
  });
  const conditions: Expr[] = [];
  const late: ast.Expression[] = [];
  for (const conjunct of flatten(on, 'and')) {
    const before = holders.map((h) => h.plan);
    try {
      conditions.push(bindCondition(conjunct, sides));
    } catch (failure) {
      if (!isCorrelated(failure)) throw failure;
      holders.forEach((h, i) => {
        h.plan = before[i] ?? h.plan;
      });
      late.push(conjunct);
    }
  }
  const [l = left, r = right] = holders;
  if (late.length === 0) return joined(join.type, l.plan, r.plan, conditions);
  const above = (holder: PlanHolder, guards: readonly Expr[]): Env => ({ ...sides, hoist: hoistTo(holder), guards });
  if (join.type === 'inner' || join.type === 'cross') {
    const top: PlanHolder = { plan: joined('inner', l.plan, r.plan, conditions) };
    const predicate = allOf(late.map((conjunct) => bindCondition(conjunct, above(top, []))));
    return predicate === undefined ? top.plan : { kind: 'filter', child: top.plan, predicate };
  }
  const [a, b] = [markedSide(l.plan, q.ctx), markedSide(r.plan, q.ctx)];
  const top: PlanHolder = { plan: joined(join.type, a.plan, b.plan, conditions) };
  const pair = [isTrue(column(a.present)), isTrue(column(b.present))];
  const matches = allOf(late.map((conjunct) => bindCondition(conjunct, above(top, pair)))) ?? column(a.present);
  return settled({ plan: top.plan, left: a, right: b, matches }, join.type, q.ctx);
}

function isCorrelated(failure: unknown): boolean {
  return failure instanceof Error && 'code' in failure && failure.code === 'bind/cognitive-correlated';
}

/** USING (a): both sides' column is one column, visible without a qualifier. */
function bindUsing(join: ast.Join, using: readonly ast.Identifier[], left: Source, right: Source): Source {
  const find = (source: Source, name: ast.Identifier, side: string): Column => {
    const found = source.relations
      .flatMap((r) => r.columns.filter((c) => !r.merged.has(c.id)))
      .find((c) => sameName(c.name, name.name));
    if (found === undefined) throw error('bind/using-column', { name: name.name, side }, { span: name.span });
    return found;
  };
  const pairs = using.map((name) => ({ l: find(left, name, 'left'), r: find(right, name, 'right'), name }));
  const on = allOf(
    pairs.map(({ l, r, name }) => {
      const type = commonType(l.type, r.type);
      if (type === undefined) throw typeClash(l.type, r.type, 'USING', name.span);
      return operator('=', [coerce(column(l), type), coerce(column(r), type)], BIT, name.span);
    }),
  );
  if (join.type === 'full') throw error('not-supported', { what: 'FULL JOIN … USING' }, { span: join.span });
  const hidden = new Set(pairs.map(({ l, r }) => (join.type === 'right' ? l.id : r.id)));
  const hide = (r: Relation): Relation => ({
    ...r,
    merged: new Set([...r.merged, ...r.columns.filter((c) => hidden.has(c.id)).map((c) => c.id)]),
  });
  return {
    plan: { kind: 'join', type: join.type, left: left.plan, right: right.plan, on },
    relations: [...left.relations, ...right.relations].map(hide),
  };
}
