// A view in FROM: its text is bound anew, seeing neither the variables nor the common tables of who reads it.

import type { ViewDefinition } from '../../catalog/definitions.ts';
import { error, SqlcError } from '../../common/errors.ts';
import type { Span } from '../../common/span.ts';
import type { Column } from '../expression.ts';
import { columnsOf, type LogicalPlan } from '../plan.ts';
import { type BindContext, rootContext } from './context.ts';
import { bindQuery } from './query.ts';

/** @throws SqlcError bind/broken-view (4413) with what is wrong in it */
export function bindView(
  view: ViewDefinition,
  ctx: BindContext,
  span: Span,
): { readonly plan: LogicalPlan; readonly columns: readonly Column[] } {
  const name = `${view.schema}.${view.name}`;
  const broken = (reason: string) => error('bind/broken-view', { name: view.name, reason }, { span });
  if (ctx.insideViews.includes(name)) throw broken('it reads itself');
  // What the session gives to all, @@ROWCOUNT and its like, has names that no variable has.
  const parameters = new Map([...ctx.parameters].filter(([key]) => /[@()]/.test(key)));
  try {
    const inside = { ...ctx, parameters, insideViews: [...ctx.insideViews, name] };
    const { plan } = bindQuery(ctx.viewQuery(view), rootContext(inside));
    const columns = columnsOf(plan);
    if (view.names.length > 0 && view.names.length !== columns.length)
      throw broken(`it names ${view.names.length} columns, and its query has ${columns.length}`);
    return { plan, columns: columns.map((c, i) => ({ ...c, name: view.names[i] ?? c.name })) };
  } catch (failure) {
    if (!(failure instanceof SqlcError) || failure.code === 'internal') throw failure;
    // A view that this one reads: named as it is, where this one is written.
    const { code, message, number, hint } = failure;
    if (code === 'bind/broken-view') throw new SqlcError(code, message, { number, hint, span });
    throw broken(message);
  }
}
