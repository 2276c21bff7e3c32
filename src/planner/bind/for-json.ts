// FOR JSON: the rows of a query as one JSON text ("Format Query Results as JSON with FOR JSON").

import { BIGINT, BIT, NVARCHAR_MAX } from '../../arrow/sql-type.ts';
import { error } from '../../common/errors.ts';
import type * as ast from '../../parser/ast.ts';
import { type Column, column, type Expr, literal, operator, type WindowExpr } from '../expression.ts';
import { columnsOf, type LogicalPlan } from '../plan.ts';
import type { BindContext } from './context.ts';

/** The name T-SQL gives the only column. */
const COLUMN_NAME = 'JSON_F52E2B61-18A1-11d1-B105-00805F49916B';

/** Functions whose text is JSON already, and is not quoted again. */
const JSON_FUNCTIONS: ReadonlySet<string> = new Set([
  ...['JSON_QUERY', 'JSON_MODIFY', 'JSON_OBJECT', 'JSON_ARRAY', 'JSON_OBJECTAGG', 'JSON_ARRAYAGG'],
]);

export function forJson(plan: LogicalPlan, query: ast.Query, format: ast.ForJson, ctx: BindContext): LogicalPlan {
  const items = query.body.kind === 'select' ? query.body.items : [];
  checkNames(items, format);
  if (
    format.mode === 'auto' &&
    query.body.kind === 'select' &&
    query.body.from.some((s) => s.kind !== 'table' && s.kind !== 'derived')
  )
    throw error('not-supported', { what: 'FOR JSON AUTO over several tables' }, { span: format.span });
  if (format.root !== undefined && format.withoutArrayWrapper)
    throw error('syntax/clause-combination', { first: 'ROOT', second: 'WITHOUT_ARRAY_WRAPPER' }, { span: format.span });
  const documents = new Set(
    items.flatMap((item) => (isJson(item.expression) ? [item.alias?.name.toLowerCase() ?? ''] : [])),
  );
  const members = columnsOf(plan).map((c): Member => {
    const value: Expr = documents.has(c.name.toLowerCase())
      ? column(c)
      : operator('json-text', [column(c)], NVARCHAR_MAX);
    return { path: format.mode === 'path' ? c.name.split('.') : [c.name], value };
  });
  return joined(plan, objectOf(members, format), format, ctx);
}

function checkNames(items: readonly ast.SelectItem[], { span }: ast.ForJson): void {
  const nameless = items.find(
    ({ expression: e, alias }) => alias === undefined && e.kind !== 'column' && e.kind !== 'field' && e.kind !== 'star',
  );
  if (nameless !== undefined) throw error('bind/json-name', {}, { span: nameless.span ?? span });
}

/** Whether an expression's text is JSON by how it is written. */
export function isJson(e: ast.Expression): boolean {
  if (e.kind === 'scalar-query') return e.query.forJson !== undefined && !e.query.forJson.withoutArrayWrapper;
  return e.kind === 'call' && JSON_FUNCTIONS.has(e.name.name.toUpperCase());
}

// --- objects

interface Member {
  readonly path: readonly string[];
  readonly value: Expr;
}

/** Members of one name side by side make a nested object; a name may not come back later. */
function objectOf(members: readonly Member[], format: ast.ForJson): Expr {
  const args: Expr[] = [];
  const seen = new Set<string>();
  for (let i = 0; i < members.length; ) {
    const [key = ''] = members[i]?.path ?? [];
    const same = members.slice(i).findIndex((m) => m.path[0] !== key);
    const group = members.slice(i, same < 0 ? undefined : i + same);
    const nested = group.filter((m) => m.path.length > 1);
    if (seen.has(key) || (nested.length !== group.length && group.length > 1))
      throw error('bind/json-conflict', { name: key }, { span: format.span });
    seen.add(key);
    const [only] = group;
    const value: Expr =
      nested.length > 0 || only === undefined
        ? nestedObject(
            nested.map((m) => ({ ...m, path: m.path.slice(1) })),
            format,
          )
        : only.value;
    const keepsNull = format.includeNulls && nested.length === 0;
    args.push(literal(key, NVARCHAR_MAX), value, literal(keepsNull, BIT));
    i += group.length;
  }
  return operator('json-object', args, NVARCHAR_MAX);
}

/** NULL, and so left out, when it has no member. */
function nestedObject(members: readonly Member[], format: ast.ForJson): Expr {
  const object = objectOf(members, format);
  const empty = operator('=', [object, literal('{}', NVARCHAR_MAX)], BIT);
  const none = literal(null, NVARCHAR_MAX);
  return { kind: 'case', branches: [{ when: empty, then: none }], otherwise: object, type: NVARCHAR_MAX };
}

/** Rows in their order, as one text; no row when there are none. */
function joined(plan: LogicalPlan, object: Expr, format: ast.ForJson, { nextId }: BindContext): LogicalPlan {
  const number: Column = { id: nextId(), name: 'number', type: BIGINT };
  const text: Column = { id: nextId(), name: 'text', type: NVARCHAR_MAX };
  const all: Column = { id: nextId(), name: 'all', type: NVARCHAR_MAX };
  const expr: WindowExpr = {
    ...{ kind: 'window', fn: 'row_number', args: [], nulls: 'respect', partitionBy: [], orderBy: [] },
    frame: undefined,
    type: BIGINT,
  };
  const numbered: LogicalPlan = { kind: 'window', child: plan, columns: [{ ...number, expr }] };
  const texts: LogicalPlan = {
    kind: 'project',
    child: numbered,
    columns: [
      { ...number, expr: column(number) },
      { ...text, expr: object },
    ],
  };
  const whole: LogicalPlan = {
    kind: 'aggregate',
    child: texts,
    groups: [],
    aggregates: [
      {
        ...all,
        expr: {
          kind: 'aggregate',
          fn: 'string_agg',
          args: [column(text), literal(',', NVARCHAR_MAX)],
          distinct: false,
          orderBy: [{ expr: column(number), descending: false }],
          type: NVARCHAR_MAX,
        },
      },
    ],
  };
  const present: LogicalPlan = { kind: 'filter', child: whole, predicate: operator('is-not-null', [column(all)], BIT) };
  const [before, after] = wrapper(format);
  const wrapped = operator(
    'concat',
    [literal(before, NVARCHAR_MAX), column(all), literal(after, NVARCHAR_MAX)],
    NVARCHAR_MAX,
  );
  return {
    kind: 'project',
    child: present,
    columns: [{ id: nextId(), name: COLUMN_NAME, type: NVARCHAR_MAX, expr: wrapped }],
  };
}

function wrapper({ root, withoutArrayWrapper }: ast.ForJson): readonly [string, string] {
  if (withoutArrayWrapper) return ['', ''];
  return root === undefined ? ['[', ']'] : [`{${JSON.stringify(root)}:[`, ']}'];
}
